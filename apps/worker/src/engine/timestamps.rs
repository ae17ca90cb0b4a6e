//! Makes Burn's runtime work on an adapter without `timestamp-query`.
//!
//! cubecl-wgpu 0.11 times kernels by timestamps where the adapter supports them, and otherwise by a blocking wait,
//! which a browser does not allow: it panics when the first tensor is created. We time nothing, and cubecl makes no
//! timestamp query without timing. So during its initialisation the adapter reports `timestamp-query` as supported.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Defined in `www/worker.js`.
    #[wasm_bindgen(js_name = claimingTimestamps)]
    fn claiming_timestamps(open: &mut dyn FnMut());
}

/// Calls `open`, during which the browser's adapters report `timestamp-query` as supported, and returns its result.
///
/// # Panics
/// Never: JavaScript calls the closure once.
pub fn claimed<T>(open: impl FnOnce() -> T) -> T {
    let mut open = Some(open);
    let mut opened = None;
    claiming_timestamps(&mut || opened = open.take().map(|open| open()));
    opened.expect("the closure was called")
}
