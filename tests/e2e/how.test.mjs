// The page how.html: what layers keep of a photo, what they take of a painting, and both at once.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { violations } from './support/axe.mjs';
import { launch, visit } from './support/chromium.mjs';
import { dist } from './support/places.mjs';
import { PATIENCE } from './support/studio.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const QUICK = 'how.html?quick&engine=cpu';
const state = (page, ...names) => page.locator(names.map((name) => `main[data-state=${name}]`).join(', ')).waitFor({ timeout: PATIENCE });
const compute = (page) => page.getByRole('button', { name: 'Compute the pictures below' });

/** The mean difference of the photo and each canvas of a row, 0..255. */
const differences = (page, row) => page.evaluate(async (row) => {
  const photo = document.getElementById('photo-seen');
  await photo.decode();
  return [...document.querySelectorAll(`#${row} canvas`)].map((canvas) => {
    const { width, height } = canvas;
    const small = new OffscreenCanvas(width, height).getContext('2d');
    small.drawImage(photo, 0, 0, width, height);
    const [one, other] = [small, canvas.getContext('2d')].map((context) => context.getImageData(0, 0, width, height).data);
    return one.reduce((sum, value, at) => sum + Math.abs(value - other[at]), 0) / one.length;
  });
}, row);

const pixels = (page, id) => page.evaluate((id) => {
  const canvas = document.getElementById(id);
  return [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data].join();
}, id);

test('it computes what layers keep and take, and both at once, with the losses of each step', async () => {
  await visit(browser, async ({ page, host }) => {
    const requests = [];
    page.on('request', (request) => requests.push(request.url().slice(host.url.length)));
    await page.goto(`${host.url}${QUICK}&photo=coffee`);
    assert.equal(await page.getByLabel('Photo', { exact: true }).inputValue(), 'coffee');
    assert.ok(!requests.some((name) => /^app-|^worker|^library|^weights/.test(name)), 'nothing heavy is loaded before it is asked for');
    await compute(page).click();
    await state(page, 'done', 'failed');
    assert.match(await page.getByRole('status').textContent(), /^Computed/);
    assert.ok(!requests.some((name) => name.startsWith('app-')), 'the program of the other page is not needed');

    const [kept, taken] = [await differences(page, 'contents'), await differences(page, 'styles')];
    assert.ok(kept[0] < kept[2] && kept[2] < kept[4], `deeper layers keep less of the photo: ${kept}`);
    assert.ok(taken.every((difference) => difference > kept[0]), `no photo is in the styles: ${taken} and ${kept}`);
    const lines = page.locator('#losses polyline');
    const points = await lines.evaluateAll((all) => all.map((line) => line.getAttribute('points').split(' ').length));
    assert.ok(points.length === 3 && points.every((count) => count >= 3), `points of the steps whose losses are read: ${points}`);
    const losses = await page.locator('tbody td').allTextContents();
    assert.ok(losses.every((loss) => Number(loss) > 0), losses.join());

    // The strength asks for the last picture anew, and for no other.
    const [before, first] = [await pixels(page, 'result'), await differences(page, 'contents')];
    await page.getByLabel('From the photo to the painting').focus();
    await page.keyboard.press('End');
    await state(page, 'computing');
    await state(page, 'done', 'failed');
    assert.notEqual(await pixels(page, 'result'), before, 'another strength, another picture');
    assert.deepEqual(await differences(page, 'contents'), first);
  });
});

test('it stops, takes files of the visitor, and names a file that is no picture', async () => {
  await visit(browser, async ({ page, host }) => {
    await page.goto(`${host.url}${QUICK}`);
    await compute(page).click();
    await page.locator('#progress:not([hidden])').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await state(page, 'stopped');
    await compute(page).click();
    // Another picture ends what is computed of the former one.
    await page.getByLabel('Your own photo').setInputFiles(join(dist, 'samples/photos/astronaut.jpg'));
    await state(page, 'stopped');
    assert.equal(await page.locator('#photo-seen').getAttribute('alt'), 'The photo: astronaut.jpg');
    await page.getByLabel('Your own painting').setInputFiles({ name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('Dear visitor') });
    await compute(page).click();
    await state(page, 'failed');
    assert.match(await page.getByRole('status').textContent(), /^It did not work: .*letter\.txt/);
  }, { expectErrors: true });
});

test('it can be read at all sizes, light and dark, and axe-core finds nothing', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await page.goto(`${host.url}${QUICK}`);
    await compute(page).click();
    await state(page, 'done', 'failed');
    for (const [width, height] of [[390, 844], [820, 1180], [1440, 900]]) {
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height });
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `nothing is cut off at ${width} pixels`);
        await studio.screenshot(`how-${width}-${colorScheme}`);
      }
    }
    assert.deepEqual(await violations(page), []);
  }, { bypassCSP: true });
});

test('it has the policy of the other pages, and is among the files that are kept', () => {
  const read = (name) => readFileSync(join(dist, name), 'utf8');
  assert.match(read('index.html'), /href="how.html"/);
  assert.match(read('how.html'), /<meta http-equiv="Content-Security-Policy"/);
  for (const name of ['how.html', 'how.js', 'how.css', 'library/index.js']) assert.ok(read('sw.js').includes(`"${name}"`), name);
});
