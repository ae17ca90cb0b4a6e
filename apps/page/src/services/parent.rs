//! Exchanges messages with the page that embeds this one (`docs/embedding.md`).
//!
//! Orders are taken only from that page, and only if its origin is the one in the address.

use browser::spoken;
use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, MessagePort, Window};

/// Whether this page is a frame of another one.
pub fn is_framed() -> bool {
    let parent = |window: &Window| window.parent().ok().flatten();
    web_sys::window().is_some_and(|window| parent(&window).is_some_and(|parent| parent != window))
}

/// What an embedding page can order.
pub enum Order {
    /// To stop the run, as by the button.
    Stop,
    /// To hand out the picture.
    Picture {
        /// The MIME type of the file.
        kind: String,
        /// Where the file goes, or the reason why there is none.
        port: MessagePort,
    },
}

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

    /// The order in a message: `{ impasto: "stop" }`, or `{ impasto: "picture", type }` with a port. `None` for all others.
    pub fn order(&self, event: &MessageEvent) -> Option<Order> {
        let source = event.source().map(JsValue::from);
        if event.origin() != self.origin || source.as_ref() != Some(self.window.as_ref()) {
            return None;
        }
        let data = event.data();
        let field = |name: &str| Reflect::get(&data, &name.into()).ok()?.as_string();
        match field("impasto")?.as_str() {
            "stop" => Some(Order::Stop),
            "picture" => Some(Order::Picture {
                kind: field("type").unwrap_or_default(),
                port: event.ports().get(0).dyn_into().ok()?,
            }),
            _ => None,
        }
    }

    /// Posts `{ impasto: "state", state, step, steps, loss, orders: true }`.
    pub fn post_state(&self, state: &str, step: u32, steps: u32, loss: Option<f32>) {
        let message = Object::new();
        let fields: [(&str, JsValue); 6] = [
            ("impasto", "state".into()),
            ("state", state.into()),
            ("step", step.into()),
            ("steps", steps.into()),
            ("loss", loss.map_or(JsValue::NULL, JsValue::from)),
            ("orders", JsValue::TRUE),
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
