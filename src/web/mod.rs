//! What only a browser has: the page, and the worker in which the engine runs.
//!
//! The page ([`app`]) loads no engine. It speaks to the worker through the [`bridge`] alone; in the
//! worker a [`session`] answers. [`decode`] and [`envelope`] serve both sides.

pub mod app;
pub mod bridge;
pub mod cache;
pub mod controls;
pub mod decode;
pub mod envelope;
pub mod export;
pub mod picker;
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod session;
pub mod stage;

use wasm_bindgen::JsValue;

/// What a thrown JavaScript value says, in its own words.
pub(crate) fn spoken(error: &JsValue) -> String {
    use wasm_bindgen::JsCast;
    error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}

/// Milliseconds of a clock that every browser has on the page and in workers.
pub(crate) fn now() -> f64 {
    js_sys::Date::now()
}
