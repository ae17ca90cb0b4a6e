// Tests the choice of the network: what the host has, the default, and changing from one to another.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { QUICK } from './support/faulty.mjs';
import { bundled, shards, skipLong } from './support/pack.mjs';

const LIST = 'weights/packs.json';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test('the page offers the networks that the site was built with', async () => {
  const { packs } = JSON.parse(readFileSync(join(bundled, 'packs.json'), 'utf8'));
  const folders = packs.map(({ folder }) => folder);
  assert.deepEqual(folders.slice(0, 2), ['fast', 'tiny'], 'the bundled ones are there');
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'gpu');
    await page.getByText(' MB, a quarter of the work').waitFor();
    const networks = await studio.networks();
    assert.deepEqual(networks.map(({ pack }) => pack).sort(), folders);
    assert.deepEqual(networks.filter(({ chosen }) => chosen).map(({ pack }) => pack), ['fast']);
    for (const { folder, bytes } of packs.slice(0, 2)) {
      const { label } = networks.find(({ pack }) => pack === folder);
      assert.ok(label.includes(` ${(bytes / 1e6).toFixed(1)} MB, `), `${label}: ${bytes} bytes`);
      const files = shards(folder).map((path) => readFileSync(join(bundled, '..', path)).length);
      assert.equal(bytes, files.reduce((sum, length) => sum + length, 0), `what ${folder} says it costs to download`);
    }
    await studio.screenshot('networks');
  });
});

test('exactly the listed networks are offered, in their order and in the page\'s words or their own', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    offer(host, [
      { folder: 'pencil', name: '<b>Pencil</b>', bytes: 250_000 },
      { folder: 'vgg19', name: 'VGG-19 (torchvision)', bytes: 12_976_704 },
      { folder: 'tiny', name: 'Impasto Tiny', bytes: 1_100_000 },
    ]);
    await studio.open(host.url, 'gpu');
    await page.getByText('Full VGG-19').waitFor();
    assert.deepEqual(await studio.networks(), [
      { pack: 'tiny', label: 'Tiny 1.1 MB, for phones, or without WebGPU', chosen: true },
      { pack: 'vgg19', label: 'Full VGG-19 13 MB, the paper\'s network', chosen: false },
      { pack: 'pencil', label: '<b>Pencil</b> 0.2 MB', chosen: false },
    ]);
  });
});

for (const engine of [undefined, 'cpu']) {
  test(`where the processor paints (${engine ? 'as asked' : 'no WebGPU'}), Tiny is chosen, and says why`, async () => {
    await visit(browser, async ({ studio, page, host }) => {
      if (!engine) await withoutWebGpu(page);
      await studio.open(host.url, engine);
      await studio.reachNetwork('tiny');
      const chosen = (await studio.networks()).filter(({ chosen }) => chosen).map(({ pack }) => pack);
      assert.deepEqual(chosen, ['tiny']);
      await page.getByText('Tiny is chosen because the processor paints here.').waitFor();
      await studio.screenshot(`tiny-chosen-${engine ?? 'no-webgpu'}`);
    });
  });
}

test('without WebGPU Tiny paints even if Paint was pressed before that was known, unless the visitor has chosen', async () => {
  for (const network of [undefined, 'fast']) {
    await visit(browser, async ({ studio, page, host }) => {
      await withoutWebGpu(page);
      host.hold('worker-');
      await studio.open(host.url);
      assert.equal((await studio.networks()).find(({ chosen }) => chosen).pack, 'fast', 'nothing is known yet');
      await studio.choose({ size: 64, steps: 10 });
      // It is the default already, but the visitor has not chosen it.
      if (network) await page.getByText('a quarter of the work').click();
      await studio.paint();
      host.release('worker-');
      await studio.reach('done');
      assert.deepEqual(host.shardRequests, shards(network ?? 'tiny'));
      await studio.reachNetwork(network ?? 'tiny');
    });
  }
});

for (const [engine, first, second] of [['gpu', 'fast', 'tiny'], ['cpu', 'tiny', 'fast']]) {
  test(`another network is fetched and used on the ${engine}; going back to the first one costs no download`, { skip: engine === 'gpu' && skipLong }, async () => {
    await visit(browser, async ({ studio, page, host }) => {
      await studio.open(host.url, engine, engine === 'gpu' ? QUICK : {});
      await studio.reachNetwork(first);
      const painted = async (job) => {
        await studio.choose({ size: 64, steps: 10 });
        if (job > 1) await page.getByLabel('Start afresh').check({ force: true });
        await studio.paint();
        await page.locator(`#studio[data-job="${job}"]`).waitFor();
        await studio.reach('done');
        return { losses: (await studio.losses()).at(0), rgba: (await studio.pixels()).rgba };
      };
      const one = await painted(1);
      assert.deepEqual(host.shardRequests, shards(first), 'only what is painted with is fetched');

      await studio.choose({ network: second });
      const other = await painted(2);
      assert.deepEqual(host.shardRequests, [...shards(first), ...shards(second)]);
      assert.equal(await studio.main.getAttribute('data-weights'), 'network');
      assert.notDeepEqual(other.losses, one.losses, 'another network sees other losses');
      assert.ok(!other.rgba.equals(one.rgba), 'and paints another picture');

      await studio.choose({ network: first });
      const again = await painted(3);
      assert.equal(host.shardRequests.length, shards(first).length + shards(second).length, 'nothing was fetched anew');
      assert.equal(await studio.main.getAttribute('data-weights'), 'cache');
      assert.deepEqual(again.losses, one.losses, 'it is the first network again');
    });
  });
}

test('a choice that is made during a run is for the next one, and says so', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    await studio.choose({ size: 64, steps: 300 });
    await studio.paint();
    await studio.reachStep(1);
    await studio.choose({ network: 'fast' });
    await page.getByText('This run goes on with Tiny; the choice is for the next one.').waitFor();
    await studio.screenshot('network-for-the-next-run');
    const step = await studio.step();
    await studio.reachStep(step + 2);
    await studio.stopButton.click();
    await studio.reach('stopped');
    assert.deepEqual(host.shardRequests, shards('tiny'));
    assert.equal(await page.getByText('This run goes on').count(), 0);

    // The run continues from the picture with the current choice.
    const before = await studio.step();
    await studio.choose({ steps: 10 });
    await page.getByLabel('Go on from this picture').check({ force: true });
    await studio.paint();
    await studio.reach('done');
    assert.equal(await studio.step(), before + 10);
    assert.deepEqual(host.shardRequests, [...shards('tiny'), ...shards('fast')]);
  });
});

test('a pack that is listed but missing is said so, and another one still paints', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    host.damage = (path, bytes) => (path.startsWith('weights/fast/') ? null : bytes);
    await studio.open(host.url, 'cpu');
    await studio.choose({ size: 64, steps: 10 });
    await studio.paint();
    await studio.reach('done');
    const { rgba } = await studio.pixels();

    await studio.choose({ network: 'fast' });
    await studio.paint();
    await studio.reach('failed');
    assert.equal(await studio.alert.getAttribute('data-kind'), 'weights');
    const text = await studio.alert.textContent();
    assert.match(text, /The network fast is not here \(weights\/fast\/manifest\.json: status 404\); choose another one/);
    assert.ok((await studio.pixels()).rgba.equals(rgba), 'what was painted is still there');
    await studio.screenshot('missing-network');

    await studio.choose({ network: 'tiny' });
    await studio.paint();
    await studio.reach('done');
    assert.deepEqual(host.shardRequests, shards('tiny'), 'the network that was there has not been fetched anew');
  }, { expectErrors: true });
});

test('the worker takes no pack from outside of weights/', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    const answer = await page.evaluate(async (request) => {
      const picture = await (await fetch('samples/photos/cat.jpg')).blob();
      const worker = startWorker('worker-cpu');
      return new Promise((resolve) => {
        worker.onmessage = ({ data }) => {
          const event = JSON.parse(data.message);
          if (event.ready) worker.postMessage({ message: JSON.stringify({ paint: request }), content: picture, styles: [picture] });
          else if (!event.loading) resolve(event);
        };
      });
    }, { job: 1, options: {}, pack: { name: '../samples' }, content: 0, styles: [{ picture: 4, weight: 1 }], mask: null, start: 'afresh' });
    assert.equal(answer.failed.job, 1);
    assert.equal(answer.failed.failure.kind, 'weights');
    assert.match(answer.failed.failure.detail, /"\.\.\/samples" is no name for a pack/);
    assert.ok(!host.requests.some((path) => path.startsWith('samples/') && !/\.(jpg|webp)$/.test(path)), 'nothing was asked for there');
  });
});

for (const [what, list, why] of [
  ['is missing', null, /packs\.json: status 404/],
  ['is a web page', '<!doctype html><title>Start</title>', /a web page came instead/],
  ['is no JSON', '{"format": "impasto-packs", "ver', /cannot be read/],
  ['names no pack', '{"format": "impasto-packs", "version": 1, "packs": []}', /names no pack/],
  ['leads astray', '{"format": "impasto-packs", "version": 1, "packs": [{"folder": "../..", "name": "x", "bytes": 1}]}', /no name for a pack/],
  ['is endless', `{"format": "impasto-packs", "version": 1, "packs": [${' '.repeat(70_000)}]}`, /more than the 65536 bytes/],
]) {
  test(`a list of networks that ${what} is said so, and the bundled ones paint`, async () => {
    await visit(browser, async ({ studio, page, host }) => {
      host.damage = (path, bytes) => (path !== LIST ? bytes : list && Buffer.from(list));
      await studio.open(host.url, 'cpu');
      const note = page.locator('#network-note').filter({ hasText: 'the site\'s own list cannot be used' });
      await note.waitFor();
      assert.match(await note.textContent(), why);
      const labels = (await studio.networks()).map(({ label }) => label);
      assert.deepEqual(labels, ['Fast a quarter of the work', 'Tiny for phones, or without WebGPU']);
      await studio.screenshot(`list-${what.replaceAll(' ', '-')}`);
      await studio.choose({ size: 64, steps: 10 });
      await studio.paint();
      await studio.reach('done');
    }, { expectErrors: list === null });
  });
}

/** Replaces the host's list by one with these packs. */
function offer(host, packs) {
  const list = Buffer.from(JSON.stringify({ format: 'impasto-packs', version: 1, packs }));
  host.damage = (path, bytes) => (path === LIST ? list : bytes);
}

/** Removes WebGPU from the page's browser. */
async function withoutWebGpu(page) {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined }));
}
