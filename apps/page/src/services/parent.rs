//! Sends messages to the page that embeds this one (`docs/embedding.md`).
//!
//! It receives none: an embedding page can only choose the address, which is validated like any other.

use browser::spoken;
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;
use web_sys::Window;

/// The embedding page, with the origin that the address names.
#[derive(Clone)]
pub struct Parent {
    window: Window,
    origin: String,
}

impl Parent {
    /// The embedding page, if there is one. Messages reach it only if its origin is `origin`.
    pub fn of_origin(origin: String) -> Option<Self> {
        let window = web_sys::window().and_then(|window| window.parent().ok().flatten())?;
        Some(Self { window, origin })
    }

    /// Posts `{ impasto: "state", state, step, steps, loss }`.
    pub fn post_state(&self, state: &str, step: u32, steps: u32, loss: Option<f32>) {
        let message = Object::new();
        let fields: [(&str, JsValue); 5] = [
            ("impasto", "state".into()),
            ("state", state.into()),
            ("step", step.into()),
            ("steps", steps.into()),
            ("loss", loss.map_or(JsValue::NULL, JsValue::from)),
        ];
        for (name, value) in fields {
            // Fails for frozen objects only.
            let _ = Reflect::set(&message, &name.into(), &value);
        }
        if let Err(error) = self.window.post_message(&message, &self.origin) {
            web_sys::console::warn_1(
                &format!("Impasto: {} cannot be told anything: {}.", self.origin, spoken(&error)).into(),
            );
        }
    }
}
