//! Queries the network connection.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// Whether the visitor has requested reduced data usage (`navigator.connection.saveData`).
pub fn saves_data() -> bool {
    let property = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let navigator = property(&js_sys::global(), "navigator");
    // Not supported by every browser.
    let connection = property(&navigator, "connection");
    connection.is_object() && property(&connection, "saveData").is_truthy()
}
