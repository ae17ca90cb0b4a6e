// Steps per second in Firefox, and how many the same engine makes if nothing is read back. Firefox answers readbacks on
// a timer of 100 ms, unless something makes it look (apps/worker/src/engine/nudges.rs).

import { before } from '../support/worker.mjs';
import { paint, visit } from '../support/firefox.mjs';

const SIZE = 64;
const STEPS = 40;
/** Steps that are not measured, since kernels are compiled during them. */
const WARM_UP = 6;

/**
 * Times the steps of a run in the worker, from a reported step until the GPU has finished the last one. With `unread`,
 * readbacks after the first steps return zeros at once, so that nothing waits for the GPU.
 */
const stopwatch = (unread) => `
  let queue, from, unread = false;
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    queue = device.queue;
    return device;
  };
  const { mapAsync, getMappedRange, unmap } = GPUBuffer.prototype;
  const zeros = new WeakMap();
  GPUBuffer.prototype.mapAsync = function (mode, offset, size) {
    if (!unread) return mapAsync.call(this, mode, offset, size);
    zeros.set(this, new ArrayBuffer(size ?? this.size));
    return Promise.resolve();
  };
  GPUBuffer.prototype.getMappedRange = function (offset, size) {
    return zeros.get(this)?.slice(0, size) ?? getMappedRange.call(this, offset, size);
  };
  GPUBuffer.prototype.unmap = function () {
    if (!zeros.delete(this)) unmap.call(this);
  };
  const post = self.postMessage;
  self.postMessage = function (message, ...rest) {
    const { progress, done } = message?.message ? JSON.parse(message.message) : {};
    if (progress && from === undefined && progress.made >= ${WARM_UP}) {
      from = { made: progress.made, at: performance.now() };
      unread = ${unread};
    }
    if (done) {
      queue.onSubmittedWorkDone().then(() => {
        const seconds = (performance.now() - from.at) / 1000;
        new BroadcastChannel('stopwatch').postMessage((done.step - from.made) / seconds);
      });
    }
    return post.call(self, message, ...rest);
  };`;

/** Steps per second, { read, unread }. */
export async function measureFirefox() {
  const found = {};
  for (const [name, unread] of [['read', false], ['unread', true]]) {
    await visit(async ({ page, host }) => {
      before(host, stopwatch(unread));
      await page.goto(`${host.url}?engine=gpu&schedule=single&network=tiny`);
      await page.waitForSelector('#studio[data-engine=gpu]');
      await page.evaluate(() => {
        globalThis.measured = new Promise((resolve) => {
          new BroadcastChannel('stopwatch').onmessage = ({ data }) => resolve(data);
        });
      });
      await paint(page, { size: SIZE, steps: STEPS });
      await page.waitForSelector('#studio[data-state=done], #studio[data-state=failed]');
      found[name] = await page.evaluate(() => globalThis.measured);
    });
  }
  return found;
}

export function printFirefox({ read, unread }) {
  console.log(`Firefox, tiny at ${SIZE} pixels: ${read.toFixed(2)} steps a second, ${(read / unread).toFixed(2)} of those without readbacks`);
}

/** The better of two rounds of each. */
export function faster(one, other) {
  return { read: Math.max(one.read, other.read), unread: Math.max(one.unread, other.unread) };
}
