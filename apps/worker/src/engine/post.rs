//! Posts events to the page, and holds the id of the current run.

use std::cell::Cell;

use browser::{envelope::Envelope, spoken};
use protocol::{Event, JobId, MessageError};
use wasm_bindgen::JsCast;
use web_sys::DedicatedWorkerGlobalScope;

thread_local! {
    /// The current run, for the panic hook.
    pub static CURRENT: Cell<Option<JobId>> = const { Cell::new(None) };
}

/// The global scope of this worker.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Posts an event to the page.
pub fn post(event: &Event) {
    send(Envelope::new(event));
}

/// Posts an event with the values sent with it.
pub fn send(envelope: Result<Envelope, MessageError>) {
    let sent = envelope.map_err(|error| error.to_string()).and_then(|envelope| {
        let (message, transferred) = envelope.parts();
        scope().post_message_with_transfer(message, transferred).map_err(|error| spoken(&error))
    });
    if let Err(error) = sent {
        web_sys::console::error_1(&format!("An event could not be sent to the page: {error}").into());
    }
}
