// A static host as people rent it: plain files from a sub-folder, nothing configured. It counts what is asked for, and can
// withhold, hold back, damage or cut off a file, which real hosts do too.

import { existsSync } from 'node:fs';
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

/** What a host sends that lets the processor's other cores help (docs/hosting.md). */
export const isolated = () => ({ 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' });

export class Host {
  #server;
  #held = new Map();

  /** @param {string | null} weights the folder that is served as `weights/`; with null there is none */
  constructor(weights) {
    this.weights = weights;
    /** A folder whose files are served in the place of the site's; their names may lack the hash. */
    this.overlay = null;
    /** The type of each kind of file; hosts have odd ideas of them. */
    this.types = { ...TYPES };
    /** Headers for a path, beside its type and length. */
    this.headers = (_path) => ({});
    /** Whether parts of a file can be asked for. Simple hosts cannot do it. */
    this.ranges = false;
    /** After how many bytes of a path the connection breaks; each break happens once. */
    this.cuts = new Map();
    /** Of each answer, if set. */
    this.bytesPerSecond = null;
    /** Paths inside the site, in the order they were asked for, and the ranges that were asked for. */
    this.requests = [];
    this.rangeRequests = [];
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
    for (const other of this.overlay ? [name, name.replace(/-[0-9a-f]{8,16}(?=_bg\.|\.)/, '')] : []) {
      if (existsSync(join(this.overlay, other))) file = join(this.overlay, other);
    }
    const entry = await stat(file).catch(() => null);
    if (!entry?.isFile()) return refuse(404);
    const headers = { 'content-type': this.types[extname(name)] ?? 'application/octet-stream', ...this.headers(name) };
    let bytes = await readFile(file);
    if (inWeights) bytes = this.damage(name, bytes);
    if (bytes === null) return refuse(404);
    const [, start] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    if (start !== undefined) this.rangeRequests.push({ name, start: Number(start) });
    const partial = this.ranges && start !== undefined;
    if (partial) headers['content-range'] = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
    if (partial) bytes = bytes.subarray(Number(start));
    response.writeHead(partial ? 206 : 200, { ...headers, 'content-length': bytes.length });
    const cut = this.cuts.get(name);
    if (cut !== undefined) {
      this.cuts.delete(name);
      await this.#send(response, bytes.subarray(0, cut));
      // What was written must be on its way before the line goes dead.
      setTimeout(() => response.destroy(), 200);
      return;
    }
    await this.#send(response, bytes);
    response.end();
  }

  async #send(response, bytes) {
    const portion = this.bytesPerSecond === null ? bytes.length : Math.ceil(this.bytesPerSecond / 20);
    for (let at = 0; at < bytes.length && !response.destroyed; at += portion) {
      await new Promise((resolve) => response.write(bytes.subarray(at, at + portion), resolve));
      if (this.bytesPerSecond !== null) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
