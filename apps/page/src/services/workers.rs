//! Starts the site's workers.

use wasm_bindgen::JsValue;
use web_sys::Worker;

/// Starts one of the site's worker programs with their common entry script, `www/worker.js`.
///
/// # Errors
/// If the browser cannot create a worker.
pub fn start(program: &str) -> Result<Worker, JsValue> {
    let root = web_sys::window().and_then(|window| window.document()?.document_element());
    // The build writes the script's name there, which contains a hash (`xtask/finish.mjs`).
    let loader = root.and_then(|root| root.get_attribute("data-worker"));
    Worker::new(&format!("{}?{program}", loader.as_deref().unwrap_or("worker.js")))
}
