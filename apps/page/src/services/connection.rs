//! The connection to the network.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// Whether the visitor has asked the browser to save data (`navigator.connection.saveData`).
pub fn saves_data() -> bool {
    let property = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let navigator = property(&js_sys::global(), "navigator");
    // Not known to every browser.
    let connection = property(&navigator, "connection");
    connection.is_object() && property(&connection, "saveData").is_truthy()
}
