//! The page as a frame in another one: it tells that page how the work goes on (`docs/embedding.md`).
//!
//! It listens to nothing: a page around it can only decide about its address, which is read as warily as any.

use js_sys::{Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::{app::Studio, spoken};

/// Posts a message to the page around the frame, if its origin is `host`, whenever the work has gone on:
/// `{ impasto: "state", state, step, steps, loss }`.
pub fn report(studio: Studio, host: String) {
    let Some(parent) = web_sys::window().and_then(|window| window.parent().ok().flatten()) else { return };
    Effect::new(move |_| {
        let state = studio.state.get().name();
        let (step, steps) = studio.progress.with(|progress| (progress.step, progress.steps));
        let loss = studio.losses.with(|losses| losses.last().map(|at| at.losses.total));
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
        if let Err(error) = parent.post_message(&message, &host) {
            web_sys::console::warn_1(
                &format!("Impasto: {host} cannot be told anything: {}.", spoken(&error)).into(),
            );
        }
    });
}
