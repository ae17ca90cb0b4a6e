//! The page: what a visitor sees, and everything that is done without an engine.
//!
//! [`app`] puts it together and holds its state. [`bridge`] owns the worker in which the engine runs, [`export`] the one that
//! makes files.

pub mod app;
pub mod bridge;
pub mod controls;
pub mod embed;
pub mod expert;
pub mod export;
pub mod marking;
pub mod more;
pub mod networks;
pub mod offline;
pub mod picker;
pub mod second;
pub mod settings;
pub mod slider;
pub mod stage;

use std::pin::Pin;

use wasm_bindgen::JsValue;

/// Starts one of the site's worker programs, by way of their common doorstep (`www/worker.js`).
pub(super) fn worker(program: &str) -> Result<web_sys::Worker, JsValue> {
    let root = web_sys::window().and_then(|window| window.document()?.document_element());
    // The build writes it there, for it has a name of its own in each build (`xtask/finish.mjs`).
    let doorstep = root.and_then(|root| root.get_attribute("data-worker"));
    web_sys::Worker::new(&format!("{}?{program}", doorstep.as_deref().unwrap_or("worker.js")))
}

/// Runs a task of the page. Boxed, for otherwise the compiler puts each task into the page's program twice.
pub(super) fn spawn(task: impl Future<Output = ()> + 'static) {
    let task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
    wasm_bindgen_futures::spawn_local(task);
}
