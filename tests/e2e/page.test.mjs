// Tests the page itself: it works before the engine is loaded, fits narrow screens, and loads one engine only.

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
      await studio.unfold();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `the page is ${wide} pixels wide`);
      await studio.screenshot(`width-${width}`);
    }, { viewport: { width, height: 700 } });
  });
}

/** The settings that the address names and the page shows. */
async function chosen(studio, page) {
  return {
    photo: await studio.region('Photo').getAttribute('data-chosen'),
    painting: await studio.region('Painting').getAttribute('data-chosen'),
    size: await page.getByLabel('Size', { exact: true }).inputValue(),
    steps: await page.getByLabel('Steps', { exact: true }).inputValue(),
    strength: await page.getByLabel('Strength', { exact: true }).inputValue(),
    network: (await studio.networks()).find((network) => network.chosen).pack,
  };
}

test('a link says what to paint and how', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    const warnings = [];
    page.on('console', (message) => { if (message.type() === 'warning') warnings.push(message.text()); });
    const asked = { photo: 'cat', painting: 'hokusai-great-wave', size: '96', steps: '20', strength: '0.5', network: 'tiny' };
    await studio.open(host.url, 'gpu', { ...asked, utm_source: 'a-post' });
    await page.locator('#studio[data-engine=gpu]').waitFor();
    assert.deepEqual(await chosen(studio, page), asked);
    assert.deepEqual(warnings.filter((text) => text.startsWith('Impasto')), []);
  });
});

test('a link that asks for what cannot be had is as good as none, and the console says why', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    // Without an engine nothing is measured, and the usual size stays.
    host.hold('worker-');
    await studio.open(host.url, 'cpu');
    const usual = await chosen(studio, page);
    const warnings = [];
    page.on('console', (message) => { if (message.text().startsWith('Impasto')) warnings.push(message.text()); });
    await studio.open(host.url, 'cpu', {
      photo: '<img src=x onerror=alert(1)>', painting: 'mona-lisa', size: '999999', steps: '-1', strength: 'NaN', network: 'nowhere',
    });
    // The network is known to be missing once the host's list is loaded.
    while (warnings.length < 6) await page.waitForEvent('console');
    assert.deepEqual(await chosen(studio, page), usual);
    for (const key of ['photo', 'painting', 'size', 'steps', 'strength', 'network']) {
      assert.equal(warnings.filter((text) => text.includes(`${key}=`)).length, 1, `${key}: ${warnings.join('\n')}`);
    }
  });
});
