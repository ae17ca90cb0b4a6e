// Tests the site in Firefox, which has its own WebGPU implementation (here on the software Vulkan driver) and limits.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { paint, visit } from './support/firefox.mjs';
import { Host, isolated } from './support/host.mjs';
import { shards } from './support/pack.mjs';
import { artefacts } from './support/places.mjs';
import { before } from './support/worker.mjs';

const STEPS = 10;

/** Tells the page how many empty submissions the worker has made. */
const counted = `
  let empty = 0;
  const { submit } = GPUQueue.prototype;
  GPUQueue.prototype.submit = function (buffers) {
    if ([...buffers].length === 0) new BroadcastChannel('empty').postMessage(empty += 1);
    return submit.call(this, buffers);
  };`;

test('Firefox paints on its WebGPU', async () => {
  await visit(async ({ page, host }) => {
    before(host, counted);
    await page.goto(`${host.url}?engine=gpu`);
    await page.evaluate(() => { new BroadcastChannel('empty').onmessage = ({ data }) => { globalThis.empty = data; }; });
    await page.waitForSelector('#studio[data-engine=gpu], #studio[data-state=failed]');
    // Old versions of Firefox have no WebGPU on Linux: 140 does not, 153 does.
    assert.equal(await page.evaluate(() => document.querySelector('#error')?.textContent), undefined, `in ${await page.browser().version()}`);
    await paint(page, { size: 64, steps: STEPS });
    await page.waitForSelector('#studio[data-state=done], #studio[data-state=failed]');
    mkdirSync(join(artefacts, 'artefacts'), { recursive: true });
    await page.screenshot({ path: join(artefacts, 'artefacts/firefox.png') });
    const { state, error, losses, colours, empty } = await page.evaluate(() => {
      const canvas = document.querySelector('#canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return {
        state: document.querySelector('#studio').dataset.state,
        error: document.querySelector('#error')?.textContent,
        losses: JSON.parse(document.querySelector('#progress').dataset.losses),
        colours: new Set(new Uint32Array(data.buffer)).size,
        empty: globalThis.empty,
      };
    });
    assert.equal(state, 'done', error);
    assert.equal(losses.at(-1).step, STEPS);
    assert.ok(losses.at(-1).total < 0.6 * losses[0].total, `from ${losses[0].total} to ${losses.at(-1).total}`);
    assert.ok(colours > 100, `the canvas shows ${colours} colours`);
    assert.ok(empty > 0, 'empty submissions make Firefox look for what is finished');
  });
});

test('Firefox paints with all cores where the page is isolated', { skip: cpus().length < 2 && 'this machine has one core' }, async () => {
  await visit(async ({ page, host }) => {
    host.headers = isolated;
    await page.goto(`${host.url}?engine=cpu&size=96&steps=${STEPS}`);
    await page.waitForSelector('#studio[data-engine=cpu], #studio[data-state=failed]');
    assert.match(await page.evaluate(() => document.querySelector('#device').textContent), /the processor, \d threads/);
    await paint(page, {});
    await page.waitForSelector('#studio[data-state=done], #studio[data-state=failed]');
    const losses = await page.evaluate(() => JSON.parse(document.querySelector('#progress').dataset.losses));
    assert.equal(losses.at(-1).step, STEPS);
    assert.ok(losses.at(-1).total < 0.6 * losses[0].total, `from ${losses[0].total} to ${losses.at(-1).total}`);
  });
});

test('Firefox that hides the pixels of pictures is told of by name', async () => {
  await visit(async ({ page, host }) => {
    await page.goto(`${host.url}?engine=cpu&size=64&steps=${STEPS}`);
    await page.waitForSelector('#studio[data-engine=cpu], #studio[data-state=failed]');
    await paint(page, {});
    await page.waitForSelector('#studio[data-state=done], #studio[data-state=failed]');
    const [kind, words] = await page.evaluate(() => {
      const error = document.querySelector('#error');
      return [error?.dataset.kind, error?.querySelector('p').textContent];
    });
    assert.equal(kind, 'falsified');
    assert.match(words, /privacy\.resistFingerprinting/);
  }, { preferences: { 'privacy.resistFingerprinting': true } });
});

test('Firefox paints in a post on another origin, from a host with wrong types and a slow line that breaks', async () => {
  await visit(async ({ page, host }) => {
    const [shard] = shards('tiny');
    host.types['.wasm'] = 'text/plain';
    host.ranges = true;
    host.bytesPerSecond = 2_000_000;
    host.cuts.set(shard, 300_000);
    const post = await new Host(null).start();
    try {
      const folder = mkdtempSync(join(tmpdir(), 'impasto-post-'));
      writeFileSync(join(folder, 'index.html'), `<!doctype html><title>A post</title><script async src="${host.url}embed.js"></script>
        <impasto-demo photo="cat" painting="hokusai-great-wave" size="64" steps="${STEPS}" engine="cpu" autoplay="visible"></impasto-demo>`);
      post.overlay = folder;
      await page.goto(post.url);
      const { name, detail } = await page.evaluate(() => new Promise((resolve) => {
        for (const name of ['done', 'failed']) addEventListener(name, (event) => resolve({ name, detail: event.detail }));
      }));
      assert.deepEqual([name, detail.step], ['done', STEPS]);
      assert.deepEqual(host.shardRequests, [shard, shard], 'the shard was asked for twice');
      assert.ok(host.rangeRequests[0].start > 0, 'the second time from where it broke');
    } finally {
      await post.stop();
    }
  });
});

test('Firefox has the component, too: as a module, with its changes, its methods and the rest of the post', async () => {
  await visit(async ({ page, host }) => {
    host.headers = () => ({ 'access-control-allow-origin': '*' });
    const post = await new Host(null).start();
    try {
      const folder = mkdtempSync(join(tmpdir(), 'impasto-post-'));
      writeFileSync(join(folder, 'index.html'), `<!doctype html><title>A post</title>
        <script type="module" src="${host.url}embed.js?ver=6.5"></script>
        <div style="width: 400px"><impasto-demo painting="hokusai-great-wave" size="64" steps="${STEPS}" engine="cpu"/><b>The rest</b></div>`);
      post.overlay = folder;
      await page.goto(post.url);
      const found = await page.evaluate(async () => {
        const element = document.querySelector('impasto-demo');
        const event = (name) => new Promise((resolve) => { element.addEventListener(`impasto-${name}`, ({ detail }) => resolve(detail)); });
        const over = () => Promise.race([event('done'), event('error')]);
        for (const photo of ['coffee', 'cat']) {
          // From then on a new address replaces the old one.
          const loaded = new Promise((resolve) => { element.shadowRoot.addEventListener('load', resolve, { capture: true, once: true }); });
          const ready = event('ready');
          element.photo = photo;
          await Promise.all([ready, loaded]);
        }
        const box = element.shadowRoot.querySelector('iframe').getBoundingClientRect();
        const rest = document.querySelector('b').getBoundingClientRect();
        const ends = [];
        for (const strength of [0, 1]) {
          element.strength = strength;
          element.paint();
          ends.push((await over()).step);
        }
        // The page keeps the picture of a run that is stopped.
        const stopped = event('stopped');
        element.steps = 300;
        element.paint();
        await event('progress');
        element.stop();
        await stopped;
        return { ends, isBelow: rest.height > 0 && rest.top >= box.bottom, ratio: box.width / box.height, state: element.state };
      });
      assert.deepEqual({ ...found, ratio: Math.round(found.ratio * 100) },
        { ends: [STEPS, STEPS], isBelow: true, ratio: 133, state: 'stopped' });
    } finally {
      await post.stop();
    }
  });
});
