// Report, confirmation and near-me pages: photos that are too large are named before they are sent; links are copied; the list follows the map.
import { announce } from "../jiedao/page.js";

const form = document.querySelector("#report");
form?.addEventListener("submit", (event) => {
  const input = form.querySelector("input[type=file]");
  const large = [...input.files].find((file) => file.size > Number(form.dataset.mostMb) * 2 ** 20);
  const said = form.querySelector("[data-too-large-said]");
  said.hidden = !large;
  if (!large) return;
  event.preventDefault();
  said.querySelector("span").textContent = `${large.name}: ${form.dataset.tooLarge}`;
  announce(form.dataset.tooLarge);
  input.focus();
});

document.querySelector("button[name=copy]")?.addEventListener("click", async (event) => {
  const button = event.currentTarget;
  await navigator.clipboard.writeText(button.value);
  button.classList.add("copied");
  announce(button.textContent);
});

// the list and the marks follow the map
const near = document.querySelector("[data-near]");
const CLOSE = 14;
near?.addEventListener("map:ready", ({ detail: { map, show } }) => {
  const seen = new Set();
  let timer;
  map.on("moveend", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      if (map.getZoom() < CLOSE) return;
      const { lat, lng } = map.getCenter();
      const url = `${near.dataset.near}?lon=${lng.toFixed(5)}&lat=${lat.toFixed(5)}`;
      window.htmx.ajax("GET", url, "#near-list");
      const answer = await fetch(`${url}&json`).then((got) => got.json()).catch(() => null);
      if (!answer) return;
      const fresh = answer.features.filter((one) => !seen.has(one.properties.id));
      fresh.forEach((one) => seen.add(one.properties.id));
      show({ type: "FeatureCollection", features: fresh }, false);
    }, 400);
  });
});

// tasks: nearest first, from where the phone is
document.querySelector("[data-locate]")?.addEventListener("click", (event) => {
  event.preventDefault();
  const link = event.currentTarget;
  const said = document.querySelector("[data-locate-said]");
  const denied = () => { said.textContent = said.dataset.denied; };
  if (!navigator.geolocation) { denied(); return; }
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    location.assign(`${link.href}&lon=${coords.longitude.toFixed(5)}&lat=${coords.latitude.toFixed(5)}`);
  }, denied, { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 });
});
