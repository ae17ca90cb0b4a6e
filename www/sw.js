// Stores the site for offline use (service worker). Each build has its own cache, which is filled before the build
// becomes active, so that page, workers and lists always belong to the same build. The engine stores the networks'
// weights itself.

// xtask/finish.mjs fills these in; without a build (under `cargo xtask serve`) nothing is stored.
const build = /* build */ '';
const shell = /* shell */ [];
const engines = /* engines */ {};

const LIST = 'weights/packs.json';
/** The entry script of all workers. */
const LOADER = /^worker-[0-9a-f]{16}\.js$/;
/** The pages beside the main one, which start workers as well. */
const PAGES = new Set(['bench.html', 'how.html']);
const { scope } = registration;
const ours = `impasto-site ${scope} `;
const current = ours + build;
const known = new Set([...shell, ...Object.values(engines).flat()]);

addEventListener('install', (event) => event.waitUntil(build === '' ? skipWaiting() : install()));
addEventListener('activate', (event) => event.waitUntil(activate()));
addEventListener('message', (event) => {
  if (event.data === 'take over') skipWaiting();
  if (Object.hasOwn(engines, event.data?.keep)) event.waitUntil(keep(engines[event.data.keep]));
});
addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const address = url.split(/[?#]/)[0];
  if (build === '' || method !== 'GET' || !address.startsWith(scope)) return;
  const name = address.slice(scope.length);
  if (mode === 'navigate' && (name === '' || name === 'index.html')) event.respondWith(kept(scope, event.request).then(isolated));
  else if (LOADER.test(name) || PAGES.has(name)) event.respondWith(kept(address, event.request).then(isolated));
  else if (known.has(name)) event.respondWith(kept(address, event.request));
  else if (name === LIST) event.respondWith(newest(address, event.request));
});

async function install() {
  try {
    const page = await fetch(scope, { cache: 'no-cache' });
    const text = await page.text();
    // The host may be in the middle of an update. The browser tries again on the next visit.
    if (!text.includes(`data-build="${build}"`)) throw new Error('the page is not of this build');
    const cache = await caches.open(current);
    const headers = described(page.headers);
    // The text has been decoded and is stored as UTF-8.
    headers.set('content-type', 'text/html; charset=utf-8');
    // A new response, since a stored response to a redirected request cannot be used for a page.
    await cache.put(scope, new Response(text, { headers }));
    await cache.addAll(shell.map((name) => new Request(name, { cache: 'no-cache' })));
  } catch (error) {
    // The disk may be full, for example: the site keeps working from the network.
    await caches.delete(current);
    throw error;
  }
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith(ours) && name !== current) await caches.delete(name);
  }
  if (build === '') await registration.unregister();
  else await clients.claim();
}

/** Stores files that are not stored yet. */
async function keep(names) {
  const cache = await caches.open(current);
  for (const name of names) if (!await cache.match(name)) await cache.add(name);
}

/**
 * The headers of a response, except those that describe how its body was encoded and transferred: the body is stored
 * decoded. All others are kept, above all the host's Content-Security-Policy, so that the stored response is protected
 * in the same way.
 */
function described(headers) {
  const kept = new Headers(headers);
  // The cache rejects responses with `Vary: *`, and does not find responses that vary with request headers.
  for (const name of ['content-encoding', 'content-length', 'content-range', 'transfer-encoding', 'vary']) kept.delete(name);
  return kept;
}

/** From the cache, or else from the network. */
async function kept(address, request) {
  return await caches.match(address, { cacheName: current }) ?? fetch(request);
}

/**
 * A copy of the response with the headers for cross-origin isolation, so that the CPU engine can use several cores: few
 * hosts send them. A worker of an isolated page fails to load without them.
 *
 * A worker takes the URL of its response as its own, which would lack the query of the request; a constructed response
 * has no URL.
 */
function isolated(answer) {
  // The headers of a redirect cannot be read.
  if (answer.type === 'opaqueredirect') return answer;
  const headers = described(answer.headers);
  headers.set('cross-origin-opener-policy', 'same-origin');
  headers.set('cross-origin-embedder-policy', 'require-corp');
  headers.set('cross-origin-resource-policy', 'cross-origin');
  const { status, statusText } = answer;
  return new Response(answer.body, { status, statusText, headers });
}

/** From the network; offline, the latest stored response. */
async function newest(address, request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) await caches.open(current).then((cache) => cache.put(address, answer.clone())).catch(() => {});
    return answer;
  } catch (error) {
    const last = await caches.match(address, { cacheName: current });
    if (!last) throw error;
    return last;
  }
}
