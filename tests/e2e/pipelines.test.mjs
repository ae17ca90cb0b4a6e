// The pipelines of a run are made in advance, side by side; and nothing empty is submitted to a GPU that does not need it.

import assert from 'node:assert/strict';
import { after, before as first, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { before } from './support/worker.mjs';

let browser;
first(async () => { browser = await launch(); });
after(() => browser.close());

/** Counts what the worker asks the browser for; www/worker.js hands out by itself what was made in advance. */
const counted = `
  const codes = new WeakMap();
  const found = { ahead: [], late: [], empty: 0 };
  const { createShaderModule, createComputePipeline, createComputePipelineAsync } = GPUDevice.prototype;
  GPUDevice.prototype.createShaderModule = function (descriptor) {
    const module = createShaderModule.call(this, descriptor);
    codes.set(module, descriptor.code);
    return module;
  };
  GPUDevice.prototype.createComputePipeline = function (descriptor) {
    found.late.push(codes.get(descriptor.compute.module));
    return createComputePipeline.call(this, descriptor);
  };
  GPUDevice.prototype.createComputePipelineAsync = function (descriptor) {
    found.ahead.push(codes.get(descriptor.compute.module));
    return createComputePipelineAsync.call(this, descriptor);
  };
  const { submit } = GPUQueue.prototype;
  GPUQueue.prototype.submit = function (buffers) {
    found.empty += [...buffers].length === 0;
    return submit.call(this, buffers);
  };
  const channel = new BroadcastChannel('counted');
  channel.onmessage = ({ data }) => { if (data === 'tell') channel.postMessage(found); };`;

test('the pipelines of a run are made in advance, each once', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    before(host, counted);
    await studio.open(host.url, 'gpu', { network: 'tiny', size: 64, steps: 10 });
    await studio.paint();
    await studio.reach('done');
    const { ahead, late, empty } = await page.evaluate(() => new Promise((resolve) => {
      const channel = new BroadcastChannel('counted');
      channel.onmessage = ({ data }) => resolve(data);
      channel.postMessage('tell');
    }));
    assert.ok(ahead.length > 20, `${ahead.length} in advance`);
    assert.equal(new Set(ahead).size, ahead.length, 'none twice');
    // The filters are laid out before a run is known.
    const others = late.filter((text) => !text.startsWith('// Transforms kernels'));
    assert.deepEqual(others.map((text) => text.slice(0, 80)), [], 'made only when it was launched');
    assert.equal(empty, 0, 'empty submissions, which Chromium does not need');
  });
});
