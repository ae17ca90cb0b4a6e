// How the weights reach the page: fetched shard by shard, verified, kept; and what is said where something is wrong.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { shards, skip } from './support/pack.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test('a site without a pack says how to make one', async () => {
  await visit(browser, async ({ studio, host }) => {
    await studio.open(host.url, 'cpu');
    await studio.paint();
    await studio.reach('failed');
    assert.equal(await studio.alert.getAttribute('data-kind'), 'weights');
    assert.match(await studio.alert.textContent(), /cargo xtask weights/);
    await studio.screenshot('missing-pack');
  }, { pack: null, expectErrors: true });
});

test('a damaged shard is named, is not kept, and a repaired one paints', { skip }, async () => {
  const broken = shards()[1];
  await visit(browser, async ({ studio, host }) => {
    host.damage = (path, bytes) => {
      if (path.endsWith(broken)) bytes[bytes.length >> 1] ^= 1;
      return bytes;
    };
    await studio.open(host.url, 'cpu');
    await studio.choose({ size: 64, steps: 10 });
    await studio.paint();
    await studio.reach('failed');
    assert.equal(await studio.alert.getAttribute('data-kind'), 'weights');
    const text = await studio.alert.textContent();
    assert.ok(text.includes(broken), `the error names ${broken}: ${text}`);
    await studio.screenshot('damaged-shard');

    host.damage = (_path, bytes) => bytes;
    await studio.paint();
    await studio.reach('done');
    assert.ok(host.requests.filter((path) => path.endsWith(broken)).length > 1, 'the shard was fetched anew');
  }, { expectErrors: true });
});

test('a shard that is cut short is named', { skip }, async () => {
  const short = shards()[0];
  await visit(browser, async ({ studio, host }) => {
    host.damage = (path, bytes) => (path.endsWith(short) ? bytes.subarray(0, bytes.length - 100) : bytes);
    await studio.open(host.url, 'cpu');
    await studio.paint();
    await studio.reach('failed');
    const text = await studio.alert.textContent();
    assert.ok(text.includes(short), `the error names ${short}: ${text}`);
  }, { expectErrors: true });
});

test('the next visit takes the weights from the cache', { skip }, async () => {
  await visit(browser, async ({ studio, page, host }) => {
    for (const source of ['network', 'cache']) {
      await studio.open(host.url, 'cpu');
      await studio.choose({ size: 64, steps: 10 });
      await studio.paint();
      await studio.reach('done');
      assert.equal(await studio.main.getAttribute('data-weights'), source);
      assert.equal(host.shardRequests, shards().length, 'each shard was fetched once');
    }
    assert.equal(new URL(page.url()).origin, host.origin);
  });
});
