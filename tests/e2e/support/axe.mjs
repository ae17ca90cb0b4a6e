// What axe-core finds wrong with a page.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The violations, in words; `options` are those of `axe.run`. */
export async function violations(page, options = {}) {
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axe);
  return page.evaluate(async (options) => {
    const found = await globalThis.axe.run(document, { resultTypes: ['violations'], ...options });
    return found.violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id} (${help}): ${target} ${failureSummary}`));
  }, options);
}
