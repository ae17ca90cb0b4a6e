//! Messages to the page around this one, where this one is a frame in it (`docs/embedding.md`).
//!
//! No messages are received: a page around this one can only choose its address, which is checked like any other.

use browser::spoken;
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;
use web_sys::Window;

/// The page around this one, of the origin that its address names.
#[derive(Clone)]
pub struct Parent {
    window: Window,
    origin: String,
}

impl Parent {
    /// The page around this one, if there is one; messages reach it only if its origin is `origin`.
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
            // Fails on frozen objects only.
            let _ = Reflect::set(&message, &name.into(), &value);
        }
        if let Err(error) = self.window.post_message(&message, &self.origin) {
            web_sys::console::warn_1(
                &format!("Impasto: {} cannot be told anything: {}.", self.origin, spoken(&error)).into(),
            );
        }
    }
}
