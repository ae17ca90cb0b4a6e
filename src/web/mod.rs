//! What only a browser has: the page, and the worker in which the engine runs.
//!
//! The [`page`] loads no engine. It speaks to the worker through its bridge alone; in the worker a [`session`] answers.
//! [`decode`], [`envelope`] and [`fetch`] serve both sides.

pub mod cache;
pub mod decode;
#[cfg(feature = "export")]
pub mod encode;
pub mod envelope;
pub mod fetch;
#[cfg(feature = "cpu")]
pub mod helpers;
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod memory;
#[cfg(feature = "page")]
pub mod page;
#[cfg(feature = "cpu")]
pub mod relaxed;
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod session;
#[cfg(feature = "gpu")]
pub mod timestamps;
#[cfg(feature = "gpu")]
pub mod tuning;

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
#[cfg(any(feature = "page", feature = "cpu", feature = "gpu"))]
pub(crate) fn now() -> f64 {
    js_sys::Date::now()
}

/// The adapter that WebGPU offers on this page or in this worker; `None` if there is none.
pub(crate) async fn webgpu_adapter() -> Option<JsValue> {
    use js_sys::{Function, Promise, Reflect};
    use wasm_bindgen::JsCast;
    let request = || -> Result<Promise, JsValue> {
        let navigator = Reflect::get(&js_sys::global(), &"navigator".into())?;
        let gpu = Reflect::get(&navigator, &"gpu".into())?;
        let function: Function = Reflect::get(&gpu, &"requestAdapter".into())?.dyn_into()?;
        function.call0(&gpu)?.dyn_into()
    };
    let adapter = wasm_bindgen_futures::JsFuture::from(request().ok()?).await.ok()?;
    (!adapter.is_null() && !adapter.is_undefined()).then_some(adapter)
}

/// What the browser says about the WebGPU adapter, for people to read: "google swiftshader". Browsers
/// say little, and wgpu passes on less: where there is nothing, `None`.
pub async fn adapter_name() -> Option<String> {
    let adapter = webgpu_adapter().await?;
    let info = js_sys::Reflect::get(&adapter, &"info".into()).ok()?;
    let word = |name: &str| js_sys::Reflect::get(&info, &name.into()).ok().and_then(|text| text.as_string());
    let words = match word("description").filter(|text| !text.is_empty()) {
        Some(description) => vec![description],
        None => [word("vendor"), word("architecture")]
            .into_iter()
            .flatten()
            .filter(|text| !text.is_empty())
            .collect(),
    };
    (!words.is_empty()).then(|| words.join(" "))
}
