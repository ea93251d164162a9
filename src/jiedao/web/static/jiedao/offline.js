// Offline reports of the field pages. A form with data-queue-form is kept in IndexedDB with its photos and an idempotency key,
// and sent once when there is a connection. Protocol: docs/web.md, "Offline".
import { announce, token } from "./page.js";

const STORE = "reports";
const open = () => new Promise((done, fail) => {
  const asked = indexedDB.open("jiedao-field", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key" });
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => fail(asked.error);
});
async function store(mode, act) {
  const base = await open();
  return new Promise((done, fail) => {
    const deal = base.transaction(STORE, mode);
    const asked = act(deal.objectStore(STORE));
    deal.oncomplete = () => { base.close(); done(asked.result); };
    deal.onerror = deal.onabort = () => { base.close(); fail(deal.error); };
  });
}
const waiting = () => store("readonly", (s) => s.getAll());
const put = (item) => store("readwrite", (s) => s.put(item));
const drop = (key) => store("readwrite", (s) => s.delete(key));

const owner = () => document.body.dataset.owner || "";
const mine = async () => (await waiting()).filter((item) => item.owner === owner());

async function keep(form, button) {
  const fields = [...new FormData(form, button)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && !(value instanceof File && !value.size));
  const item = { key: crypto.randomUUID?.() || `${Date.now()}-${Math.random()}`, owner: owner(), url: form.action, fields, title: form.dataset.queueForm, at: Date.now(), refused: "" };
  await put(item);
  return item;
}

// 2xx: done, goes to `next`. A refusal in JSON: kept with its reason (null). No answer, no sign-in, or a fault: later (throws).
async function post(item) {
  const body = new FormData();
  item.fields.forEach(([name, value]) => body.append(name, value));
  const answer = await fetch(item.url, {
    method: "POST", body, redirect: "manual",
    headers: { "X-CSRFToken": token(), "Idempotency-Key": item.key, Accept: "application/json" },
  });
  const said = await answer.json().catch(() => null);
  if (answer.ok) {
    await drop(item.key);
    return said?.next || "";
  }
  if (!said || answer.status === 401 || answer.status === 429 || answer.status >= 500) throw new Error("later");
  await put({ ...item, refused: said.message || String(answer.status) });
  return null;
}

// one at a time over all pages of this browser, so that nothing is posted twice at once
const alone = (act) => (navigator.locks ? navigator.locks.request("jiedao-queue", act) : act());

let sending = false;
async function send() {
  if (sending || !navigator.onLine) return;
  sending = true;
  try {
    await alone(async () => {
      for (const item of await mine()) {
        if (item.refused) continue;
        await show("sending");
        await post(item);
      }
    });
  } catch { /* no connection, or signed out: it stays in the queue */ }
  sending = false;
  await show();
}

async function show(state) {
  const bar = document.querySelector("[data-queue]");
  const text = document.querySelector("[data-queue-text]");
  const items = await mine();
  const refused = items.filter((item) => item.refused);
  bar.hidden = !items.length;
  bar.dataset.count = items.length;
  const said = state === "sending" ? text.dataset.sending : refused.length
    ? `${text.dataset.refused.replace("#", refused.length)}: ${refused[0].refused}` : text.dataset.waiting.replace("#", items.length);
  if (items.length && said !== text.textContent) announce(said);
  text.textContent = items.length ? said : "";
  bar.querySelector("[data-queue-drop]").hidden = !refused.length;
}

async function submitted(event) {
  const form = event.target.closest("form[data-queue-form]");
  if (!form) return;
  event.preventDefault();
  const button = event.submitter;
  const kept = keep(form, button);
  if (button) button.disabled = true;
  const item = await kept;
  let next = form.dataset.queueNext || "/field/";
  try {
    const went = navigator.onLine ? await post(item) : "";
    if (went === null) { if (button) button.disabled = false; await show(); return; }
    next = went || next;
  } catch { /* kept for later */ }
  form.reset();
  location.assign(next);
}

export function start() {
  const banner = document.querySelector("[data-offline-banner]");
  const line = () => { banner.hidden = navigator.onLine; send(); };
  addEventListener("online", line);
  addEventListener("offline", line);
  document.addEventListener("submit", submitted);
  document.querySelector("[data-queue-send]").addEventListener("click", send);
  document.querySelector("[data-queue-drop]").addEventListener("click", async () => {
    for (const item of await mine()) if (item.refused) await drop(item.key);
    show();
  });
  navigator.serviceWorker?.register(document.body.dataset.offline, { scope: "/field/" });
  line();
  show();
}
