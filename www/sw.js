// Keeps the site for visits without a network. Each build has a cache of its own, filled before the build is used, so that
// page, workers and lists are never of two builds; the networks' weights are kept by the engine itself.

// Filled in by xtask/finish.mjs; without a build (under `cargo xtask serve`) nothing is kept.
const build = /* build */ '';
const shell = /* shell */ [];
const engines = /* engines */ {};

const LIST = 'weights/packs.json';
/** What all workers are started from. */
const DOORSTEP = /^worker-[0-9a-f]{16}\.js$/;
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
  else if (DOORSTEP.test(name)) event.respondWith(kept(address, event.request).then(isolated));
  else if (known.has(name)) event.respondWith(kept(address, event.request));
  else if (name === LIST) event.respondWith(newest(address, event.request));
});

async function install() {
  try {
    const page = await fetch(scope, { cache: 'no-cache' });
    const text = await page.text();
    // The host may be in the middle of an update. The browser tries again at the next visit.
    if (!text.includes(`data-build="${build}"`)) throw new Error('the page is not of this build');
    const cache = await caches.open(current);
    const headers = described(page.headers);
    // As the text is now, whatever it came in.
    headers.set('content-type', 'text/html; charset=utf-8');
    // Made anew, since a page that was reached by a redirection is refused.
    await cache.put(scope, new Response(text, { headers }));
    await cache.addAll(shell.map((name) => new Request(name, { cache: 'no-cache' })));
  } catch (error) {
    // A full disk, for example: the site works as before, from the network.
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

/** Keeps files that are not kept yet. */
async function keep(names) {
  const cache = await caches.open(current);
  for (const name of names) if (!await cache.match(name)) await cache.add(name);
}

/**
 * The headers of an answer but for those that say how its body was encoded and sent: that is undone when it is read. All
 * others are kept, above all the host's Content-Security-Policy: what is kept here must not be less protected than what it
 * was made of.
 */
function described(headers) {
  const kept = new Headers(headers);
  // A cache refuses what varies with everything, and finds no page again that varies with what the browser asked for.
  for (const name of ['content-encoding', 'content-length', 'content-range', 'transfer-encoding', 'vary']) kept.delete(name);
  return kept;
}

/** From the cache, or else from the network. */
async function kept(address, request) {
  return await caches.match(address, { cacheName: current }) ?? fetch(request);
}

/**
 * Made anew, with what isolates a page from others, so that the processor's other cores may help to paint: few hosts send it.
 * A worker is refused where it does not have it as its page has.
 *
 * A worker takes the address of what it gets for its own, and would miss what it was asked behind the question mark; what is
 * made anew has none.
 */
function isolated(answer) {
  // A redirection cannot be seen into.
  if (answer.type === 'opaqueredirect') return answer;
  const headers = described(answer.headers);
  headers.set('cross-origin-opener-policy', 'same-origin');
  headers.set('cross-origin-embedder-policy', 'require-corp');
  headers.set('cross-origin-resource-policy', 'cross-origin');
  const { status, statusText } = answer;
  return new Response(answer.body, { status, statusText, headers });
}

/** From the network, or without one as it was last. */
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
