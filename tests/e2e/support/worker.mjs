// Modifies a site's workers before they start, to simulate browsers and GPUs that the test machine does not have.

import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { dist } from './places.mjs';

const only = (pattern) => readdirSync(dist).find((name) => pattern.test(name));

/** Makes `host` run `script` in each worker before its program. */
export function before(host, script) {
  host.overlay ??= mkdtempSync(join(tmpdir(), 'impasto-overlay-'));
  const loader = readFileSync(join(dist, only(/^worker-[0-9a-f]{16}\.js$/)), 'utf8');
  writeFileSync(join(host.overlay, 'worker.js'), `{\n${script}\n}\n${loader}`);
}

/** A WebGPU whose adapters have only the optional features for which `keep` (the text of a predicate) is true. */
export const withFeatures = (keep) => `
  const own = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, 'features');
  const keep = ${keep};
  Object.defineProperty(GPUAdapter.prototype, 'features', {
    ...own, get() { return new Set([...own.get.call(this)].filter(keep)); },
  });
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = function (descriptor) {
    const lacking = [...descriptor?.requiredFeatures ?? []].find((feature) => !keep(feature));
    return lacking ? Promise.reject(new TypeError(\`\${lacking} is not supported\`)) : requestDevice.call(this, descriptor);
  };`;

/** A WebGPU whose adapters have at most these limits; devices are refused more. */
export const withLimits = (limits) => `
  for (const [name, most] of Object.entries(${JSON.stringify(limits)})) {
    const own = Object.getOwnPropertyDescriptor(GPUSupportedLimits.prototype, name);
    Object.defineProperty(GPUSupportedLimits.prototype, name, { ...own, get() { return Math.min(most, own.get.call(this)); } });
  }
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = function (descriptor) {
    const beyond = Object.entries(${JSON.stringify(limits)}).find(([name, most]) => descriptor?.requiredLimits?.[name] > most);
    return beyond ? Promise.reject(new DOMException(\`too much: \${beyond}\`, 'OperationError')) : requestDevice.call(this, descriptor);
  };`;

/**
 * A WebGPU that fails on request of `tell`: { destroy }, { invalid }, { refuse: the error that createBuffer throws,
 * after: bytes }. The request does not apply to a replaced worker.
 */
export const obedient = `
  const devices = [];
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    devices.push(device);
    return device;
  };
  let refusal = null;
  const { createBuffer } = GPUDevice.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    if (refusal) {
      refusal.after -= descriptor.size;
      if (refusal.after < 0) throw new globalThis[refusal.refuse]('no place at /home/somebody/gpu.rs:1:2');
    }
    return createBuffer.call(this, descriptor);
  };
  new BroadcastChannel('gpu').onmessage = ({ data }) => {
    if (data.refuse) refusal = data;
    for (const device of devices) {
      if (data.destroy) device.destroy();
      if (data.invalid) createBuffer.call(device, { size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.MAP_WRITE });
    }
    new BroadcastChannel('gpu was told').postMessage(null);
  };`;

/** Sends a request to an `obedient` WebGPU, and waits until it is received. */
export function tell(page, command) {
  return page.evaluate((command) => new Promise((resolve) => {
    new BroadcastChannel('gpu was told').onmessage = resolve;
    new BroadcastChannel('gpu').postMessage(command);
  }), command);
}

/** Makes `host` send `worker` with a memory that can grow by this many megabytes. */
export function withMemory(host, worker, megabytes) {
  host.overlay ??= mkdtempSync(join(tmpdir(), 'impasto-overlay-'));
  const module = readFileSync(join(dist, only(new RegExp(`^${worker}-.*_bg\\.wasm$`))));
  writeFileSync(join(host.overlay, `${worker}_bg.wasm`), limited(module, megabytes * 16));
}

/** A WebAssembly module whose memory (the only one, without a maximum so far) can grow by this many 64 KiB pages. */
function limited(module, pages) {
  const MEMORY = 5;
  for (let at = 8; at < module.length;) {
    const [size, body] = leb(module, at + 1);
    if (module[at] === MEMORY) {
      const [least] = leb(module, body + 2);
      const section = [1, 1, ...toLeb(least), ...toLeb(least + pages)];
      return Buffer.concat([
        module.subarray(0, at), Buffer.from([MEMORY, ...toLeb(section.length), ...section]), module.subarray(body + size),
      ]);
    }
    at = body + size;
  }
  throw new Error('the module has no memory of its own');
}

/** An unsigned LEB128 number, and the index after it. */
function leb(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value >>> 0, at];
  }
}

function toLeb(value) {
  const bytes = [];
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value >>>= 7;
  } while (value > 0);
  return bytes;
}
