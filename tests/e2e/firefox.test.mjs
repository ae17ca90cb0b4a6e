// The same site in another browser: Firefox has its own WebGPU (here on the software Vulkan driver) and its own limits.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import puppeteer from 'puppeteer-core';

import { Host } from './support/host.mjs';
import { bundled } from './support/pack.mjs';
import { artefacts, program } from './support/places.mjs';
import { PATIENCE } from './support/studio.mjs';

const STEPS = 10;

test('Firefox paints on its WebGPU', async () => {
  const executablePath = program('IMPASTO_FIREFOX', ['firefox-esr', 'firefox']);
  assert.ok(executablePath, 'no Firefox: `cargo xtask setup` installs it, or set IMPASTO_FIREFOX to its path');
  const host = await new Host(bundled).start();
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    protocolTimeout: PATIENCE,
    extraPrefsFirefox: {
      'dom.webgpu.enabled': true, 'dom.webgpu.workers.enabled': true, 'gfx.webgpu.ignore-blocklist': true,
    },
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(`${host.url}?engine=gpu`);
    await page.waitForSelector('#studio[data-engine=gpu]');
    // Straight to the elements: looking for names costs this driver half a minute.
    await page.evaluate((steps) => {
      for (const [slider, value] of [['size', 64], ['steps', steps]]) {
        const input = document.querySelector(`#${slider}`);
        input.value = value;
        input.dispatchEvent(new Event('input', { bubbles: true }));
      }
      [...document.querySelectorAll('button')].find((button) => button.textContent.trim() === 'Paint').click();
    }, STEPS);
    await page.waitForSelector('#studio[data-state=done], #studio[data-state=failed]');
    mkdirSync(join(artefacts, 'artefacts'), { recursive: true });
    await page.screenshot({ path: join(artefacts, 'artefacts/firefox.png') });
    const { state, error, losses, colours } = await page.evaluate(() => {
      const canvas = document.querySelector('#canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return {
        state: document.querySelector('#studio').dataset.state,
        error: document.querySelector('#error')?.textContent,
        losses: JSON.parse(document.querySelector('#progress').dataset.losses),
        colours: new Set(new Uint32Array(data.buffer)).size,
      };
    });
    assert.equal(state, 'done', error);
    assert.equal(losses.at(-1).step, STEPS);
    assert.ok(losses.at(-1).total < losses[0].total / 2, `from ${losses[0].total} to ${losses.at(-1).total}`);
    assert.ok(colours > 100, `the canvas shows ${colours} colours`);
  } finally {
    await browser.close();
    await host.stop();
  }
});
