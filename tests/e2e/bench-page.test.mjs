// The page bench.html: it measures the device, shows tables, and gives them as text.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { skipLong } from './support/pack.mjs';
import { dist } from './support/places.mjs';
import { PATIENCE, Studio } from './support/studio.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** Opens the page, presses Measure, and returns its tables: { title: [{ column: cell, … }, …], … }. */
async function measure(page, host, query) {
  await page.goto(`${host.url}bench.html?quick${query}`);
  await page.getByRole('button', { name: 'Measure' }).click();
  await page.locator('#status[data-phase=done], #status[data-phase=failed]').waitFor({ timeout: PATIENCE });
  assert.equal(await page.locator('#status').textContent(), 'Measured.');
  return page.evaluate(() => Object.fromEntries([...document.querySelectorAll('#bench table')].map((table) => {
    const head = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
    const rows = [...table.tBodies[0].rows].map((row) => Object.fromEntries([...row.cells].map((cell, at) => [head[at], cell.textContent])));
    return [table.caption.textContent, rows];
  })));
}

/** Numbers that a device may have. */
function plausible(text, most) {
  assert.ok(Number(text) > 0 && Number(text) < most, text);
}

function checkSteps(rows) {
  assert.deepEqual(rows.length, 2, 'the bundled networks');
  for (const row of rows) {
    plausible(row['ms a step'], 120_000);
    plausible(row['steps a second'], 10_000);
  }
}

test('it measures the GPU, and gives the numbers as text', { skip: skipLong }, async () => {
  await visit(browser, async ({ page, host }) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: host.origin });
    const tables = await measure(page, host, '');
    const device = Object.fromEntries(tables.Device.map(({ what, value }) => [what, value]));
    assert.match(device.device, /swiftshader/i);
    plausible(device.maxBufferSize, 1e13);
    const layers = Object.entries(tables).filter(([title]) => title.startsWith('Convolutions of '));
    assert.equal(layers.length, 2, 'of the bundled networks');
    for (const row of layers.flatMap(([, rows]) => rows)) {
      assert.match(row['ways equal to the definition'], /^(\d+) of \1$/, `${row.layer} is computed right in all ways`);
      plausible(row.ms, 60_000);
      plausible(row['GFLOP/s'], 1e5);
    }
    checkSteps(tables['Steps at 64 × 64 pixels']);

    for (const [width, height] of [[390, 844], [1440, 900]]) {
      for (const colorScheme of ['light', 'dark']) {
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme });
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, 'nothing is wider than the screen');
        await new Studio(page).screenshot(`bench-${width}-${colorScheme}`);
      }
    }

    await page.getByRole('button', { name: 'Copy as text' }).click();
    await page.locator('#status').filter({ hasText: 'Copied.' }).waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    for (const [title, rows] of Object.entries(tables)) {
      assert.ok(text.includes(`### ${title}\n`), title);
      for (const row of rows) assert.ok(text.includes(`| ${Object.values(row).join(' | ')} |`), Object.values(row).join());
    }
  });
});

test('without WebGPU it says so and measures a step on the processor', async () => {
  await visit(browser, async ({ page, host }) => {
    await page.addInitScript(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
    const seen = page.locator('#status').filter({ hasText: 'no WebGPU' }).waitFor();
    const [tables] = await Promise.all([measure(page, host, ''), seen]);
    checkSteps(tables['Steps at 64 × 64 pixels']);
  });
});

test('it has the policy of the page, and the page names it', () => {
  const policy = /<meta http-equiv="Content-Security-Policy"[^>]*>/;
  const read = (name) => readFileSync(join(dist, name), 'utf8');
  assert.equal(policy.exec(read('bench.html'))[0], policy.exec(read('index.html'))[0]);
  assert.match(read('index.html'), /href="bench.html"/);
  assert.match(read('sw.js'), /"bench.html"/);
});
