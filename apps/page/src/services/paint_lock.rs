//! Defines the lock that lets one embedded page paint at a time.

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use crate::services::tasks::spawn;

#[wasm_bindgen]
extern "C" {
    /// The Web Locks API, which web-sys counts among the unstable ones.
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    fn request_lock(name: &str, granted: &JsValue) -> Result<Promise, JsValue>;
}

/// The held lock, released on drop. All frames of this site share it, since two runs at once would only slow each other
/// down.
pub struct PaintLock(Function);

impl Drop for PaintLock {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

/// Waits for the lock; `None` if the browser refuses it (as to frames without storage access).
pub async fn acquire() -> Option<PaintLock> {
    let granted = Promise::new(&mut |grant, _| {
        let refused = grant.clone();
        // The browser holds the lock until this promise is resolved.
        let hold = Closure::once_into_js(move || {
            Promise::new(&mut |release, _| {
                let _ = grant.call1(&JsValue::UNDEFINED, &release);
            })
        });
        match request_lock("impasto paints", &hold) {
            Ok(lock) => spawn(async move {
                if let Err(error) = JsFuture::from(lock).await {
                    let _ = refused.call1(&JsValue::UNDEFINED, &error);
                }
            }),
            Err(error) => {
                let _ = refused.call1(&JsValue::UNDEFINED, &error);
            }
        }
    });
    JsFuture::from(granted).await.ok()?.dyn_into().ok().map(PaintLock)
}
