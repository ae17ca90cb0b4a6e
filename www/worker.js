// The entry script of all workers: loads one of the programs (`worker.js?worker-gpu`, for example) and reports to the
// page if that fails. Otherwise a missing or blocked file would go unnoticed: a rejected promise in a worker does not
// reach the page's `onerror`.
const name = location.search.slice(1);
// The file names of the programs, with a hash for each build; xtask/finish.mjs fills them in.
const programs = /* programs */ {};
// Messages that arrive before the program listens; they would be lost otherwise.
const early = [];
const keep = (event) => early.push(event);
addEventListener("message", keep);
// A program that starts itself as a helper (`apps/worker/src/engine/helpers.rs`) first sends the compiled module, so that it
// is not compiled again.
const compiled = self.name !== "" && new Promise((resolve) => {
  addEventListener("message", () => resolve(early.shift().data), { once: true });
});
// Only these are scripts of the site; not every browser has trusted types (xtask/policy.mjs).
const createScriptURL = (address) => {
  if (address !== location.href && address !== programs[name]?.script) throw new TypeError(`${address} is no script of this site`);
  return address;
};
const scripts = self.trustedTypes?.createPolicy("impasto", { createScriptURL }) ?? { createScriptURL };
try {
  const { script, module } = programs[name];
  importScripts(scripts.createScriptURL(script));
  wasm_bindgen({ module_or_path: compiled || new URL(module, location.href) }).then(() => {
    removeEventListener("message", keep);
    for (const event of early) onmessage?.(event);
  }).catch(report);
} catch (error) {
  report(error);
}

/** Starts a helper, a worker of this name with the program of this one (`apps/worker/src/engine/helpers.rs`). */
function startHelper(name) {
  return new Worker(scripts.createScriptURL(location.href), { name });
}

/**
 * Runs `open` while every adapter claims to support `timestamp-query` (see `apps/worker/src/engine/timestamps.rs`). The device
 * has been requested before, with the adapter's real features.
 */
function claimingTimestamps(open) {
  const { prototype } = GPUAdapter;
  const own = Object.getOwnPropertyDescriptor(prototype, "features");
  const get = function () { return new Set([...own.get.call(this), "timestamp-query"]); };
  Object.defineProperty(prototype, "features", { ...own, get });
  try {
    open();
  } finally {
    Object.defineProperty(prototype, "features", own);
  }
}

/**
 * Shader modules by their text, and pipelines by their module, of what was made in advance. Whoever asks for the same later
 * gets these: the browser compiles what is asked for in advance side by side, and what is asked for later one by one.
 */
const modules = new Map();
const pipelines = new WeakMap();
const pending = new Map();
let gpu = null;
if (globalThis.GPUDevice) {
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    gpu = await requestDevice.call(this, descriptor);
    return gpu;
  };
  const { createShaderModule, createComputePipeline } = GPUDevice.prototype;
  GPUDevice.prototype.createShaderModule = function (descriptor) {
    const module = modules.get(descriptor.code) ?? createShaderModule.call(this, descriptor);
    modules.set(descriptor.code, module);
    return module;
  };
  GPUDevice.prototype.createComputePipeline = function (descriptor) {
    return pipelines.get(descriptor.compute.module) ?? createComputePipeline.call(this, descriptor);
  };
}

/**
 * Makes the pipelines of these WGSL texts in advance, except those that exist (see `apps/worker/src/engine/pipelines.rs`).
 * Resolves when they are there, or as soon as there is nothing to wait for. A text that fails is left to whoever asks for it.
 */
async function pipelinesAhead(texts) {
  const start = async (code) => {
    const module = gpu.createShaderModule({ code });
    const compute = { module, entryPoint: "main" };
    pipelines.set(module, await gpu.createComputePipelineAsync({ layout: "auto", compute }));
  };
  for (const text of texts) {
    if (!modules.has(text)) pending.set(text, start(text).catch(() => {}).finally(() => pending.delete(text)));
  }
  await Promise.all(texts.map((text) => pending.get(text)));
}

function report(error) {
  const reason = String(error?.message ?? error).replace(/\.$/, "");
  const failure = { kind: "crashed", detail: `${name} could not be loaded: ${reason}` };
  postMessage({ message: JSON.stringify({ failed: { job: null, failure } }) });
}
