// Keeps the page of the site: what it is made of when it is installed, and what it loads besides (wasm, the model) when
// it is first asked for. site.mjs fills in the version and the files. Its answers isolate the page, as a static site
// cannot: that gives wasm its threads.
const { version, files } = /* filled in by site.mjs */ { version: '', files: [] };
const prefix = 'pip-graft-studio-';
const name = prefix + version;
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};

self.addEventListener('install', (event) => {
  // Past the browser's own cache: it may hold the files of the version before.
  const fresh = files.map((file) => new Request(file, { cache: 'reload' }));
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(fresh)));
});

self.addEventListener('activate', (event) => {
  const clean = async () => {
    const old = (await caches.keys()).filter((key) => key.startsWith(prefix) && key !== name);
    await Promise.all(old.map((key) => caches.delete(key)));
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(self.registration.scope)) return;
  event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(name);
  const address = new URL(request.url);
  address.search = '';
  address.hash = '';
  const known = await cache.match(address.href);
  if (known) return isolated(known);
  const response = await fetch(request);
  if (response.status === 200) await cache.put(address.href, response.clone());
  return isolated(response);
}

function isolated(response) {
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  for (const [key, value] of Object.entries(isolation)) headers.set(key, value);
  return new Response(response.body, { status, statusText, headers });
}
