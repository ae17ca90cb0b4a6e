//! The site's worker programs.

use wasm_bindgen::JsValue;
use web_sys::Worker;

/// Starts one of the site's worker programs, by way of the script that loads them all (`www/worker.js`).
///
/// # Errors
/// Where the browser refuses to make a worker.
pub fn start(program: &str) -> Result<Worker, JsValue> {
    let root = web_sys::window().and_then(|window| window.document()?.document_element());
    // The build writes it there, for it has a name of its own in each build (`xtask/finish.mjs`).
    let loader = root.and_then(|root| root.get_attribute("data-worker"));
    Worker::new(&format!("{}?{program}", loader.as_deref().unwrap_or("worker.js")))
}
