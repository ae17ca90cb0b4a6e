//! What makes Burn's runtime work on an adapter without `timestamp-query`.
//!
//! cubecl-wgpu 0.11 times kernels by timestamps where the adapter has them, and else by waiting, which a browser cannot: it
//! panics when the first tensor is made. Nothing is timed here, and where the adapter has timestamps cubecl makes no query
//! before something is. So it is shown an adapter that claims to have them. It asks once, while it is set up.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// In `www/worker.js`.
    #[wasm_bindgen(js_name = claimingTimestamps)]
    fn claiming_timestamps(open: &mut dyn FnMut());
}

/// What `open` returns. While it runs, the browser's adapters claim to have `timestamp-query`.
///
/// # Panics
/// Never: JavaScript calls the closure once.
pub fn claimed<T>(open: impl FnOnce() -> T) -> T {
    let mut open = Some(open);
    let mut opened = None;
    claiming_timestamps(&mut || opened = open.take().map(|open| open()));
    opened.expect("the closure was called")
}
