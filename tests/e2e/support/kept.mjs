// What the site stores on the visitor's machine.

import { until } from './chromium.mjs';

/** Waits until the site, the engine and a network are stored. */
export async function kept(page, engine, network) {
  await until(page, async ([engine, network]) => {
    const urls = [];
    for (const name of await caches.keys()) {
      for (const request of await (await caches.open(name)).keys()) urls.push(request.url);
    }
    const has = (part, ending = '') => urls.some((url) => url.includes(part) && url.endsWith(ending));
    return has(`worker-${engine}`, '.wasm') && has(`weights/${network}/manifest.json`) && has('.bin?sha256=');
  }, [engine, network]);
  await page.evaluate(() => navigator.serviceWorker.ready);
}
