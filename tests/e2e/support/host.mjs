// A static host as people rent it: plain files from a sub-folder, nothing configured. It counts what is asked for, and can
// withhold, hold back or damage a file, which real hosts do too.

import { createReadStream, existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

import { dist } from './places.mjs';

const FOLDER = '/some/folder/';
const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

export class Host {
  #server;
  #held = new Map();

  /** @param {string | null} weights the folder that is served as `weights/`; with null there is none */
  constructor(weights) {
    this.weights = weights;
    /** A folder whose files are served in the place of the site's files of the same name. */
    this.overlay = null;
    /** Paths inside the site, in the order they were asked for. */
    this.requests = [];
    /** Called with the path of a file of the weights and its bytes; what it returns is sent instead, and with null nothing. */
    this.damage = (_path, bytes) => bytes;
  }

  async start() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.origin = `http://127.0.0.1:${this.#server.address().port}`;
    this.url = this.origin + FOLDER;
    return this;
  }

  async stop() {
    for (const path of this.#held.keys()) this.release(path);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Requests whose path contains `part` are not answered until `release(part)`. */
  hold(part) {
    let release;
    const gate = new Promise((resolve) => { release = resolve; });
    this.#held.set(part, { gate, release });
  }

  release(part) {
    this.#held.get(part)?.release();
    this.#held.delete(part);
  }

  /** The shards that were asked for; list and manifests are left out, since they are asked for again and again. */
  get shardRequests() {
    return this.requests.filter((path) => path.startsWith('weights/') && path.endsWith('.bin'));
  }

  async #answer(request, response) {
    const { pathname } = new URL(request.url, 'http://host');
    const refuse = (status) => {
      response.writeHead(status, { 'content-type': 'text/html' });
      response.end('<!doctype html><title>Not here</title>');
    };
    if (!pathname.startsWith(FOLDER)) return refuse(404);
    const path = normalize(decodeURIComponent(pathname.slice(FOLDER.length))) || 'index.html';
    const name = path === '.' || path === './' ? 'index.html' : path;
    if (name.startsWith('..')) return refuse(403);
    this.requests.push(name);
    for (const [part, { gate }] of this.#held) if (name.includes(part)) await gate;
    const inWeights = name.startsWith('weights/');
    if (inWeights && this.weights === null) return refuse(404);
    let file = inWeights ? join(this.weights, name.slice('weights/'.length)) : join(dist, name);
    if (this.overlay && existsSync(join(this.overlay, name))) file = join(this.overlay, name);
    const entry = await stat(file).catch(() => null);
    if (!entry?.isFile()) return refuse(404);
    const headers = { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' };
    if (inWeights) {
      const bytes = this.damage(name, await readFile(file));
      if (bytes === null) return refuse(404);
      response.writeHead(200, { ...headers, 'content-length': bytes.length });
      response.end(bytes);
    } else {
      response.writeHead(200, { ...headers, 'content-length': entry.size });
      createReadStream(file).pipe(response);
    }
  }
}
