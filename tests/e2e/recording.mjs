// The processor's time to record a step in the browser's worker, and its WebGPU calls: from the first call of a step to the
// last before the wait for the frame. The adapter is treated as hardware, so that the kernels are those of a GPU.
//
//   node tests/e2e/recording.mjs [network] [size] [steps]

import { launch, visit } from './support/chromium.mjs';
import { isolated } from './support/host.mjs';
import { full, bundled } from './support/pack.mjs';
import { before } from './support/worker.mjs';

const [network = 'fast', size = '256', steps = '8'] = process.argv.slice(2);

/** Counts calls, and posts a step's when the worker begins to wait for its frame. */
const counted = `
  for (const prototype of [GPUAdapterInfo.prototype, GPUAdapter.prototype]) {
    if ('isFallbackAdapter' in prototype) Object.defineProperty(prototype, 'isFallbackAdapter', { get: () => false });
  }
  let found = null;
  const count = (name) => {
    const now = performance.now();
    found ??= { first: now, calls: {} };
    found.last = now;
    found.calls[name] = (found.calls[name] ?? 0) + 1;
  };
  const wrap = (type, name) => {
    const own = type.prototype[name];
    type.prototype[name] = function (...rest) {
      count(name);
      const result = own.apply(this, rest);
      found.last = performance.now();
      return result;
    };
  };
  wrap(GPUDevice, 'createBindGroup');
  wrap(GPUDevice, 'createBuffer');
  wrap(GPUDevice, 'createComputePipeline');
  wrap(GPUComputePipeline, 'getBindGroupLayout');
  wrap(GPUComputePassEncoder, 'dispatchWorkgroups');
  wrap(GPUComputePassEncoder, 'setBindGroup');
  wrap(GPUQueue, 'submit');
  wrap(GPUQueue, 'writeBuffer');
  const channel = new BroadcastChannel('recorded');
  const { mapAsync } = GPUBuffer.prototype;
  GPUBuffer.prototype.mapAsync = function (...rest) {
    if (found?.calls.dispatchWorkgroups) channel.postMessage({ ms: found.last - found.first, ...found.calls });
    found = null;
    return mapAsync.apply(this, rest);
  };`;

const browser = await launch();
try {
  await visit(browser, async ({ studio, host, page }) => {
    host.headers = isolated;
    before(host, counted);
    page.on('console', (message) => console.log(message.text()));
    await page.addInitScript(() => {
      globalThis.recorded = [];
      new BroadcastChannel('recorded').onmessage = ({ data }) => globalThis.recorded.push(data);
    });
    await studio.open(host.url, 'gpu', { schedule: 'single' });
    await studio.choose({ photo: 'astronaut', size: Number(size), steps: 300, network });
    await studio.paint();
    await studio.reachStep(Number(steps));
    const recorded = await page.evaluate(() => globalThis.recorded);
    for (const step of recorded) console.log(JSON.stringify(step));
    await studio.stopButton.click();
    await studio.reach('stopped');
  }, { weights: full ?? bundled });
} finally {
  await browser.close();
}
