// The npm package, installed into a page without tools: a folder, served as it is.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

import { pack } from '../../../xtask/package.mjs';
import { artefacts, dist } from './places.mjs';
import { PATIENCE } from './studio.mjs';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json', '.jpg': 'image/jpeg', '.wasm': 'application/wasm' };

/** Packs the site's package into a folder of this name: files of tests that run side by side have one each. Returns the tarball. */
export const packed = (name) => pack(dist, join(artefacts, name));

/** Waits until no worker of the page is left. */
export async function freed(page) {
  const frame = () => page.evaluate(() => new Promise(requestAnimationFrame));
  // The list may keep a worker that was started by another one and ended with it: asked for anything, such a one is not there.
  const lives = (worker) => Promise.race([worker.evaluate(() => true).catch(() => false), frame().then(frame).then(() => true)]);
  const left = async () => (await Promise.all(page.workers().map(lives))).some(Boolean);
  for (const end = Date.now() + PATIENCE; await left(); await frame()) {
    assert.ok(Date.now() < end, 'the worker is still there');
  }
}

/** A new folder with a project of this name, with two pictures and these packages from npm. */
export function project(name, ...packages) {
  const folder = join(artefacts, 'projects', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'public'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', ...packages], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  copyFileSync(join(dist, 'samples/photos/cat.jpg'), join(folder, 'public/photo.jpg'));
  copyFileSync(join(dist, 'samples/styles/hokusai-great-wave.jpg'), join(folder, 'public/painting.jpg'));
  return folder;
}

/** Serves a folder. `headers` are those of each answer; a path with `part` is not answered between `hold` and `release`. */
export async function serve(folder, headers = {}) {
  let held = null;
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://host');
    site.requests.push(pathname);
    if (held && pathname.includes(held.part)) await held.gate;
    const name = normalize(decodeURIComponent(pathname));
    const file = join(folder, name.endsWith('/') ? `${name}index.html` : name);
    const isFile = existsSync(file) && (await stat(file)).isFile();
    response.writeHead(isFile ? 200 : 404, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', ...headers });
    response.end(isFile ? await readFile(file) : '');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const site = {
    origin: `http://127.0.0.1:${server.address().port}`,
    requests: [],
    hold(part) {
      let open;
      held = { part, gate: new Promise((resolve) => { open = resolve; }), open };
    },
    release() {
      held?.open();
      held = null;
    },
    async stop() {
      site.release();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return site;
}
