// Checks the kernels for hardware with Chromium's own compiler of WGSL, which is stricter than wgpu's where threads wait for
// each other. The browser's software adapter would never be asked for them.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch } from './support/chromium.mjs';
import { Host } from './support/host.mjs';
import { cli } from './support/places.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** The faults that the browser finds in texts of shaders, given by name. */
async function faults(texts) {
  const host = await new Host(null).start();
  const page = await browser.newPage();
  try {
    // WebGPU is only there on a page of a host that counts as secure.
    await page.goto(`${host.url}embed.js`);
    return await page.evaluate(async (texts) => {
      const device = await (await navigator.gpu.requestAdapter()).requestDevice();
      const found = [];
      for (const [name, code] of Object.entries(texts)) {
        device.pushErrorScope('validation');
        const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
        const error = await device.popErrorScope();
        const texts = messages.filter(({ type }) => type === 'error').map(({ message, lineNum }) => `line ${lineNum}: ${message}`);
        if (error ?? texts.length) found.push(`${name}: ${texts.join('; ') || error.message}`);
      }
      return found;
    }, texts);
  } finally {
    await page.close();
    await host.stop();
  }
}

test('Chromium compiles every kernel that a GPU may be asked for', async () => {
  const recorded = execFileSync(join(dirname(cli), 'examples/launches'), { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });
  const { kernels } = JSON.parse(recorded);
  const texts = Object.fromEntries(Object.entries(kernels).map(([name, { text }]) => [name, text]));
  assert.ok(Object.keys(texts).length > 100, `${Object.keys(texts).length} kernels`);
  assert.deepEqual(await faults(texts), []);
});

test('a barrier that only some threads reach is found', async () => {
  const text = `@compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) { if (i < 32u) { workgroupBarrier(); } }`;
  const [fault] = await faults({ planted: text });
  assert.match(fault, /planted: .*uniform/);
});
