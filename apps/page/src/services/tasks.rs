//! Asynchronous tasks of the page.

use std::pin::Pin;

/// Runs a task of the page. Boxed, for otherwise the compiler puts each task into the page's program twice.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    let task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
    wasm_bindgen_futures::spawn_local(task);
}
