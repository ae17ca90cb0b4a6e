// What can go wrong, and in which words. The kinds with an underscore are those of the engine (crates/protocol).

/** An error with a `kind` for programs; the message says what to do. `details` are for reports of bugs. */
export class ImpastoError extends Error {
  name = 'ImpastoError';

  constructor(kind, message, { details, ...options } = {}) {
    super(message, options);
    this.kind = kind;
    if (details) this.details = details;
  }
}

const words = {
  no_web_gpu: (reason) => `WebGPU is not available here (${reason}); leave out the option "engine" to paint on the processor`,
  device_lost: () => 'the GPU stopped working; call stylize() again',
  out_of_memory: () => 'there is not enough memory for this size; choose a smaller one',
  decode: (name) => `this cannot be read as a picture (${name}); give a JPEG, PNG or WebP`,
  falsified: () => 'this browser hides the pixels of pictures from sites, as Firefox does with privacy.resistFingerprinting; '
    + 'ask the visitor to turn that off, or to exempt this site',
  diverged: (steps) => `the optimisation ran away after ${steps} steps; choose a strength nearer to 0`,
  outdated: () => 'the library and the engine come from different versions; update one of them',
  crashed: () => 'the engine stopped because of an error; call stylize() again to start it anew',
};

/** The error for a failure that the engine reports. */
export function failed({ kind, detail }) {
  // The others are sentences for visitors already.
  const message = words[kind]?.(detail) ?? String(detail);
  const details = ['device_lost', 'out_of_memory', 'crashed'].includes(kind) ? String(detail) : undefined;
  return new ImpastoError(kind, message, { details });
}

/** Whether the worker that reported this cannot be used any more. */
export const isFatal = ({ kind }) => ['no_web_gpu', 'device_lost', 'out_of_memory', 'crashed', 'engine'].includes(kind);
