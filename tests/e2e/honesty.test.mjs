// Tests that the page does nothing that its visitor has not asked for, and says it when it is broken.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { root } from './support/places.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test('a link to the page for frames paints nothing by itself', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await page.goto(`${host.url}?embed&engine=cpu&size=64&steps=10`);
    // It would begin right after it has asked for the engine.
    await page.locator('#studio[data-engine=cpu]').waitFor();
    assert.equal(await studio.state(), 'idle');
    assert.deepEqual(host.shardRequests, []);
    await studio.paint();
    await studio.reach('done');
  });
});

test('a picture that a link names is loaded only after a yes, from a host that is named, and does not hear from where', async () => {
  const picture = await readFile(join(root, 'www/samples/photos/coffee.jpg'));
  const asked = [];
  let isGone = false;
  const server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(isGone ? 404 : 200, { 'content-type': 'image/jpeg', 'access-control-allow-origin': '*' });
    response.end(picture);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const place = `127.0.0.1:${server.address().port}`;
  // What stands before the at sign is no host.
  const photo = `http://trusted.example@${place}/cup.jpg`;
  try {
    await visit(browser, async ({ studio, page, host }) => {
      const question = page.getByText(`The address of this page names a photo on ${place}. Load it from there?`);
      host.permits = { pictures: ['*'] };
      await studio.open(host.url, 'cpu', { photo });
      await question.waitFor();
      await page.locator('#studio[data-engine=cpu]').waitFor();
      assert.equal(asked.length, 0);
      assert.equal(await studio.region('Photo').getAttribute('data-chosen'), 'summer-palace');
      await page.getByRole('button', { name: 'No', exact: true }).click();
      await question.waitFor({ state: 'hidden' });
      assert.ok(await studio.paintButton.evaluate((button) => button === document.activeElement), 'the focus is not lost');
      assert.equal(asked.length, 0);

      await studio.open(host.url, 'cpu', { photo: `http://${place}/cup.jpg` });
      await page.getByRole('button', { name: 'Load it' }).click();
      await page.locator('#photo-preview').evaluate((image) => image.decode());
      assert.equal((await studio.wall()).title, 'cup.jpg');
      await studio.paintSmall();
      assert.ok(asked.length > 0);
      assert.deepEqual(asked.map(({ headers }) => headers.referer), asked.map(() => undefined));
    }, { alsoFrom: [`http://${place}`] });
    await visit(browser, async ({ studio, page, host }) => {
      host.permits = { pictures: ['*'] };
      await studio.open(host.url, 'cpu', { photo: `http://${place}/cup.jpg` });
      await page.getByRole('button', { name: 'Load it' }).click();
      await page.locator('#photo-preview').evaluate((image) => image.decode());
      isGone = true;
      await studio.paint();
      await studio.alert.filter({ hasText: `This picture cannot be loaded (http://${place}/cup.jpg: status 404; its site` }).waitFor();
    }, { alsoFrom: [`http://${place}`], expectErrors: true });
  } finally {
    await new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); });
  }
});

test('where data is saved, engine and network are loaded only when something is to be painted', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await page.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
    await studio.open(host.url, 'cpu');
    await page.getByText('To save data the engine is loaded when you press Paint.').waitFor();
    await page.waitForLoadState('networkidle');
    const heavy = () => host.requests.filter((path) => path.includes('worker-') || path.endsWith('.bin'));
    assert.deepEqual(heavy(), []);
    await studio.paintSmall();
    assert.ok(heavy().length > 0);
  });
});

test('a page that breaks says so, and its picture can be saved', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    await studio.paintSmall();
    const { rgba } = await studio.pixels();
    // The program reads a slider and is thrown out of its course.
    await page.evaluate(() => {
      Object.defineProperty(HTMLInputElement.prototype, 'value', { get() { throw new Error('planted'); } });
      document.querySelector('#strength').dispatchEvent(new Event('input', { bubbles: true }));
    });
    const box = page.getByRole('alert').filter({ hasText: 'This page has stopped because of an error of its own.' });
    await box.waitFor();
    await studio.screenshot('broken', { fullPage: false });
    const [download] = await Promise.all([page.waitForEvent('download'), box.getByRole('button', { name: 'Save the picture' }).click()]);
    const saved = await readFile(await download.path());
    assert.ok((await studio.decode(saved, 'image/png')).rgba.equals(rgba));
  }, { expectErrors: true });
});

test('the end of a run is told to a visitor who looks at something else, if that was wanted', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await page.addInitScript(() => {
      globalThis.told = [];
      globalThis.Notification = class {
        constructor(title, { body }) { globalThis.told.push(`${title}: ${body}`); }

        static async requestPermission() { return globalThis.answer; }
      };
      Object.defineProperty(document, 'hidden', { get: () => globalThis.away === true });
    });
    await studio.open(host.url, 'cpu');
    const button = page.getByRole('button', { name: 'Tell me when it is painted' });
    const told = () => page.evaluate(() => globalThis.told);
    await page.evaluate(() => { globalThis.answer = 'denied'; });
    await button.click();
    await studio.alert.filter({ hasText: 'This browser does not let the page tell you anything.' }).waitFor();
    await page.evaluate(() => { globalThis.answer = 'granted'; });
    await button.click();
    await button.and(page.locator('[aria-pressed=true]')).waitFor();
    await studio.paintSmall();
    assert.deepEqual(await told(), [], 'the visitor sees it');
    await page.evaluate(() => { globalThis.away = true; });
    await studio.paintSmall();
    await page.waitForFunction(() => globalThis.told.length > 0);
    assert.deepEqual(await told(), ['Impasto: The picture is painted.']);
  });
});
