// Tests crashes of the browser's GPU process: the picture is kept, and the run goes on.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { launch, until, visit } from './support/chromium.mjs';
import { QUICK, engine, failed, paint } from './support/faulty.mjs';
import { skipLong } from './support/pack.mjs';
import { PATIENCE } from './support/studio.mjs';

/** Ends the browser's GPU process, as a fault of the driver does: all devices are lost. */
async function crashGpu(browser) {
  const session = await browser.newBrowserCDPSession();
  await session.send('Browser.crashGpuProcess');
  await session.detach();
}

/** Waits until the canvas shows more than one colour. */
async function untilDrawn(studio) {
  await until(studio.page, () => {
    const canvas = document.querySelector('#canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return new Set(data).size > 50;
  });
}

/**
 * Waits until the canvas shows this picture. When the GPU process crashes a canvas loses its content, and is drawn again
 * a moment later: a single look can fall before, between or after.
 */
async function untilShows(studio, { rgba }) {
  await until(studio.page, (expected) => {
    const canvas = document.querySelector('#canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.length === expected.length && data.every((byte, i) => byte === expected.charCodeAt(i));
  }, rgba.toString('latin1'));
}

/** A visit with a browser of its own: after two crashes Chromium gives no GPU to any page. */
async function visitAlone(run) {
  const own = await launch();
  try {
    await visit(own, (visitor) => run({ ...visitor, browser: own }), { expectErrors: true });
  } finally {
    await own.close();
  }
}

test('a GPU process that crashes in the middle of a run keeps the picture, and the run goes on from it', async () => {
  await visitAlone(async ({ studio, page, host, browser }) => {
    await studio.open(host.url, undefined, QUICK);
    await paint(studio, 64, 500);
    await studio.reachStep(3);
    await crashGpu(browser);
    await failed(studio, 'device_lost');
    await untilDrawn(studio);
    const { step } = await studio.pixels();
    assert.ok(step > 0, `the picture of step ${step} is still there`);
    await studio.choose({ steps: 10 });
    await page.getByRole('button', { name: 'Try again' }).click();
    await studio.reach('done');
    assert.equal(await studio.step(), step + 10, 'it went on from the picture that was shown');
  });
});

test('a GPU process that crashes while nothing is painted is replaced without a word', { skip: skipLong }, async () => {
  await visitAlone(async ({ studio, page, host, browser }) => {
    await studio.open(host.url, undefined, QUICK);
    await paint(studio);
    await studio.reach('done');
    const picture = await studio.pixels();
    const another = page.waitForEvent('worker', { timeout: PATIENCE });
    await crashGpu(browser);
    await another;
    assert.equal(await studio.alert.count(), 0);
    await untilShows(studio, picture);
    await studio.paint();
    await studio.reach('done');
    assert.equal(await engine(studio), 'gpu');
    assert.equal(await studio.alert.count(), 0);
  });
});

test('where the GPU process crashes three times in a row, the picture is kept and the processor paints', async () => {
  await visitAlone(async ({ studio, page, host, browser }) => {
    await studio.open(host.url, undefined, QUICK);
    await paint(studio);
    await studio.reach('done');
    const picture = await studio.pixels();
    for (const replaced of [true, true, false]) {
      // The engine that replaces the first is ready before the next crash, so that it is the one that crashes.
      const another = replaced && page.waitForEvent('worker', { timeout: PATIENCE });
      await crashGpu(browser);
      await another;
      await page.locator('#studio[data-engine=gpu], #studio[data-engine=cpu]').waitFor({ timeout: PATIENCE });
    }
    await untilShows(studio, picture);
    await paint(studio);
    await studio.reach('done');
    assert.equal(await engine(studio), 'cpu');
  });
});
