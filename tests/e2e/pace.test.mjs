// Tests the expected duration: said before Paint is pressed, from what was measured; and the size that suits the machine.
// No test depends on how fast this machine is.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { PATIENCE } from './support/studio.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const SAMPLE = 640; // the long side of the first photo in pixels

const words = (page) => page.locator('output[for=size]').textContent();
const size = async (page) => Number(await page.getByLabel('Size', { exact: true }).inputValue());

/** Waits until the page says how long a run takes; returns the words. */
async function expected(page) {
  await page.locator('output[for=size]').filter({ hasText: 'about' }).waitFor({ timeout: PATIENCE });
  return words(page);
}

/** The seconds in words such as "256 × 171 px, about 2 minutes". */
function seconds(words) {
  const [, number, unit] = /, about (\d+|a) (second|minute|hour)s?$/.exec(words) ?? assert.fail(words);
  return (number === 'a' ? 1 : Number(number)) * { second: 1, minute: 60, hour: 3600 }[unit];
}

test('the page says how long a run will take before it begins, and follows the settings', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu', { size: 96, network: 'tiny' });
    assert.match(await expected(page), /^96 × 64 px, about /);
    assert.equal(await size(page), 96, 'a size that the address names stays');
    await studio.screenshot('expected-duration');

    const of = async (choice) => { await studio.choose(choice); return seconds(await words(page)); };
    const [short, long] = [await of({ size: 640, steps: 100 }), await of({ steps: 300 })];
    assert.ok(long > 2 * short && long < 4 * short, `${short} s for 100 steps, ${long} s for 300`);
    const small = await of({ size: 320 });
    assert.ok(small < long / 2, `${long} s at 640 pixels, ${small} s at 320`);

    await studio.choose({ network: 'fast' });
    assert.ok(seconds(await expected(page)) > 0, 'the other network is measured, too');
  });
});

test('unless one is chosen, the size is what this machine paints in twenty seconds', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu', { steps: 10 });
    await expected(page);
    const suitable = await size(page);
    assert.ok(suitable >= 256 && suitable <= SAMPLE && suitable % 32 === 0, `${suitable} pixels`);
    if (suitable > 256) assert.ok(seconds(await words(page)) <= 20, await words(page));
    await studio.screenshot('suitable-size');

    // It is not larger than a photo that would have to be enlarged.
    await studio.choose({ photo: 'cat' });
    await page.locator('output[for=size]').filter({ hasText: '× ' }).waitFor();
    await page.waitForFunction(() => Number(document.querySelector('#size').value) <= 480);

    // From now on the visitor decides.
    await studio.choose({ photo: 'summer-palace', size: 288 });
    await studio.choose({ photo: 'astronaut' });
    await page.locator('output[for=size]').filter({ hasText: '288 × 288 px' }).waitFor();
  });
});

test('a size that was chosen before the measurement stays', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    host.hold('worker-');
    await studio.open(host.url, 'cpu', { steps: 10 });
    assert.match(await words(page), /^256 × 171 px$/, 'nothing is known yet');
    await studio.choose({ size: 64 });
    host.release('worker-');
    assert.match(await expected(page), /^64 × 43 px, about a second$|^64 × 43 px, about \d+ seconds$/);
    assert.equal(await size(page), 64);
  });
});

test('where nothing is fetched in advance, the first run says how long the next one will take', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'connection', { get: () => ({ saveData: true }) }));
    await studio.open(host.url, 'cpu', { size: 64, steps: 10 });
    assert.equal(await words(page), '64 × 43 px');
    await studio.paint();
    await studio.reach('done');
    await expected(page);
    assert.equal(await size(page), 64);
  });
});
