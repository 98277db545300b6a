// Keeps the page "Ask" and all it needs, so that it answers without a network.
//
// A release of the site is kept whole or not at all: its files are fetched together, and the ones
// before serve every page that is open until the last of them is closed.

const VERSION = "@VERSION@";
const FILES = ["@FILES@"];
const KEPT = `derivlib-ask-${VERSION}`;

/** @type {any} */
const worker = self;
const kept = new Set(FILES.map((file) => new URL(file, worker.registration.scope).href));

worker.addEventListener("install", (/** @type {any} */ event) => {
  event.waitUntil(
    caches.open(KEPT).then((cache) =>
      cache.addAll([...kept].map((address) => new Request(address, { cache: "no-cache" }))),
    ),
  );
});

worker.addEventListener("activate", (/** @type {any} */ event) => {
  const isOlder = (/** @type {string} */ name) => name.startsWith("derivlib-ask-") && name !== KEPT;
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter(isOlder).map((name) => caches.delete(name)))),
  );
});

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const address = event.request.url.split("#")[0].split("?")[0];
  if (event.request.method !== "GET" || !kept.has(address)) return;
  event.respondWith(
    caches.open(KEPT).then((cache) => cache.match(address)).then((found) => found ?? fetch(event.request)),
  );
});
