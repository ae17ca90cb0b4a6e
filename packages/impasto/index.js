// Impasto for JavaScript: paints a photo in the manner of a painting, in the browser. See README.md.

import { adapter } from './engine.js';
import { table } from './options.js';

export { ImpastoError } from './errors.js';
export { dispose, preload, stylize } from './job.js';

/** A module with one SIMD instruction: the engines need them. */
const SIMD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11];

/** What this browser can do. Nothing is loaded for it. */
export async function supports() {
  const { OffscreenCanvas, WebAssembly, Worker, crossOriginIsolated, navigator } = globalThis;
  const works = Worker && OffscreenCanvas && WebAssembly?.validate(new Uint8Array(SIMD));
  const gpu = works ? await adapter() : null;
  const [sizes, steps] = [table.size.range, table.steps.range];
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu?.limits ?? {};
  return {
    engine: !works ? null : gpu ? 'gpu' : 'cpu',
    // Without isolation threads cannot share memory.
    threads: !works ? 0 : crossOriginIsolated ? Math.min(8, navigator.hardwareConcurrency) : 1,
    limits: gpu && { maxBufferSize, maxStorageBufferBindingSize },
    sizes: { least: sizes[0], most: sizes[1] },
    steps: { least: steps[0], most: steps[1] },
  };
}
