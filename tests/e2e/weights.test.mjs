// Tests how the weights are loaded: fetched shard by shard, verified, stored; and the messages for errors.

import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { shards } from './support/pack.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test('a site without its packs says what to do', async () => {
  await visit(browser, async ({ studio, host }) => {
    await studio.open(host.url, 'cpu');
    await studio.paint();
    await studio.reach('failed');
    assert.equal(await studio.alert.getAttribute('data-kind'), 'weights');
    const text = await studio.alert.textContent();
    assert.match(text, /weights\/tiny\/manifest.json/);
    assert.match(text, /choose another one.*cargo xtask build/);
    await studio.screenshot('missing-pack');
  }, { weights: null, expectErrors: true });
});

test('a damaged shard is named, is not kept, and a repaired one paints', async () => {
  const broken = shards('tiny').at(-1);
  await visit(browser, async ({ studio, host }) => {
    host.damage = (path, bytes) => {
      if (path === broken) bytes[bytes.length >> 1] ^= 1;
      return bytes;
    };
    await studio.open(host.url, 'cpu');
    await studio.choose({ size: 64, steps: 10 });
    await studio.paint();
    await studio.reach('failed');
    assert.equal(await studio.alert.getAttribute('data-kind'), 'weights');
    const text = await studio.alert.textContent();
    assert.ok(text.includes(basename(broken)), `the error names ${broken}: ${text}`);
    await studio.screenshot('damaged-shard');

    host.damage = (_path, bytes) => bytes;
    await studio.paint();
    await studio.reach('done');
    assert.ok(host.requests.filter((path) => path === broken).length > 1, 'the shard was fetched anew');
  }, { expectErrors: true });
});

test('a shard that is cut short is named', async () => {
  const short = shards('tiny')[0];
  await visit(browser, async ({ studio, host }) => {
    host.damage = (path, bytes) => (path === short ? bytes.subarray(0, bytes.length - 100) : bytes);
    await studio.open(host.url, 'cpu');
    await studio.paint();
    await studio.reach('failed');
    const text = await studio.alert.textContent();
    assert.ok(text.includes(basename(short)), `the error names ${short}: ${text}`);
  }, { expectErrors: true });
});

test('the next visit takes the weights from the cache', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    for (const source of ['network', 'cache']) {
      await studio.open(host.url, 'cpu');
      await studio.choose({ size: 64, steps: 10 });
      await studio.paint();
      await studio.reach('done');
      assert.equal(await studio.main.getAttribute('data-weights'), source);
      assert.deepEqual(host.shardRequests, shards('tiny'), 'each shard was fetched once');
    }
    assert.equal(new URL(page.url()).origin, host.origin);
  });
});
