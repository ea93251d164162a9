// A control area drawn on the map: corners one after the other, kept as GeoJSON in the form; several classes one below the other.
const box = document.querySelector("[data-draw]");
const kept = box.querySelector("[name=shape]");
const said = box.querySelector("[data-draw-said]");
const area = document.querySelector("#control-form [name=area]");
const words = (name, n) => box.dataset[`words${name}`].replace("#", n);
let corners = kept.value ? JSON.parse(kept.value).coordinates[0].slice(0, -1) : [];
let drawn;

function button(text, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "button button-quiet", textContent: text });
  made.addEventListener("click", act);
  return made;
}

function show(map) {
  const ring = corners.length ? [...corners, corners[0]] : [];
  kept.value = corners.length > 2 ? JSON.stringify({ type: "Polygon", coordinates: [ring] }) : "";
  const text = document.createElement("span");
  text.textContent = corners.length > 2 ? words("Done", corners.length) : words("How", 0);
  said.replaceChildren(text, ...(corners.length ? [
    button(box.dataset.wordsUndo, () => { corners.pop(); show(map); }),
    button(box.dataset.wordsClear, () => { corners = []; show(map); }),
  ] : []));
  drawn?.remove();
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
  const places = corners.map(([lon, lat]) => [lat, lon]);
  drawn = window.L.layerGroup([
    window.L.polygon(places, { color: colour, weight: 3, fillOpacity: 0.15 }),
    ...places.map((place) => window.L.circleMarker(place, { radius: 6, weight: 3, color: colour, fillColor: "#fff", fillOpacity: 1 })),
  ]).addTo(map);
}

const choose = () => {
  box.classList.toggle("off", Boolean(area.value));
  if (area.value) kept.value = "";
};
area.addEventListener("change", choose);
choose();
box.addEventListener("map:ready", ({ detail: { map } }) => {
  map.on("click", ({ latlng }) => {
    corners.push([Number(latlng.lng.toFixed(6)), Number(latlng.lat.toFixed(6))]);
    show(map);
  });
  show(map);
});

// another class: a further line once the last is filled
const several = document.querySelector("[data-several]");
several.addEventListener("change", () => {
  const last = several.lastElementChild;
  if (!last.value) return;
  const more = last.cloneNode();
  more.removeAttribute("id");
  more.value = "";
  more.setAttribute("aria-label", document.querySelector("label[for=f-categories]").textContent);
  several.append(more);
});
