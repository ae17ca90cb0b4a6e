// A post on another origin than the site, with demonstrations in it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { wrongsOn } from './chromium.mjs';
import { Host } from './host.mjs';
import { bundled } from './pack.mjs';
import { root } from './places.mjs';
import { PATIENCE } from './studio.mjs';

/** A demonstration that is computed in seconds on the CPU. */
export const demo = (id, more = '', steps = 10, photo = 'cat') =>
  `<impasto-demo id="${id}" photo="${photo}" painting="hokusai-great-wave" size="64" steps="${steps}" network="tiny" engine="cpu" ${more}></impasto-demo>`;

/** Whether a file of the site is loaded only for a run. */
export const heavy = (path) => path.endsWith('.wasm') || path.startsWith('weights/');

/** The usual tag of the script. */
const usual = (site) => `<script async src="${site.url}embed.js"></script>`;

/**
 * Opens a post with these elements, from which the site takes pictures. Its policy forbids nearly everything (`policy` is another one, null is none). It has
 * two pictures that the site may or may not read (CORS). `head` writes the tags of the script, `held` are files of the
 * site that are not sent yet, `options` those of the browser's context, and `before` a function that the page runs first.
 */
export async function post(browser, elements, run, { expectErrors = false, head = usual, policy, held = [], options, before } = {}) {
  const site = await new Host(bundled).start();
  // For modules.
  site.headers = (path) => (path === 'embed.js' ? { 'access-control-allow-origin': '*' } : {});
  for (const part of held) site.hold(part);
  const usualPolicy = `default-src 'none'; script-src ${site.origin}; frame-src ${site.origin}`;
  const picture = await readFile(join(root, 'www/samples/photos/coffee.jpg'));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://post');
    if (pathname === '/open.jpg' || pathname === '/closed.jpg') {
      response.writeHead(200, { 'content-type': 'image/jpeg', ...(pathname === '/open.jpg' && { 'access-control-allow-origin': '*' }) });
      response.end(picture);
      return;
    }
    if (pathname === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    // Another script of the same name.
    const isScript = pathname === '/embed.js';
    const found = pathname === '/post';
    const said = policy === undefined ? usualPolicy : policy;
    response.writeHead(found || isScript ? 200 : 404, {
      'content-type': isScript ? 'text/javascript' : 'text/html', ...(said !== null && { 'content-security-policy': said }),
    });
    response.end(found ? `<!doctype html><title>A post</title>${head(site)}
      <h1>A post</h1>${elements}<p>${'Words of the post. '.repeat(2000)}</p>` : '');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  site.permits = { pictures: [origin] };
  const context = await browser.newContext({ viewport: { width: 800, height: 700 }, ...options });
  try {
    const page = await context.newPage();
    const wrongs = wrongsOn(page);
    await page.addInitScript(() => {
      globalThis.heard = [];
      for (const name of ['progress', 'done', 'stopped', 'failed']) {
        addEventListener(name, (event) => {
          if (event.target.localName === 'impasto-demo') globalThis.heard.push({ name, id: event.target.id, ...event.detail });
        });
      }
      // What the element tells by its present names.
      globalThis.told = [];
      for (const name of ['ready', 'progress', 'done', 'stopped', 'error']) {
        addEventListener(`impasto-${name}`, ({ target, detail }) => globalThis.told.push({ name, id: target.id, ...detail }));
      }
    });
    if (before) await page.addInitScript(before);
    // Not the event "load" where something is held.
    await page.goto(`${origin}/post`, { waitUntil: held.length ? 'commit' : 'load' });
    const heard = () => page.evaluate(() => globalThis.heard);
    const happens = (list) => (name, id) => page.waitForFunction(
      ([list, name, id]) => globalThis[list].some((event) => event.name === name && event.id === id), [list, name, id], { timeout: PATIENCE },
    );
    await run({
      page, site, heard,
      reach: happens('heard'),
      tells: happens('told'),
      element: (id) => page.locator(`#${id}`),
      frame: (id) => page.frameLocator(`#${id} iframe`),
    });
    if (!expectErrors) assert.deepEqual(wrongs.filter((text) => !text.includes('favicon')), [], 'errors on the page');
  } finally {
    await context.close();
    await new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); });
    await site.stop();
  }
}
