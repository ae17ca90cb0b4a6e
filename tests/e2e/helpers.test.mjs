// Tests the CPU engine's helper workers: they are used on cross-origin isolated pages, the picture is the same, and
// without them a run works, too.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { Host, isolated } from './support/host.mjs';
import { bundled, full, skipLong } from './support/pack.mjs';
import { dist } from './support/places.mjs';
import { PATIENCE } from './support/studio.mjs';

const STEPS = 10;
const skip = cpus().length < 2 && 'this machine has one core';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** Runs the CPU engine; returns the losses, and the device name that the page shows. */
async function paint({ headers, network = 'fast', overlay = null, warnings = [] }) {
  let found;
  await visit(browser, async ({ studio, page, host }) => {
    page.on('console', (message) => { if (/other cores/.test(message.text())) warnings.push(message.text()); });
    host.headers = headers;
    host.overlay = overlay;
    // An odd size, at every step.
    await studio.open(host.url, 'cpu', { network, schedule: 'single' });
    await page.locator('#studio[data-engine=cpu]').waitFor({ timeout: PATIENCE });
    await studio.choose({ photo: 'cat', painting: 'hokusai-great-wave', size: 181, steps: STEPS });
    await studio.reachNetwork(network);
    await studio.paint();
    await studio.reach('done');
    found = { losses: await studio.losses(), device: await page.locator('#device').textContent() };
  }, { weights: full ?? bundled, expectErrors: overlay !== null });
  return found;
}

const none = () => ({});
const threads = `${Math.min(cpus().length, 8)} threads`;

function assertSame(losses, expected) {
  assert.equal(losses.at(-1).step, STEPS);
  for (const { step, total } of losses) {
    const other = expected.find((entry) => entry.step === step);
    if (!other) continue;
    const off = Math.abs(total - other.total) / other.total;
    assert.ok(off < (step < 3 ? 1e-5 : 2e-3), `step ${step}: ${total}, alone ${other.total}`);
  }
}

for (const network of full && !skipLong ? ['fast', 'vgg19'] : ['fast']) {
  test(`on a host that isolates the page all cores paint the picture that one does (${network})`, { skip }, async () => {
    const alone = await paint({ headers: none, network });
    assert.match(alone.device, /^Painting on: the processor \(no WebGPU\)$/);
    const warnings = [];
    const together = await paint({ headers: isolated, network, warnings });
    assert.ok(together.device.includes(`the processor, ${threads}`), together.device);
    assertSame(together.losses, alone.losses);
    assert.deepEqual(warnings, []);
  });
}

/** A folder whose entry script runs this program in helper workers. */
function helping(program) {
  const folder = mkdtempSync(join(tmpdir(), 'impasto-helpers-'));
  const [, loader] = /data-worker="([^"]+)"/.exec(readFileSync(join(dist, 'index.html'), 'utf8'));
  writeFileSync(join(folder, 'worker.js'), `if (self.name === 'helper') { ${program} } else { ${readFileSync(join(dist, loader), 'utf8')} }`);
  return folder;
}

test('helpers that do not come, and those that fail at work, are done without', { skip }, async () => {
  const alone = await paint({ headers: none });

  const missing = [];
  const without = await paint({ headers: isolated, overlay: helping('throw new Error("no room")'), warnings: missing });
  assert.match(without.device, /^Painting on: the processor \(no WebGPU\)$/);
  assert.match(missing.join('\n'), /The processor's other cores do not help/);
  assertSame(without.losses, alone.losses);

  // They fail at their first task.
  const failing = helping(`
    postMessage('helper');
    onmessage = ({ data }) => {
      const { Compute: job } = JSON.parse(data.message);
      if (!job) return;
      Atomics.store(data.states, job.helper, 2);
      Atomics.notify(data.states, job.helper);
    };`);
  const warnings = [];
  const forsaken = await paint({ headers: isolated, overlay: failing, warnings });
  assert.match(warnings.join('\n'), /The processor's other cores help no more:.*one of them failed/);
  assertSame(forsaken.losses, alone.losses);
});

test('a demonstration in a page that is isolated has all cores, too', { skip }, async () => {
  const site = await new Host(bundled).start();
  const post = await new Host(null).start();
  const context = await browser.newContext();
  try {
    site.headers = () => ({ ...isolated(), 'cross-origin-resource-policy': 'cross-origin' });
    post.headers = isolated;
    post.overlay = mkdtempSync(join(tmpdir(), 'impasto-post-'));
    writeFileSync(join(post.overlay, 'index.html'), `<!doctype html><title>A post</title><script async src="${site.url}embed.js"></script>
      <impasto-demo photo="cat" painting="hokusai-great-wave" size="64" steps="10" engine="cpu" autoplay="visible"></impasto-demo>`);
    const page = await context.newPage();
    // Listens before the demonstration exists: a small picture can be done before the page has loaded.
    await page.addInitScript(() => {
      for (const name of ['done', 'failed']) addEventListener(name, () => { globalThis.over = name; });
    });
    await page.goto(post.url);
    await page.waitForFunction(() => globalThis.over, null, { timeout: PATIENCE });
    assert.equal(await page.evaluate(() => globalThis.over), 'done');
    const device = page.frameLocator('impasto-demo iframe').locator('#device');
    assert.ok((await device.textContent()).includes(threads), await device.textContent());
  } finally {
    await context.close();
    await post.stop();
    await site.stop();
  }
});
