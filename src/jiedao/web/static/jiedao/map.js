// The city map of {% map %}: Leaflet on canvas over the city's own tiles. Parameters in data-map, words in data-words; see docs/web.md.
import { announce } from "./page.js";
import { names, paint, palette } from "./tiles.js";

const NATIVE = 18; // finest zoom the server cuts; beyond it the same data are drawn larger
let library;

function leaflet(node) {
  library ||= new Promise((done, fail) => {
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: node.dataset.leafletCss });
    document.head.prepend(sheet); // before ours, so that ours wins
    const script = Object.assign(document.createElement("script"), { src: node.dataset.leaflet, onload: () => done(window.L), onerror: fail });
    document.head.append(script);
  });
  return library;
}

const json = (url) => fetch(url, { headers: { Accept: "application/json" } }).then((answer) => {
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  return answer.json();
});

function baseLayer(L) {
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  return L.GridLayer.extend({
    createTile(coords, done) {
      const canvas = document.createElement("canvas");
      const up = Math.max(0, coords.z - NATIVE);
      const url = `/tiles/${coords.z - up}/${coords.x >> up}/${coords.y >> up}.json`;
      canvas.draw = () => paint(canvas, canvas.data, coords, palette(), ratio);
      canvas.draw();
      json(url).catch(() => null).then((data) => { canvas.data = data; canvas.draw(); done(null, canvas); });
      return canvas;
    },
    shown() { return Object.values(this._tiles).filter((tile) => tile.coords.z === this._tileZoom).map((tile) => tile.el); },
  });
}

function nameLayer(L, base) {
  return L.Layer.extend({
    onAdd(map) {
      this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", map.getPanes().overlayPane);
      map.on("moveend zoomend resize", this.later, this);
      base.on("load tileload", this.later, this);
      this.later();
    },
    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.draw(), 60);
    },
    draw() {
      const map = this._map;
      const size = map.getSize();
      const ratio = window.devicePixelRatio || 1;
      L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
      Object.assign(this.canvas, { width: size.x * ratio, height: size.y * ratio });
      Object.assign(this.canvas.style, { width: `${size.x}px`, height: `${size.y}px`, pointerEvents: "none" });
      const pen = this.canvas.getContext("2d");
      pen.scale(ratio, ratio);
      const data = base.shown().map((tile) => tile.data).filter(Boolean);
      const project = ([lon, lat]) => map.latLngToContainerPoint([lat, lon]);
      names(pen, data, project, size, map.getZoom(), palette(), document.documentElement.lang === "en");
    },
  });
}

// marks: shape and colour together; a count makes a larger ring with its number
function marks(L) {
  L.Canvas.include({
    _updateMark(layer) {
      if (!this._drawing || layer._empty()) return;
      const pen = this._ctx;
      const { x, y } = layer._point;
      const r = layer._radius;
      const { shape = "circle", count } = layer.options;
      const corners = { triangle: [3, -90, 1.25], diamond: [4, -90, 1.2], octagon: [8, 22.5, 1.1] }[shape];
      pen.beginPath();
      if (corners) {
        for (let i = 0; i < corners[0]; i++) {
          const a = ((corners[1] + (i * 360) / corners[0]) * Math.PI) / 180;
          pen.lineTo(x + Math.cos(a) * r * corners[2], y + Math.sin(a) * r * corners[2]);
        }
        pen.closePath();
      } else pen.arc(x, y, r, 0, 2 * Math.PI);
      this._fillStroke(pen, layer);
      if (count) {
        pen.fillStyle = layer.options.color;
        pen.font = `600 12px ${palette().font}`;
        pen.textAlign = "center";
        pen.textBaseline = "middle";
        pen.fillText(count, x, y + 1);
      }
    },
  });
  return L.CircleMarker.extend({ _updatePath() { this._renderer._updateMark(this); } });
}

function drawn(L, map, data, colours) {
  const Mark = marks(L);
  const tone = (name) => colours[name && name !== "plain" ? name : "ink-3"];
  return L.geoJSON(data, {
    pointToLayer: ({ properties: p }, place) => new Mark(place, {
      shape: p.shape, count: p.count, radius: p.count ? Math.min(24, 11 + Math.log2(p.count)) : 7, weight: 2,
      color: p.shape === "ring" || p.count ? tone(p.tone || "accent") : colours.sheet,
      fillColor: p.shape === "ring" || p.count ? colours.sheet : tone(p.tone || "accent"), fillOpacity: 1,
    }),
    style: ({ properties: p, geometry }) => geometry.type.endsWith("Point") ? {} : geometry.type.endsWith("LineString")
      ? { color: tone(p.tone || "accent"), weight: p.weight || 4, dashArray: p.dash ? "6 6" : null, opacity: 0.9 }
      : { color: colours["map-area"], weight: 1.2, fillColor: tone(p.tone || "accent"), fillOpacity: p.value == null ? 0.06 : 0.08 + 0.62 * p.value },
    onEachFeature: ({ properties: p }, layer) => {
      if (p.label) layer.bindPopup(() => popup(p));
      if (p.label && p.value != null) layer.bindTooltip(p.label, { sticky: true });
    },
  }).addTo(map);
}

function popup({ label, note, href }) {
  const box = document.createElement("div");
  const name = document.createElement(href ? "a" : "strong");
  if (href) name.href = href;
  name.textContent = label;
  box.append(name);
  if (note) box.append(Object.assign(document.createElement("div"), { textContent: note }));
  return box;
}

function pinIcon(L, sprite) {
  const html = `<svg viewBox="0 0 24 24" aria-hidden="true"><use href="${sprite}#pin-full"></use><circle cx="12" cy="10" r="3" fill="var(--sheet)"></circle></svg>`;
  return L.divIcon({ className: "pin pin-picked", html, iconSize: [44, 44], iconAnchor: [22, 41] });
}

function whereAmI(found, denied) {
  if (!navigator.geolocation) { denied(); return; }
  navigator.geolocation.getCurrentPosition(({ coords }) => found([coords.latitude, coords.longitude]), denied,
    { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 });
}

// a button on the map that shows what is near
function nearMe(L, map, node, words) {
  const control = L.control({ position: "topright" });
  control.onAdd = () => {
    const box = L.DomUtil.create("div", "leaflet-bar");
    const link = L.DomUtil.create("a", "", box);
    Object.assign(link, { href: "#", title: words.me, innerHTML: `<svg class="icon" aria-hidden="true"><use href="${node.dataset.sprite}#locate"></use></svg>` });
    link.setAttribute("role", "button");
    link.setAttribute("aria-label", words.me);
    let spot;
    L.DomEvent.on(link, "click", (event) => {
      L.DomEvent.stop(event);
      whereAmI((place) => {
        spot ||= L.circleMarker(place, { radius: 9, weight: 4, color: palette().sheet, fillColor: palette().accent, fillOpacity: 1 }).addTo(map);
        spot.setLatLng(place);
        map.setView(place, 16);
      }, () => announce(words.denied));
    });
    return box;
  };
  control.addTo(map);
}

// choosing a place: click, drag, arrow keys, my location, or search
function picking(L, map, node, config, words) {
  const field = (name) => node.querySelector(`[data-map-${name}]`);
  const say = (text) => { field("said").textContent = text; };
  let pin;
  const choose = (place, zoom, tell = true) => {
    const at = L.latLng(place);
    field("lon").value = at.lng.toFixed(6);
    field("lat").value = at.lat.toFixed(6);
    if (!pin) {
      pin = L.marker(at, { draggable: true, icon: pinIcon(L, node.dataset.sprite), alt: words.pin, title: words.pin }).addTo(map);
      pin.on("dragend", () => choose(pin.getLatLng()));
      pin.getElement().addEventListener("keydown", (event) => {
        const step = { ArrowUp: [0, -8], ArrowDown: [0, 8], ArrowLeft: [-8, 0], ArrowRight: [8, 0] }[event.key];
        if (!step) return;
        event.preventDefault();
        event.stopPropagation();
        choose(map.containerPointToLatLng(map.latLngToContainerPoint(pin.getLatLng()).add(step)));
      });
    }
    pin.setLatLng(at);
    if (zoom) map.setView(at, Math.max(map.getZoom(), zoom));
    if (!tell) return;
    say(`${words.picked} ${at.lat.toFixed(5)}, ${at.lng.toFixed(5)}`);
    node.dispatchEvent(new CustomEvent("map:picked", { bubbles: true, detail: { lon: at.lng, lat: at.lat } }));
  };
  map.on("click", (event) => choose(event.latlng));
  if (config.lon != null) choose([config.lat, config.lon], 0, false);
  field("me").addEventListener("click", () => whereAmI((place) => choose(place, 17), () => say(words.denied)));
  searching(node, field, choose, words);
}

export function searching(node, field, choose, words) {
  const found = field("found");
  let timer;
  field("search").addEventListener("input", (event) => {
    clearTimeout(timer);
    const text = event.target.value.trim();
    if (!text) { found.replaceChildren(); return; }
    timer = setTimeout(async () => {
      const answer = await json(`/areas/search?q=${encodeURIComponent(text)}`).catch(() => []);
      const list = answer.filter((one) => one.lon != null).slice(0, 6);
      found.replaceChildren(...list.map((one) => {
        const row = Object.assign(document.createElement("button"), { type: "button", textContent: one.path || one.label || one.name });
        row.onclick = () => { found.replaceChildren(); choose([one.lat, one.lon], 17); };
        return row;
      }));
      field("said").textContent = list.length ? "" : words.nothing;
    }, 250);
  });
  field("search").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    found.querySelector("button")?.click();
  });
}

export async function start(node) {
  const config = JSON.parse(node.dataset.map);
  const words = JSON.parse(node.dataset.words);
  const canvas = node.querySelector("[data-map-canvas]");
  const L = await leaflet(node).catch(() => null);
  if (!L) { canvas.textContent = words.failed; return; }
  const map = L.map(canvas, { preferCanvas: true, zoomControl: false, attributionControl: false, minZoom: 8, maxZoom: 19, zoomSnap: 1 });
  L.control.zoom({ zoomInTitle: words.in, zoomOutTitle: words.out, position: "topright" }).addTo(map);
  L.control.scale({ imperial: false, position: "topleft" }).addTo(map);
  if (config.osm) L.control.attribution({ prefix: false }).addAttribution("© OpenStreetMap contributors").addTo(map);
  view(L, map, config);
  const base = new (baseLayer(L))().addTo(map);
  const named = new (nameLayer(L, base))().addTo(map);
  const over = [];
  const show = (data, fit) => { const layer = drawn(L, map, data, palette()); over.push(data); if (fit && layer.getBounds().isValid()) map.fitBounds(layer.getBounds(), { padding: [16, 16] }); };
  if (config.points) show(config.points, config.lon == null && !config.area);
  if (config.area) json(`/tiles/areas/${config.area}.json`).then((data) => show(data, true)).catch(() => {});
  if (config.source) json(config.source).then((data) => show(data, config.lon == null && !config.area)).catch(() => {});
  if (config.me) nearMe(L, map, node, words);
  if (config.pick) picking(L, map, node, config, words);
  recolour(() => { base.shown().forEach((tile) => tile.draw()); named.later(); });
  node.jiedaoMap = map;
  node.dispatchEvent(new CustomEvent("map:ready", { bubbles: true, detail: { map, show } }));
}

function view(L, map, { lon, lat, zoom, bounds }) {
  if (lon != null) map.setView([lat, lon], zoom || 17);
  else if (bounds) map.fitBounds([[bounds[1], bounds[0]], [bounds[3], bounds[2]]]);
  else map.setView([27.83, 113.13], zoom || 12);
  if (bounds) map.setMaxBounds(L.latLngBounds([bounds[1], bounds[0]], [bounds[3], bounds[2]]).pad(0.5));
}

function recolour(again) {
  const sheet = document.getElementById("dark");
  matchMedia(sheet.media).addEventListener("change", again);
}
