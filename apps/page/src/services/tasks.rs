//! Starts the page's asynchronous tasks.

use std::pin::Pin;

/// A future whose type is not part of that of the one that awaits it: its code is generated once.
pub type Task<T> = Pin<Box<dyn Future<Output = T>>>;

/// Starts a task. The future is boxed, since the compiler would otherwise generate each task's code twice.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    let task: Task<()> = Box::pin(task);
    wasm_bindgen_futures::spawn_local(task);
}
