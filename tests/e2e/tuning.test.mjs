// Tests the algorithms of a GPU's convolutions: measured on request, stored, and reset to the rule.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { CHANNELS, withNarrow } from './support/narrow.mjs';
import { skipLong } from './support/pack.mjs';
import { PATIENCE } from './support/studio.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test('the algorithms of the GPU are measured, remembered and forgotten', { skip: skipLong }, async () => {
  await visit(browser, async ({ studio, page, host }) => {
    const convolutions = page.locator('#convolutions');
    const chosen = (by) => page.locator(`#convolutions[data-by=${by}]`).waitFor({ timeout: PATIENCE });
    const remembered = () => page.evaluate(async () => {
      const cache = await caches.open('impasto-weights');
      const notes = (await cache.keys()).filter((request) => request.url.includes('/notes/'));
      return Promise.all(notes.map(async (request) => (await cache.match(request)).json()));
    });
    const open = async () => {
      await studio.open(host.url, 'gpu', { network: 'narrow', size: 64, steps: 10 });
      await studio.reachNetwork('narrow');
      await page.locator('#expert').evaluate((details) => { details.open = true; });
      await page.locator('#more').evaluate((details) => { details.open = true; });
    };

    await open();
    // The worker says so after it has measured, or has not (apps/worker/src/engine/session.rs).
    await chosen('rule');
    assert.deepEqual(await remembered(), [], 'software is not measured unasked');
    assert.match(await convolutions.textContent(), /A rule chooses/);

    await convolutions.getByRole('button', { name: 'Measure' }).click();
    assert.match(await convolutions.textContent(), /Being measured/);
    await chosen('measurement');
    assert.match(await convolutions.textContent(), new RegExp(`${CHANNELS}→${CHANNELS}`));
    await convolutions.scrollIntoViewIfNeeded();
    await studio.screenshot('measured');
    const [note] = await remembered();
    assert.deepEqual(note.measured.map(([inputs, outputs]) => [inputs, outputs]), [[CHANNELS, CHANNELS]]);

    // The next visit uses the stored measurements.
    await open();
    await chosen('measurement');
    // Another network that the page prepares on the way may be measured, too.
    const [kept] = await remembered();
    assert.deepEqual(kept.measured.filter(([inputs]) => inputs === CHANNELS), note.measured);
    await studio.paint();
    await studio.reach('done');

    await convolutions.getByRole('button', { name: 'By rule' }).click();
    await chosen('rule');
    const [forgotten] = await remembered();
    assert.deepEqual([forgotten.by, forgotten.measured], ['rule', []]);
  }, { weights: withNarrow() });
});

test('the processor has no such choice', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    await page.locator('#studio[data-engine=cpu]').waitFor({ timeout: PATIENCE });
    assert.equal(await page.locator('#convolutions').count(), 0);
  });
});
