// The page itself: it is there before the engine, fits a small screen, loads one engine only.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test('the page is painted before its program has arrived', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    host.hold('app-');
    await page.goto(host.url, { waitUntil: 'commit' });
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
    assert.equal(await studio.state(), 'waiting');
    await studio.screenshot('before-the-program');
    host.release('app-');
    await studio.paintButton.waitFor();
  });
});

test('everything can be chosen before the engine has arrived', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    host.hold('worker-');
    await studio.open(host.url, 'cpu');
    assert.equal(await studio.main.getAttribute('data-engine'), '');
    await studio.choose({ painting: 'hokusai-great-wave', size: 64 });
    assert.equal(await studio.region('Painting').getAttribute('data-chosen'), 'hokusai-great-wave');
    await studio.screenshot('before-the-engine');
    host.release('worker-');
    await page.locator('#studio[data-engine=cpu]').waitFor();
  });
});

for (const [engine, other] of [['gpu', 'cpu'], ['cpu', 'gpu']]) {
  test(`a visitor with the ${engine} engine never loads the other one`, async () => {
    await visit(browser, async ({ studio, page, host }) => {
      await studio.open(host.url, engine);
      await page.locator(`#studio[data-engine=${engine}]`).waitFor();
      assert.ok(host.requests.some((path) => path.includes(`worker-${engine}`)));
      assert.ok(!host.requests.some((path) => path.includes(`worker-${other}`)));
    });
  });
}

test('without being told, the page takes the GPU where there is one', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url);
    await page.locator('#studio[data-engine=gpu]').waitFor();
  });
});

for (const width of [320, 768, 1280]) {
  test(`nothing sticks out at ${width} pixels`, async () => {
    await visit(browser, async ({ studio, page, host }) => {
      await studio.open(host.url, 'cpu');
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `the page is ${wide} pixels wide`);
      await studio.screenshot(`width-${width}`);
    }, { viewport: { width, height: 700 } });
  });
}
