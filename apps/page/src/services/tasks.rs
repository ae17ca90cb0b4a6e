//! Starts the page's asynchronous tasks.

use std::pin::Pin;

/// Starts a task. The future is boxed, since the compiler would otherwise generate each task's code twice.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    let task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
    wasm_bindgen_futures::spawn_local(task);
}
