//! Manages the storage for offline use: the service worker, its newer versions, and the caches.
//!
//! The service worker `www/sw.js` stores the site; the engine's worker stores the networks.

use browser::{WEIGHTS_CACHE, spoken};
use js_sys::{Array, JsString, Object, Promise, Reflect};
use options::Engine;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, Cache, CacheStorage, Request, Response, ServiceWorker, ServiceWorkerContainer,
    ServiceWorkerRegistration, ServiceWorkerState, console,
};

/// The prefix of the names of all caches.
const OURS: &str = "impasto-";

#[wasm_bindgen]
extern "C" {
    /// In `www/early.js`, since only there is an address trusted to be one of the site's scripts.
    #[wasm_bindgen(catch, js_name = registerOffline)]
    fn register_offline() -> Result<Promise, JsValue>;
}

/// Registers the service worker, which stores the site, and requests it to store this engine, too. `newer` is called
/// with each newer version that is installed and waits, and at first with `None` if there is none.
///
/// # Errors
/// If the browser does not allow a service worker.
pub async fn register(
    engine: Engine,
    newer: impl Fn(Option<ServiceWorker>) + Clone + 'static,
) -> Result<(), JsValue> {
    // Under `cargo xtask serve` the page has no build id, and `sw.js` removes what other builds have stored.
    let Some(container) = container() else { return Ok(()) };
    let registration: ServiceWorkerRegistration = JsFuture::from(register_offline()?).await?.unchecked_into();
    newer(registration.waiting());
    let found = registration.clone();
    let on_found = Closure::<dyn FnMut()>::new(move || {
        let Some(worker) = found.installing() else { return };
        let (installing, newer) = (worker.clone(), newer.clone());
        let on_change = Closure::<dyn FnMut()>::new(move || {
            // The very first service worker replaces no other one and activates without waiting.
            if installing.state() == ServiceWorkerState::Installed && has_controller() {
                newer(Some(installing.clone()));
            }
        });
        worker.set_onstatechange(Some(on_change.as_ref().unchecked_ref()));
        on_change.forget();
    });
    registration.set_onupdatefound(Some(on_found.as_ref().unchecked_ref()));
    on_found.forget();

    let ready: ServiceWorkerRegistration = JsFuture::from(container.ready()?).await?.unchecked_into();
    if let Some(active) = ready.active() {
        let request = Object::new();
        Reflect::set(&request, &"keep".into(), &format!("worker-{}", engine.name()).into())?;
        active.post_message(&request)?;
    }
    Ok(())
}

/// Activates the newer version of the service worker and reloads the page.
pub fn take_over(newer: &ServiceWorker) {
    let Some(container) = container() else { return };
    let on_change = Closure::<dyn FnMut()>::new(|| {
        let _ = web_sys::window().map(|window| window.location().reload());
    });
    container.set_oncontrollerchange(Some(on_change.as_ref().unchecked_ref()));
    on_change.forget();
    let _ = newer.post_message(&"take over".into());
}

/// Reports a failure and its reason on the console.
pub fn warn(what: &str, error: &JsValue) {
    console::warn_1(&format!("Impasto: {what} ({}).", spoken(error)).into());
}

/// The stored items: "the site" or the name of a network's folder, each with its size in bytes.
///
/// # Errors
/// If the browser does not allow access to its caches.
pub async fn kept() -> Result<Vec<(String, f64)>, JsValue> {
    let mut kept: Vec<(String, f64)> = Vec::new();
    for name in names().await? {
        let cache: Cache = JsFuture::from(caches()?.open(&name)).await?.unchecked_into();
        for request in Array::from(&JsFuture::from(cache.keys()).await?) {
            let request: Request = request.unchecked_into();
            let response: Response =
                JsFuture::from(cache.match_with_request(&request)).await?.unchecked_into();
            let blob: Blob = JsFuture::from(response.blob()?).await?.unchecked_into();
            let what = if name == WEIGHTS_CACHE {
                // …/fast/shard-0.bin?sha256=…
                request.url().split('/').rev().nth(1).unwrap_or_default().to_owned()
            } else {
                "the site".to_owned()
            };
            match kept.iter_mut().find(|(other, _)| *other == what) {
                Some((_, bytes)) => *bytes += blob.size(),
                None => kept.push((what, blob.size())),
            }
        }
    }
    Ok(kept)
}

/// Unregisters the service worker and deletes all caches. The open page keeps what it has in memory.
///
/// # Errors
/// If something could not be deleted.
pub async fn remove() -> Result<(), JsValue> {
    if let Some(container) = container() {
        let registration = JsFuture::from(container.get_registration()).await?;
        if let Some(registration) = registration.dyn_ref::<ServiceWorkerRegistration>() {
            JsFuture::from(registration.unregister()?).await?;
        }
    }
    for name in names().await? {
        JsFuture::from(caches()?.delete(&name)).await?;
    }
    Ok(())
}

/// The names of this site's caches.
async fn names() -> Result<Vec<String>, JsValue> {
    let names = JsFuture::from(caches()?.keys()).await?;
    Ok(Array::from(&names)
        .iter()
        .map(|name| String::from(name.unchecked_into::<JsString>()))
        .filter(|name| name.starts_with(OURS))
        .collect())
}

/// `caches` is undefined in an insecure context, where the typed getter would throw.
fn caches() -> Result<CacheStorage, JsValue> {
    Reflect::get(&js_sys::global(), &"caches".into())?.dyn_into()
}

/// The browser's interface to service workers; `None` if the page has no build id.
fn container() -> Option<ServiceWorkerContainer> {
    let window = web_sys::window()?;
    let root = window.document()?.document_element()?;
    root.get_attribute("data-build")?;
    Reflect::get(&window.navigator(), &"serviceWorker".into()).ok()?.dyn_into().ok()
}

fn has_controller() -> bool {
    container().is_some_and(|container| container.controller().is_some())
}
