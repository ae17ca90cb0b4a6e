// Firefox for the tests: headless, WebGPU on the software Vulkan driver, a new profile for each visit.

import assert from 'node:assert/strict';
import puppeteer from 'puppeteer-core';

import { Host } from './host.mjs';
import { bundled } from './pack.mjs';
import { program } from './places.mjs';
import { PATIENCE } from './studio.mjs';

/** Opens a host of its own in Firefox, with these preferences. */
export async function visit(run, { preferences = {} } = {}) {
  const executablePath = program('IMPASTO_FIREFOX', ['firefox-esr', 'firefox']);
  assert.ok(executablePath, 'no Firefox: `cargo xtask setup --system` installs it, or set IMPASTO_FIREFOX to its path');
  const host = await new Host(bundled).start();
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    protocolTimeout: PATIENCE,
    extraPrefsFirefox: {
      'dom.webgpu.enabled': true, 'dom.webgpu.workers.enabled': true, 'gfx.webgpu.ignore-blocklist': true,
      ...preferences,
    },
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    await run({ page, host });
  } finally {
    await browser.close();
    await host.stop();
  }
}

/** Sets controls of the page and presses Paint. Elements are selected directly: finding them by name takes this driver half a minute. */
export function paint(page, controls) {
  return page.evaluate((controls) => {
    for (const [slider, value] of Object.entries(controls)) {
      const input = document.querySelector(`#${slider}`);
      input.value = value;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }
    [...document.querySelectorAll('button')].find((button) => button.textContent.trim() === 'Paint').click();
  }, controls);
}
