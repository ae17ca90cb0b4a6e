// Tests offline visits, new versions, and what is stored on the visitor's machine.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { policy } from '../../xtask/policy.mjs';
import { launch, until, visit } from './support/chromium.mjs';
import { QUICK } from './support/faulty.mjs';
import { kept } from './support/kept.mjs';
import { shards, skipLong } from './support/pack.mjs';
import { NOTHING, inject, outcome } from './support/policy.mjs';
import { dist, root } from './support/places.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const [engine, network] of [['cpu', 'tiny'], ['gpu', 'fast']]) {
  test(`after one visit it paints and saves with the network off (${engine})`, { skip: engine === 'gpu' && skipLong }, async () => {
    await visit(browser, async ({ studio, page, host }) => {
      await studio.open(host.url, engine, engine === 'gpu' ? QUICK : {});
      await kept(page, engine, network);
      assert.ok(!await page.evaluate(() => crossOriginIsolated), 'this host sends no headers');
      assert.deepEqual(host.shardRequests, shards(network), 'the network was fetched once, in advance');
      await host.stop();

      await studio.open(host.url, engine, engine === 'gpu' ? QUICK : {});
      assert.ok(await page.evaluate(() => crossOriginIsolated), 'the site sends them to itself: all cores may help');
      await studio.choose({ size: 64, steps: 10, photo: 'cat', painting: 'hokusai-great-wave' });
      await studio.paint();
      await studio.reach('done');
      assert.equal(await studio.main.getAttribute('data-weights'), 'cache');
      assert.ok((await studio.save('Save PNG', `offline-${engine}.png`)).bytes.length > 1000);
      await studio.screenshot(`offline-${engine}`);
      await host.start();
    }, { expectErrors: true });
  });
}

test('the second visit has the headers of the first, and its policy', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    // A policy that the page's own meta element does not contain.
    const more = `${policy()}; frame-src 'none'`;
    inject(host);
    const sent = {
      'content-security-policy': more, 'x-content-type-options': 'nosniff', 'permissions-policy': 'camera=(), geolocation=()',
      'referrer-policy': 'no-referrer', vary: 'accept-encoding',
    };
    const { vary: _, ...wanted } = sent;
    host.headers = () => sent;
    await studio.open(host.url, 'cpu');
    await kept(page, 'cpu', 'tiny');
    // Everything that the second visit shows was stored during the first.
    host.headers = () => ({});
    const answers = new Map();
    page.on('response', (answer) => answers.set(new URL(answer.url()).pathname.slice(new URL(host.url).pathname.length), answer));
    await studio.open(host.url, 'cpu');
    await page.locator('#studio[data-engine=cpu]').waitFor();
    const loader = await page.evaluate(() => document.documentElement.dataset.worker);
    for (const name of ['', loader]) {
      const answer = answers.get(name);
      assert.ok(answer?.fromServiceWorker(), `${name || 'the page'} is what was kept`);
      const headers = answer.headers();
      for (const [header, value] of Object.entries(wanted)) assert.equal(headers[header], value, `${header} of ${name || 'the page'}`);
    }
    assert.ok(await page.evaluate(() => crossOriginIsolated), 'the site still isolates itself');
    assert.deepEqual(await outcome(page), NOTHING);
    await studio.choose({ size: 64, steps: 10 });
    await studio.paint();
    await studio.reach('done');
  }, { expectErrors: true });
});

test('a visitor sees what is kept, and removes it', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    await kept(page, 'cpu', 'tiny');
    await page.reload();
    const text = page.getByText(/^Kept here for visits without a network: /);
    await text.filter({ hasText: /the site \d\.\d MB/ }).filter({ hasText: /tiny 1\.2 MB/ }).waitFor();
    await studio.screenshot('kept');
    await page.getByRole('button', { name: /^Remove downloads \(\d\.\d MB\)$/ }).click();
    await page.getByText('Nothing is kept here any more').waitFor();
    const left = await page.evaluate(async () => [
      await caches.keys(), (await navigator.serviceWorker.getRegistrations()).length,
    ]);
    assert.deepEqual(left, [[], 0]);
  });
});

test('a new version is fetched as a whole, offered, and taken when the visitor says so', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    const build = () => page.evaluate(() => document.documentElement.dataset.build);
    await studio.open(host.url, 'cpu');
    await kept(page, 'cpu', 'tiny');
    const first = await build();

    const folder = mkdtempSync(join(tmpdir(), 'impasto-overlay-'));
    const second = 'feedfacecafebeef';
    for (const name of ['index.html', 'sw.js']) {
      const text = readFileSync(join(dist, name), 'utf8');
      assert.ok(text.includes(first), `${name} says which build it is of`);
      writeFileSync(join(folder, name), text.replaceAll(first, second));
    }
    host.overlay = folder;
    await page.reload();
    await page.getByText('A new version of Impasto is ready.').waitFor();
    assert.equal(await build(), first, 'the page is what it was');
    await studio.screenshot('new-version');
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.waitForFunction((build) => document.documentElement.dataset.build === build, second);
    await studio.paintButton.waitFor();
    // The files of the old build have been deleted.
    await until(page, async () => (await caches.keys()).filter((name) => name.startsWith('impasto-site')).length === 1);
  });
});

test('half of a new version is not taken', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    await kept(page, 'cpu', 'tiny');
    const build = await page.evaluate(() => document.documentElement.dataset.build);
    // The host has the new service worker already, but the old page.
    const folder = mkdtempSync(join(tmpdir(), 'impasto-overlay-'));
    writeFileSync(join(folder, 'sw.js'), readFileSync(join(dist, 'sw.js'), 'utf8').replaceAll(build, 'feedfacecafebeef'));
    host.overlay = folder;
    const asked = host.requests.length;
    await page.reload();
    // The browser looks for a new version by itself, but not at a defined time.
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
    await until(page, async () => (await navigator.serviceWorker.getRegistration()).installing === null);
    await page.locator('#studio[data-engine=cpu]').waitFor();
    await page.waitForLoadState('networkidle');
    assert.ok(host.requests.slice(asked).includes('sw.js'), 'it was looked at');
    assert.equal(await page.getByText('A new version of Impasto is ready.').count(), 0);
    assert.equal((await page.evaluate(() => caches.keys())).filter((name) => name.includes('feedface')).length, 0);
  }, { expectErrors: true });
});

test('where there is no room the visitor is told, and paints all the same', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    const session = await page.context().newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin: host.origin, quotaSize: 600_000 });
    await studio.open(host.url, 'cpu');
    await studio.choose({ size: 64, steps: 10 });
    await studio.paint();
    await studio.reach('done');
    await page.getByText('This browser has no room to keep the network: the next visit will load it again.').waitFor();
    await studio.screenshot('no-room');
  }, { expectErrors: true });
});

test('with a private photo no request leaves the site, and none carries it', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    const bodies = [];
    page.context().on('request', (request) => { if (request.postData() || request.method() !== 'GET') bodies.push(request.url()); });
    await studio.open(host.url, 'cpu');
    await page.locator('input[type=file]').first().setInputFiles(join(root, 'www/samples/photos/coffee.jpg'));
    await page.waitForFunction(() => document.querySelector('#studio').textContent.includes('coffee'));
    await studio.choose({ size: 64, steps: 10 });
    await studio.paint();
    await studio.reach('done');
    await studio.save('Save PNG', 'private.png');
    await studio.save('Save triptych', 'private-triptych.png');
    await studio.save('Save GIF', 'private.gif');
    await studio.save('Save video', 'private.mp4');
    await kept(page, 'cpu', 'tiny');
    assert.deepEqual(bodies, [], 'requests that carry something');
    // `visit` asserts that no request went to another host.
    const own = new Set(['index.html', 'bench.html', 'how.html', 'how.css', 'how.js', 'sw.js', 'weights/packs.json']);
    const odd = host.requests.filter((name) => !own.has(name) && !name.startsWith('weights/tiny/') && !name.startsWith('samples/')
      && !/^((app|early|theme|start|style|icon|worker(-cpu|-export)?)-[0-9a-f]{8,16}(_bg)?\.(js|wasm|css|svg)|(film-[0-9a-f]{16}|library)\/\w+\.js)$/.test(name) && !/^(manifest\.json|icon-\d+\.png)$/.test(name));
    assert.deepEqual(odd, [], 'requests for other files than the site\'s');
  });
});
