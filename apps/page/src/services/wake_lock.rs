//! Keeps the screen awake while something is painted.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// The Screen Wake Lock API, which web-sys counts among the unstable ones.
    #[wasm_bindgen(js_namespace = ["navigator", "wakeLock"], js_name = request, catch)]
    fn request(kind: &str) -> Result<Promise, JsValue>;
}

/// The held lock, released on drop. The browser releases it by itself while the page is hidden.
pub struct WakeLock(JsValue);

impl Drop for WakeLock {
    fn drop(&mut self) {
        let release =
            Reflect::get(&self.0, &"release".into()).ok().and_then(|it| it.dyn_into::<Function>().ok());
        if let Some(release) = release {
            let _ = release.call0(&self.0);
        }
    }
}

/// Keeps the screen awake; `None` where the browser cannot or will not.
pub async fn acquire() -> Option<WakeLock> {
    JsFuture::from(request("screen").ok()?).await.ok().map(WakeLock)
}
