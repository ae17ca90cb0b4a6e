// Tests the camera: asked for only at a press, off afterwards, refused in a sentence.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';

let browser;
before(async () => { browser = await launch(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']); });
after(() => browser.close());

/** Keeps what the page gets of the camera. */
const watched = () => {
  globalThis.streams = [];
  const ask = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = async function watch(wanted) {
    const stream = await ask.call(this, wanted);
    globalThis.streams.push(stream);
    return stream;
  };
};
const tracks = (page) => page.evaluate(() => globalThis.streams.flatMap((stream) => stream.getTracks().map(({ kind, readyState }) => `${kind} ${readyState}`)));

test('a photo is taken with the camera, which is on only while its dialogue is open', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await page.addInitScript(watched);
    await studio.open(host.url, 'cpu');
    const use = page.getByRole('button', { name: 'Use the camera' });
    const dialog = page.getByRole('dialog', { name: 'Camera' });
    assert.deepEqual(await tracks(page), [], 'not before a press');
    await use.click();
    await dialog.waitFor();
    assert.deepEqual(await tracks(page), ['video live']);
    await studio.screenshot('camera', { fullPage: false });
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    assert.deepEqual(await tracks(page), ['video ended']);
    assert.ok(await use.evaluate((button) => button === document.activeElement), 'the focus is back');
    assert.equal(await studio.region('Photo').getAttribute('data-chosen'), 'summer-palace');

    await use.click();
    await dialog.getByRole('button', { name: 'Take' }).click();
    await studio.region('Photo').and(page.locator('[data-chosen=own]')).waitFor();
    assert.deepEqual(await tracks(page), ['video ended', 'video ended']);
    assert.equal((await studio.wall()).title, 'Photo.jpg');
    const [width, height] = await page.locator('#photo-preview').evaluate(async (image) => {
      await image.decode();
      return [image.naturalWidth, image.naturalHeight];
    });
    assert.ok(width >= 320 && height >= 240, `${width} × ${height}`);
  });
});

test('without the camera there is a sentence', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await page.addInitScript(() => {
      MediaDevices.prototype.getUserMedia = async () => { throw new DOMException('Permission denied', 'NotAllowedError'); };
    });
    await studio.open(host.url, 'cpu');
    await page.getByRole('button', { name: 'Use the camera' }).click();
    await studio.alert.filter({ hasText: /^The camera cannot be used \(.*Permission denied.*\)\. The browser’s settings/ }).waitFor();
    assert.ok(!await page.getByRole('dialog').isVisible());
  });
});
