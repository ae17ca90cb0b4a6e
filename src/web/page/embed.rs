//! The page as a frame in another one: it tells that page how the work goes on (`docs/embedding.md`), and takes turns with other
//! such frames.
//!
//! It listens to nothing: a page around it can only decide about its address, which is read as warily as any.

use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use super::{app::Studio, spawn};
use crate::web::spoken;

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

#[wasm_bindgen]
extern "C" {
    /// The Web Locks API, which web-sys counts among the unstable ones.
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    fn request_lock(name: &str, granted: &JsValue) -> Result<Promise, JsValue>;
}

/// The turn to paint. Two demonstrations at once would only slow each other down, so all of this site's that a reader has open
/// share one. Dropping it gives it to the next.
pub struct Turn(Function);

impl Drop for Turn {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

/// Waits for the turn; `None` where the browser has none to give (it refuses them to frames that may not store anything).
pub async fn turn() -> Option<Turn> {
    let granted = Promise::new(&mut |grant, _| {
        let refused = grant.clone();
        // The lock is held until the promise that this returns is resolved.
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
    JsFuture::from(granted).await.ok()?.dyn_into().ok().map(Turn)
}
