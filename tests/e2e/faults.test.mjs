// Tests GPUs without some features, and failures during a run: there is a picture, or a message that says what to do.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { QUICK, engine, failed, paint } from './support/faulty.mjs';
import { skipLong } from './support/pack.mjs';
import { PATIENCE } from './support/studio.mjs';
import { before as beforeWorkers, obedient, tell, withFeatures, withLimits, withMemory } from './support/worker.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const [name, keep] of [
  ['timestamp-query', "(feature) => feature !== 'timestamp-query'"], ['any optional feature', '() => false'],
]) {
  // The one that lacks all of them lacks this one, too.
  test(`a GPU without ${name} paints`, { skip: name === 'timestamp-query' && skipLong }, async () => {
    await visit(browser, async ({ studio, host }) => {
      beforeWorkers(host, withFeatures(keep));
      await studio.open(host.url, undefined, QUICK);
      await paint(studio);
      await studio.reach('done');
      assert.equal(await engine(studio), 'gpu');
    });
  });
}

test('a GPU with the least limits that WebGPU guarantees paints', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    // L-BFGS has the kernels with the most buffers.
    beforeWorkers(host, withLimits({ maxStorageBuffersPerShaderStage: 8, maxStorageBufferBindingSize: 128 << 20, maxBufferSize: 256 << 20 }));
    await studio.open(host.url, undefined, { ...QUICK, optimizer: 'lbfgs' });
    await paint(studio);
    await studio.reach('done');
    assert.equal(await engine(studio), 'gpu');
    assert.equal(await studio.alert.count(), 0);
    await page.waitForFunction(() => JSON.parse(document.querySelector('#progress').dataset.losses).length > 1, null, { timeout: PATIENCE });
    const losses = await studio.losses();
    assert.ok(losses.at(-1).total < losses[0].total, JSON.stringify(losses));
  });
});

for (const [name, script] of [
  ['refuses a device', "GPUAdapter.prototype.requestDevice = () => Promise.reject(new DOMException('not today', 'OperationError'));"],
  ['is gone when the engine asks for it', 'GPU.prototype.requestAdapter = () => Promise.resolve(null);'],
  ['breaks the program that opens it', "Object.defineProperty(GPUAdapter.prototype, 'limits', { get() { throw new Error('broken'); } });"],
  ['breaks when the first network is laid into its memory', "GPUDevice.prototype.createBuffer = () => { throw new Error('broken'); };"],
]) {
  test(`where the GPU ${name}, the processor paints, and says so`, async () => {
    await visit(browser, async ({ studio, page, host }) => {
      beforeWorkers(host, script);
      await studio.open(host.url, undefined, QUICK);
      await page.getByText(/^WebGPU cannot be used here.*: the processor paints instead\.$/).waitFor();
      await page.locator('#studio[data-engine=cpu]').waitFor();
      assert.equal(await studio.alert.count(), 0);
      await paint(studio);
      await studio.reach('done');
      assert.equal(await engine(studio), 'cpu');
    }, { expectErrors: true });
  });
}

test('a GPU that has no memory left is said to have none, and a smaller size paints', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    beforeWorkers(host, obedient);
    await studio.open(host.url, undefined, QUICK);
    await paint(studio);
    await studio.reach('done');
    const picture = await studio.pixels();

    await tell(page, { refuse: 'RangeError', after: 1_000_000 });
    await paint(studio, 160);
    assert.match(await failed(studio, 'out_of_memory'), /^There is not enough memory for this size; choose a smaller one/);
    await studio.screenshot('out-of-memory');
    assert.deepEqual((await studio.pixels()).rgba, picture.rgba, 'the last picture is still there');
    await page.getByRole('button', { name: 'Smaller size' }).click();
    await studio.reach('done');
    const smaller = await studio.pixels();
    assert.equal(Math.max(smaller.width, smaller.height), 96);
    assert.equal(await engine(studio), 'gpu');
  }, { expectErrors: true });
});

for (const [name, command] of [['is taken away', { destroy: true }], ['refuses what it is asked', { invalid: true }]]) {
  test(`a GPU that ${name} in the middle of a run is said to have stopped, and the run goes on from its last picture`, { skip: 'invalid' in command && skipLong }, async () => {
    await visit(browser, async ({ studio, page, host }) => {
      beforeWorkers(host, obedient);
      await studio.open(host.url, undefined, QUICK);
      await paint(studio, 64, 500);
      await studio.reachStep(2);
      await tell(page, command);
      assert.match(await failed(studio, 'device_lost'), /^The GPU stopped working; press Paint again to go on\./);
      await studio.choose({ steps: 10 });
      await studio.paintButton.click();
      await studio.reach('done');
      assert.ok(await studio.step() > 10, 'it went on');
      assert.equal(await engine(studio), 'gpu');
    }, { expectErrors: true });
  });
}

test('after a failure of the GPU the visitor can have the processor go on from the picture, and at a smaller size', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    beforeWorkers(host, obedient);
    await studio.open(host.url, undefined, QUICK);
    await paint(studio, 96, 500);
    await studio.reachStep(2);
    await tell(page, { destroy: true });
    await failed(studio, 'device_lost');
    const { step } = await studio.pixels();
    await studio.choose({ size: 64, steps: 10 });
    await page.getByRole('button', { name: 'Use the processor' }).click();
    await studio.reach('done');
    assert.equal(await engine(studio), 'cpu');
    const smaller = await studio.pixels();
    assert.deepEqual([smaller.step, Math.max(smaller.width, smaller.height)], [step + 10, 64]);
  }, { expectErrors: true });
});

test('a program that breaks down says one sentence, the rest behind Details, and the processor paints on', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    beforeWorkers(host, obedient);
    await studio.open(host.url, undefined, QUICK);
    await paint(studio);
    await studio.reach('done');
    await tell(page, { refuse: 'TypeError', after: 0 });
    await paint(studio, 160);
    assert.match(await failed(studio, 'crashed'), /^The engine stopped because of an error; press Paint again to start it anew\./);
    const details = studio.alert.locator('details');
    const text = details.getByText('TypeError: no place');
    assert.ok(!await text.isVisible(), 'folded away');
    await details.getByText('Details', { exact: true }).press('Enter');
    await text.waitFor();
    await studio.screenshot('broken-down');
    await page.getByText('WebGPU cannot be used here: the processor paints instead.').waitFor();
    await studio.paintButton.click();
    await studio.reach('done');
    assert.equal(await engine(studio), 'cpu');
  }, { expectErrors: true });
});

test('a processor\'s engine that has no memory left is said to have none, and a smaller size paints', async () => {
  await visit(browser, async ({ studio, host }) => {
    withMemory(host, 'worker-cpu', 48);
    await studio.open(host.url, 'cpu');
    await paint(studio);
    await studio.reach('done');
    await paint(studio, 640, 3);
    assert.match(await failed(studio, 'out_of_memory'), /^There is not enough memory for this size; choose a smaller one/);
    await paint(studio);
    await studio.reach('done');
  }, { expectErrors: true });
});
