// The worker's doorstep: loads one of the two engines (`?engine=worker-gpu` or `?engine=worker-cpu`)
// and, if that fails, says so to the page. Without this a missing or refused file would be silence:
// a rejected promise in a worker does not reach the page's `onerror`.
const name = new URL(location.href).searchParams.get("engine") === "worker-gpu" ? "worker-gpu" : "worker-cpu";
try {
  importScripts(`${name}.js`);
  wasm_bindgen({ module_or_path: new URL(`${name}_bg.wasm`, location.href) }).catch(report);
} catch (error) {
  report(error);
}

function report(error) {
  const reason = String(error?.message ?? error).replace(/\.$/, "");
  const failure = { kind: "crashed", detail: `${name} could not be loaded: ${reason}` };
  postMessage({ message: JSON.stringify({ failed: { job: null, failure } }) });
}
