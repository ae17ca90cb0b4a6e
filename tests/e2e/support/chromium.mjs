// Chromium for the tests: headless, WebGPU on its software adapter, a new profile for each test.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

import { Host } from './host.mjs';
import { bundled } from './pack.mjs';
import { program } from './places.mjs';
import { PATIENCE, Studio } from './studio.mjs';

/** Starts Chromium, with these additional flags. */
export async function launch(flags = []) {
  const executablePath = program('IMPASTO_CHROMIUM', ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser']);
  assert.ok(executablePath, 'no Chromium: `cargo xtask setup --system` installs it, or set IMPASTO_CHROMIUM to its path');
  return chromium.launch({
    executablePath,
    args: [
      '--headless=new', '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader',
      ...flags,
    ],
  });
}

/** Waits until an asynchronous predicate holds on the page; `waitForFunction` would treat its promise as true. */
export async function until(page, predicate, argument) {
  const end = Date.now() + PATIENCE;
  while (!await page.evaluate(predicate, argument)) {
    assert.ok(Date.now() < end, `never true: ${predicate}`);
    await page.waitForTimeout(50);
  }
}

/** Collects all errors of a page: the list grows as they occur. */
export function wrongsOn(page) {
  const wrongs = [];
  page.on('pageerror', (error) => wrongs.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') wrongs.push(message.text());
  });
  return wrongs;
}

/**
 * A visitor with an empty cache on a host of their own. No request may go to another host than those in `alsoFrom`, and the page
 * may report no unexpected error, whatever a test does.
 */
export async function visit(browser, run, { weights = bundled, viewport, expectErrors = false, bypassCSP = false, alsoFrom = [] } = {}) {
  const host = await new Host(weights).start();
  const context = await browser.newContext({ acceptDownloads: true, bypassCSP, ...(viewport && { viewport }) });
  const strangers = [];
  context.on('request', (request) => {
    const url = request.url();
    const own = url.startsWith(host.url) || url === `${host.origin}/favicon.ico`;
    if (!own && !alsoFrom.some((other) => url.startsWith(other)) && !url.startsWith('blob:') && !url.startsWith('data:')) strangers.push(url);
  });
  const page = await context.newPage();
  const wrongs = wrongsOn(page);
  try {
    await run({ studio: new Studio(page), page, host });
    assert.deepEqual(strangers, [], 'requests to other places than the site');
    if (!expectErrors) assert.deepEqual(wrongs, [], 'errors on the page');
  } finally {
    await context.close();
    await host.stop();
  }
}
