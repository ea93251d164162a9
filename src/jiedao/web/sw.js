// The service worker of the field pages. ASSETS (addresses with hashes in them) is set above by the server: another set, another cache.
const CACHE = `field-assets-${ASSETS.join().split("").reduce((h, c) => (h * 31 + c.charCodeAt(0)) | 0, 7)}`;
const PAGES = "field-pages"; // other people's data: emptied at signing out
const FALLBACK = "/field/offline/";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((kept) => Promise.all([...ASSETS, FALLBACK].map((url) => kept.add(url).catch(() => {})))));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("field-assets-") && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })());
});

// pages: from the network, and kept for when there is none. Assets and tiles: from the cache first.
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (ASSETS.includes(url.pathname) || url.pathname.startsWith("/tiles/")) event.respondWith(held(request));
});

async function page(request, url) {
  const kept = await caches.open(PAGES);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected && url.pathname.startsWith("/field/")) kept.put(url.pathname, answer.clone());
    return answer;
  } catch {
    return (await kept.match(url.pathname)) || (await caches.match(FALLBACK)) || Response.error();
  }
}

async function held(request) {
  const kept = await caches.open(CACHE);
  const found = await kept.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) kept.put(request, answer.clone());
  return answer;
}
