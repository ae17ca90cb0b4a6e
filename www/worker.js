// The entry script of all workers: loads one of the programs (`worker.js?worker-gpu`, say) and, if that fails, says so to the page.
// Without this a missing or refused file would be silence: a rejected promise in a worker does not reach the page's `onerror`.
const name = location.search.slice(1);
// Their files, which xtask/finish.mjs fills in: each build has names of its own.
const programs = /* programs */ {};
// What the page says before the program listens would be lost.
const early = [];
const keep = (event) => early.push(event);
addEventListener("message", keep);
// A program that starts itself once more under a name (`apps/worker/src/helpers.rs`) first says what the browser has made of it, so that
// this is not made again.
const compiled = self.name !== "" && new Promise((resolve) => {
  addEventListener("message", () => resolve(early.shift().data), { once: true });
});
try {
  const { script, module } = programs[name];
  importScripts(script);
  wasm_bindgen({ module_or_path: compiled || new URL(module, location.href) }).then(() => {
    removeEventListener("message", keep);
    for (const event of early) onmessage?.(event);
  }).catch(report);
} catch (error) {
  report(error);
}

/**
 * Runs `open`, during which every adapter claims to have `timestamp-query` (`apps/worker/src/timestamps.rs`). Devices are asked for
 * before, with what their adapter truly has.
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

function report(error) {
  const reason = String(error?.message ?? error).replace(/\.$/, "");
  const failure = { kind: "crashed", detail: `${name} could not be loaded: ${reason}` };
  postMessage({ message: JSON.stringify({ failed: { job: null, failure } }) });
}
