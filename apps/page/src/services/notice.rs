//! Tells a visitor who looks at something else.

use js_sys::{Object, Reflect, global};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    type Notification;
    #[wasm_bindgen(constructor, catch)]
    fn new(title: &str, options: &Object) -> Result<Notification, JsValue>;
    #[wasm_bindgen(static_method_of = Notification, js_name = requestPermission, catch)]
    async fn request() -> Result<JsValue, JsValue>;
}

/// Whether pages can ask to tell something.
pub fn can_be_asked_for() -> bool {
    Reflect::has(&global(), &"Notification".into()).unwrap_or(false)
}

/// Asks the visitor; returns whether it is allowed.
pub async fn ask() -> bool {
    Notification::request().await.is_ok_and(|answer| answer.as_string().as_deref() == Some("granted"))
}

/// Tells something, in a sentence. Some phones do not let pages do that: there it is not told.
pub fn tell(sentence: &str) {
    let options = Object::new();
    if Reflect::set(&options, &"body".into(), &sentence.into()).is_ok() {
        let _ = Notification::new("Impasto", &options);
    }
}
