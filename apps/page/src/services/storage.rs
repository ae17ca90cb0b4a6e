//! Keeps short texts for later visits. A browser that forbids that, as private windows and settings do, just forgets them.

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// Reading `localStorage` itself throws where it is blocked, and is caught likewise.
    #[wasm_bindgen(js_namespace = localStorage, js_name = getItem, catch)]
    fn get_item(key: &str) -> Result<Option<String>, JsValue>;
    #[wasm_bindgen(js_namespace = localStorage, js_name = setItem, catch)]
    fn set_item(key: &str, text: &str) -> Result<(), JsValue>;
}

/// The text that was kept under a key.
pub fn kept(key: &str) -> Option<String> {
    get_item(key).ok().flatten()
}

/// Keeps a text under a key.
pub fn keep(key: &str, text: &str) {
    let _ = set_item(key, text);
}
