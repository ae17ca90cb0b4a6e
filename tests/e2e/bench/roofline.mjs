// The peak performance of the adapter, as benches/roofline measures it, and the share that an engine reaches.

import { join } from 'node:path';

import { Host } from '../support/host.mjs';
import { root } from '../support/places.mjs';
import { PATIENCE } from '../support/studio.mjs';

/** VGG-19 up to conv5_1, forward and backward: two operations for each of 361,152 multiply-adds per pixel, twice. */
const OPERATIONS_PER_PIXEL = 2 * 2 * 361_152;

export async function measureRoofline(browser) {
  const host = await new Host(null).start();
  host.overlay = join(root, 'benches/roofline');
  try {
    const page = await browser.newPage();
    const broken = new Promise((_, reject) => { page.once('pageerror', reject); });
    await page.goto(`${host.url}index.html`);
    const found = page.waitForFunction(() => globalThis.roofline, null, { timeout: PATIENCE });
    const roofline = await (await Promise.race([found, broken])).jsonValue();
    if (roofline.error) throw new Error(`benches/roofline: ${roofline.error}`);
    return roofline;
  } finally {
    await host.stop();
  }
}

/** The best of two rounds, for each measurement. */
export function better(one, other) {
  const most = (name, measure) => (one[name][measure] > other[name][measure] ? one[name] : other[name]);
  return {
    adapter: one.adapter,
    multiplyAdds: most('multiplyAdds', 'gflops'),
    reading: most('reading', 'gigabytesPerSecond'),
    products: one.products.map((product, at) => (product.seconds < other.products[at].seconds ? product : other.products[at])),
  };
}

/** GFLOP/s of a step if each convolution were the best direct product; null if that was not measured. */
export function ceiling(roofline, picture) {
  const products = roofline?.products.filter((product) => product.picture === picture) ?? [];
  if (products.length === 0) return null;
  const sum = (name) => products.reduce((sum, product) => sum + product[name], 0);
  return sum('operations') / sum('seconds') / 1e9;
}

/** GFLOP/s of a VGG-19 step of this many seconds, with the operations of direct convolutions. */
export const effective = (pixels, seconds) => pixels * OPERATIONS_PER_PIXEL / seconds / 1e9;

export function printRoofline(roofline) {
  const { adapter, multiplyAdds, reading, products } = roofline;
  const ceilings = [...new Set(products.map(({ picture }) => picture))]
    .map((picture) => `${ceiling(roofline, picture).toFixed(1)} at ${picture}`);
  console.log(`roofline (${adapter}): ${multiplyAdds.gflops.toFixed(1)} GFLOP/s in registers, ${ceilings.join(', ')} as direct products; `
    + `${reading.gigabytesPerSecond.toFixed(1)} GB/s read`);
}
