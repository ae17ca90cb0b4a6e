// A static host without any configuration: plain files in a subfolder. It records requests, and can omit, delay, damage
// or truncate a file, as real hosts do.

import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

import { withPolicy } from '../../../xtask/policy.mjs';
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
  '.webp': 'image/webp',
};

/** The headers for cross-origin isolation, which the CPU engine's helpers need (docs/hosting.md). */
export const isolated = () => ({ 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' });

export class Host {
  #server;
  #held = new Map();

  /** @param {string | null} weights the folder that is served as `weights/`; with null there is none */
  constructor(weights) {
    this.weights = weights;
    /** A folder whose files are served instead of the site's; their names may lack the hash. */
    this.overlay = null;
    /** The content type of each kind of file; many hosts send unusual ones. */
    this.types = { ...TYPES };
    /** What the policy of the site's pages permits, if its owner has built it with other places than the usual (xtask/policy.mjs). */
    this.permits = null;
    /** Additional headers for a path. */
    this.headers = (_path) => ({});
    /** Whether range requests are supported. Simple hosts do not. */
    this.ranges = false;
    /** After how many bytes of a path the connection breaks; each break happens once. */
    this.cuts = new Map();
    /** Of each answer, if set. */
    this.bytesPerSecond = null;
    /** The requested paths inside the site, in order, and the requested ranges. */
    this.requests = [];
    this.rangeRequests = [];
    /**
     * Called with the path and the bytes of each file of the weights; returns what is sent instead, or null for
     * nothing.
     */
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

  /** The requested shards, without lists and manifests, which are requested repeatedly. */
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
    if (this.permits && name.endsWith('.html')) bytes = Buffer.from(withPolicy(bytes.toString(), this.permits));
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
      // The written bytes must have been sent before the connection is closed.
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
