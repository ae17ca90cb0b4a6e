// Tests the site's Content-Security-Policy (xtask/policy.mjs): what gets into a page does not run, and pictures come only from
// where the owner allows.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { ownerPlaces, policy, withPolicy } from '../../xtask/policy.mjs';
import { launch, visit } from './support/chromium.mjs';
import { visit as visitInFirefox } from './support/firefox.mjs';
import { Host } from './support/host.mjs';
import { kept } from './support/kept.mjs';
import { NOTHING, inject, outcome } from './support/policy.mjs';
import { dist, root } from './support/places.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const read = (name) => readFileSync(join(dist, name), 'utf8');

test('what gets into the page runs neither on the first visit nor on the second', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    inject(host);
    await studio.open(host.url, 'cpu');
    assert.deepEqual(await outcome(page), NOTHING);
    await kept(page, 'cpu', 'tiny');
    host.requests.length = 0;
    await studio.open(host.url, 'cpu');
    assert.ok(!host.requests.includes('index.html'), 'the page is what was kept');
    assert.deepEqual(await outcome(page), NOTHING);
    await page.locator('#studio[data-engine=cpu]').waitFor();
    // Where the browser has trusted types, an address of a script is one of the site's.
    const refused = await page.evaluate(() => [
      () => new Worker('worker.js'), () => startWorker('../x'), () => scripts.createScriptURL('data:,1'),
      () => { document.body.innerHTML = '<img src=x onerror=1>'; },
    ].map((act) => { try { act(); return 'done'; } catch ({ name }) { return name; } }));
    assert.deepEqual(refused, Array(4).fill('TypeError'));
  }, { expectErrors: true });
});

test('in Firefox nothing of it runs either, neither on the first visit nor on the second', async () => {
  await visitInFirefox(async ({ page, host }) => {
    inject(host);
    await page.goto(`${host.url}?engine=cpu`);
    await page.waitForSelector('#studio[data-engine=cpu]');
    assert.deepEqual(await outcome(page), NOTHING);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    host.requests.length = 0;
    // This driver never hears of the end of a navigation that a service worker answers.
    await page.evaluate(() => {
      globalThis.isFirst = true;
      queueMicrotask(() => location.reload());
    });
    await page.waitForFunction(() => !globalThis.isFirst && document.querySelector('#studio[data-engine=cpu]'));
    assert.ok(!host.requests.includes('index.html'), 'the page is what was kept');
    assert.deepEqual(await outcome(page), NOTHING);
  });
});

test('no page of the site has a script or a style in itself, and each has the policy', () => {
  const usual = policy();
  for (const name of ['index.html', 'bench.html', 'embed.html', 'example-post.html']) {
    const page = read(name);
    assert.ok(page.includes(`<meta http-equiv="Content-Security-Policy" content="${usual}">`), name);
    // It holds for what comes after it.
    assert.ok(page.indexOf('http-equiv') < page.search(/<script|<link/), name);
    for (const [, tag, text] of page.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)) assert.ok(/ src="/.test(tag) && text === '', `${name}: ${text}`);
    assert.doesNotMatch(page, /<style|\sstyle="|\son[a-z]+="/, name);
  }
  for (const file of ['docs/hosting.md', 'Trunk.toml']) {
    const said = [...readFileSync(join(root, file), 'utf8').matchAll(/"?Content-Security-Policy"? =? ?"([^"]+)"/g)].map(([, words]) => words);
    assert.ok(said.length > 0);
    for (const words of said) assert.equal(words, usual, file);
  }
});

test('a site that takes pictures from some places, and packs from others, says so in its policy', () => {
  const page = withPolicy(withPolicy(read('index.html'), { pictures: ['*'] }), {
    pictures: ownerPlaces(' https://one.example  http://127.0.0.1:8000'), packs: ['https://cdn.example'],
  });
  assert.match(page, /^<!doctype html>\n<html [^>]*data-pictures="https:\/\/one\.example http:\/\/127\.0\.0\.1:8000">/);
  assert.equal(page.match(/http-equiv="Content-Security-Policy"/g).length, 1);
  assert.match(page, /img-src 'self' blob: data: https:\/\/one\.example http:\/\/127\.0\.0\.1:8000;/);
  assert.match(page, /connect-src 'self' blob: https:\/\/one\.example http:\/\/127\.0\.0\.1:8000 https:\/\/cdn\.example;/);
  assert.match(policy({ pictures: ['*'] }), /img-src 'self' blob: data: http: https:; connect-src 'self' blob: http: https:;/);
  for (const wrong of ['one.example', 'https://one.example/folder/', 'ftp://one.example', "'unsafe-inline'", 'https://a.example;script-src']) {
    assert.throws(() => ownerPlaces(wrong), /IMPASTO_PICTURES contains .* must list origins/, wrong);
  }
});

test('from a place that the owner does not list no picture is asked for, and the visitor is told', async () => {
  const other = await new Host(null).start();
  other.headers = () => ({ 'access-control-allow-origin': '*' });
  const picture = `${other.url}samples/photos/coffee.jpg`;
  const { host: place } = new URL(picture);
  try {
    await visit(browser, async ({ studio, page, host }) => {
      await studio.open(host.url, 'cpu', { photo: picture });
      await studio.alert.filter({
        hasText: `The address of this page names a photo on ${place}, but this site takes no pictures from there. Save the picture and choose the file.`,
      }).waitFor();
      await studio.screenshot('picture-refused');
      const paste = () => page.evaluate((text) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', text);
        document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
      }, picture);
      await paste();
      await studio.alert.filter({ hasText: `${picture} cannot be read (this site takes no pictures from there). Save the picture` }).waitFor();
      assert.deepEqual(other.requests, []);

      host.permits = { pictures: [other.origin] };
      await studio.open(host.url, 'cpu', { photo: picture });
      await page.getByRole('button', { name: 'Load it' }).click();
      await page.locator('#photo-preview').evaluate((image) => image.decode());
      await paste();
      await studio.region('Photo').and(page.locator('[data-chosen=own]')).waitFor();
    }, { alsoFrom: [other.origin] });
  } finally {
    await other.stop();
  }
});
