//! Starts the site's workers.

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::Worker;

#[wasm_bindgen]
extern "C" {
    /// In `www/early.js`, since only there is an address trusted to be one of the site's scripts.
    #[wasm_bindgen(catch, js_name = startWorker)]
    fn start_worker(program: &str) -> Result<Worker, JsValue>;
}

/// Starts one of the site's worker programs with their common entry script, `www/worker.js`.
///
/// # Errors
/// If the browser cannot create a worker.
pub fn start(program: &str) -> Result<Worker, JsValue> {
    start_worker(program)
}
