//! Defines JavaScript helpers for the page and its workers: the message of an error, a clock, the name of the GPU.

use wasm_bindgen::JsValue;

/// The message of a thrown JavaScript value.
pub fn spoken(error: &JsValue) -> String {
    use wasm_bindgen::JsCast;
    error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}

/// The current time in milliseconds, by a clock that every browser has on the page and in workers.
pub fn now() -> f64 {
    js_sys::Date::now()
}

/// The WebGPU adapter of this page or worker; `None` if there is none.
pub async fn webgpu_adapter() -> Option<JsValue> {
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

/// The name of the WebGPU adapter, for display: "google swiftshader". Browsers give little information, and wgpu passes
/// on less; `None` if there is none.
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
