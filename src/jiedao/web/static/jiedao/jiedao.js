// Starts what a page uses: dialogs, shortcuts, announcements, CSRF for htmx; maps, photos and the offline queue only where they are.
import { $, all, announce, token } from "./page.js";

document.documentElement.classList.add("js");

// dialogs and menus
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  for (const menu of all("details.menu[open], details.rule[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of all("details.menu[open], details.rule[open]")) {
    menu.open = false;
    $("summary", menu).focus();
  }
});

// htmx
document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRFToken"] = token(); });
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Retarget") || event.detail.xhr.status === 422) event.detail.shouldSwap = true;
});
document.addEventListener("htmx:afterSwap", (event) => {
  start(event.detail.elt);
  const said = event.detail.elt.matches?.("[data-announce]") ? event.detail.elt : $("[data-announce]", event.detail.elt);
  if (said) announce(said.dataset.announce);
});
document.addEventListener("htmx:sendError", () => announce(navigator.language.startsWith("zh") ? "网络不通" : "No connection"));

// who signs out takes along the pages that were kept for working offline
document.addEventListener("submit", (event) => {
  if (event.target.action?.endsWith("/sign-out/")) window.caches?.delete("field-pages");
});

// a form is sent once
document.addEventListener("submit", (event) => {
  setTimeout(() => {
    if (event.defaultPrevented || event.target.method === "dialog") return;
    all("button:not([type=button])", event.target).forEach((b) => { b.disabled = true; });
  });
});
window.addEventListener("pageshow", (event) => event.persisted && all("button[disabled]").forEach((b) => { b.disabled = false; }));

// the board's clock
function tick(node) {
  const english = document.documentElement.lang === "en";
  const now = new Date();
  const part = (options) => new Intl.DateTimeFormat(english ? "en-GB" : "zh-CN", { timeZone: "Asia/Shanghai", ...options }).format(now);
  const time = part({ hour: "2-digit", minute: "2-digit", hour12: false });
  node.textContent = english
    ? `${part({ weekday: "short" })} ${part({ day: "numeric" })} ${part({ month: "long" })}, ${time}`
    : `${part({ month: "numeric", day: "numeric" }).replace("/", "月")}日 ${part({ weekday: "short" })} ${time}`;
}

// shortcuts of the desk: j k o x / n ? and the letters on buttons
function rows() { return all("[data-row]"); }
function move(by) {
  const list = rows();
  if (!list.length) return;
  const at = list.findIndex((row) => row.classList.contains("current"));
  const next = list[Math.max(0, Math.min(list.length - 1, at + by))];
  list.forEach((row) => row.classList.toggle("current", row === next));
  next.scrollIntoView({ block: "nearest" });
  $("a", next)?.focus({ preventScroll: true });
}
const current = () => $("[data-row].current");
const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => $("a", current() || document.createElement("i"))?.click(),
  x: () => $("input[type=checkbox]", current() || document.createElement("i"))?.click(),
  "/": () => $("input[type=search]")?.focus(),
  "?": () => $("#keys")?.showModal(),
};
function shortcut(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open], .leaflet-container")) return;
  const press = KEYS[event.key] || (() => {
    const target = $(`[data-key="${CSS.escape(event.key)}"]`);
    if (target) target.click();
    return target;
  });
  if (press() !== null) event.preventDefault();
}

// what a page, or a part fetched into it, needs
function start(from) {
  const maps = all("[data-map]:not([data-started])", from);
  if (maps.length) {
    const seen = new IntersectionObserver((entries) => entries.filter((e) => e.isIntersecting).forEach((e) => {
      seen.unobserve(e.target);
      import("./map.js").then((module) => module.start(e.target));
    }), { rootMargin: "200px" });
    maps.forEach((node) => { node.dataset.started = ""; seen.observe(node); });
  }
  const photos = all("[data-photos]:not([data-started])", from);
  if (photos.length) import("./photos.js").then((module) => photos.forEach(module.start));
}

start(document);
if (document.body.hasAttribute("data-keys")) document.addEventListener("keydown", shortcut);
for (const node of all("[data-clock]")) setInterval(tick, 10_000, node);
if (document.body.dataset.offline) import("./offline.js").then((module) => module.start());
