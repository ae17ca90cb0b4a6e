//! Visits without a network: what is kept on this machine, new versions of it, and how to get rid of it.
//!
//! The service worker `www/sw.js` keeps the site, the engine's worker keeps the networks ([`crate::web::cache`]).

use js_sys::{Array, JsString, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, Cache, CacheStorage, Request, Response, ServiceWorker, ServiceWorkerContainer,
    ServiceWorkerRegistration, ServiceWorkerState, console,
};

use super::{app::Studio, spawn};
use crate::{
    message::Engine,
    web::{cache::CACHE, spoken},
};

/// What every cache's name begins with.
const OURS: &str = "impasto-";

/// What the page knows about it.
#[derive(Clone, Copy)]
pub struct Offline {
    /// A newer version, ready to take over.
    newer: RwSignal<Option<ServiceWorker>, LocalStorage>,
    /// What is kept: "the site" or a network's folder, and bytes.
    kept: RwSignal<Vec<(String, f64)>>,
    /// The visitor had it removed.
    removed: RwSignal<bool>,
}

impl Default for Offline {
    /// Nothing is known yet.
    fn default() -> Self {
        Self {
            newer: RwSignal::new_local(None),
            kept: RwSignal::new(Vec::new()),
            removed: RwSignal::new(false),
        }
    }
}

impl Offline {
    /// Has the site kept, and this engine with it. What goes wrong costs no more than the visit without a network.
    pub fn keep(self, engine: Engine) {
        spawn(async move {
            if let Err(error) = self.register(engine).await {
                console::warn_1(
                    &format!(
                        "Impasto: the site cannot be kept for visits without a network ({}).",
                        spoken(&error)
                    )
                    .into(),
                );
            }
            self.measure().await;
        });
    }

    async fn register(self, engine: Engine) -> Result<(), JsValue> {
        // Under `cargo xtask serve` the page is of no build, and `sw.js` removes what another one has kept.
        let Some(container) = container() else { return Ok(()) };
        let registration: ServiceWorkerRegistration =
            JsFuture::from(container.register("sw.js")).await?.unchecked_into();
        self.newer.set(registration.waiting());
        let found = registration.clone();
        let on_found = Closure::<dyn FnMut()>::new(move || {
            let Some(worker) = found.installing() else { return };
            let installing = worker.clone();
            let on_change = Closure::<dyn FnMut()>::new(move || {
                // The first one of all has no predecessor and takes over by itself.
                if installing.state() == ServiceWorkerState::Installed && has_controller() {
                    self.newer.set(Some(installing.clone()));
                }
            });
            worker.set_onstatechange(Some(on_change.as_ref().unchecked_ref()));
            on_change.forget();
        });
        registration.set_onupdatefound(Some(on_found.as_ref().unchecked_ref()));
        on_found.forget();

        let ready: ServiceWorkerRegistration = JsFuture::from(container.ready()?).await?.unchecked_into();
        if let Some(active) = ready.active() {
            let wish = Object::new();
            Reflect::set(&wish, &"keep".into(), &format!("worker-{}", engine.name()).into())?;
            active.post_message(&wish)?;
        }
        Ok(())
    }

    /// The visitor wants the newer version: it takes over, and the page is loaded anew.
    fn update(self) {
        let (Some(newer), Some(container)) = (self.newer.get_untracked(), container()) else { return };
        let on_change = Closure::<dyn FnMut()>::new(|| {
            let _ = web_sys::window().map(|window| window.location().reload());
        });
        container.set_oncontrollerchange(Some(on_change.as_ref().unchecked_ref()));
        on_change.forget();
        let _ = newer.post_message(&"take over".into());
    }

    /// Adds up what is kept.
    pub async fn measure(self) {
        if let Ok(kept) = kept().await {
            self.kept.set(kept);
        }
    }

    /// Removes all that is kept. The page goes on with what it has in memory.
    fn remove(self) {
        spawn(async move {
            if let Err(error) = remove().await {
                console::warn_1(
                    &format!("Impasto: not everything could be removed ({}).", spoken(&error)).into(),
                );
            }
            self.removed.set(true);
            self.measure().await;
        });
    }
}

/// Sizes by what they are of.
async fn kept() -> Result<Vec<(String, f64)>, JsValue> {
    let mut kept: Vec<(String, f64)> = Vec::new();
    for name in names().await? {
        let cache: Cache = JsFuture::from(caches()?.open(&name)).await?.unchecked_into();
        for request in Array::from(&JsFuture::from(cache.keys()).await?) {
            let request: Request = request.unchecked_into();
            let response: Response =
                JsFuture::from(cache.match_with_request(&request)).await?.unchecked_into();
            let blob: Blob = JsFuture::from(response.blob()?).await?.unchecked_into();
            let what = if name == CACHE {
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

async fn remove() -> Result<(), JsValue> {
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

/// The names of our caches.
async fn names() -> Result<Vec<String>, JsValue> {
    let names = JsFuture::from(caches()?.keys()).await?;
    Ok(Array::from(&names)
        .iter()
        .map(|name| String::from(name.unchecked_into::<JsString>()))
        .filter(|name| name.starts_with(OURS))
        .collect())
}

/// Undefined in an insecure context, and then the typed getter would throw.
fn caches() -> Result<CacheStorage, JsValue> {
    Reflect::get(&js_sys::global(), &"caches".into())?.dyn_into()
}

/// The browser's keeper of service workers, for a page that is of a build.
fn container() -> Option<ServiceWorkerContainer> {
    let window = web_sys::window()?;
    let root = window.document()?.document_element()?;
    root.get_attribute("data-build")?;
    Reflect::get(&window.navigator(), &"serviceWorker".into()).ok()?.dyn_into().ok()
}

fn has_controller() -> bool {
    container().is_some_and(|container| container.controller().is_some())
}

/// The offer of a newer version.
#[component]
pub fn Newer() -> impl IntoView {
    let Studio { offline, .. } = expect_context();
    let offer = move || {
        offline.newer.with(Option::is_some).then(|| {
            view! {
                <div id="newer" class="alert" role="status">
                    <p>"A new version of Impasto is ready."</p>
                    <button type="button" on:click=move |_| offline.update()>"Reload"</button>
                </div>
            }
        })
    };
    view! { {offer} }
}

/// What is kept, with its sizes, and a button to remove it.
#[component]
pub fn Kept() -> impl IntoView {
    let Studio { offline, .. } = expect_context();
    let megabytes = |bytes: f64| format!("{:.1} MB", bytes / 1e6);
    let list = move || {
        offline.kept.with(|kept| {
            let list: Vec<String> =
                kept.iter().map(|(what, bytes)| format!("{what} {}", megabytes(*bytes))).collect();
            format!("Kept here for visits without a network: {}. ", list.join(", "))
        })
    };
    let total = move || offline.kept.with(|kept| megabytes(kept.iter().map(|(_, bytes)| bytes).sum()));
    let nothing = move || offline.kept.with(Vec::is_empty);
    view! {
        <div id="kept" class="kept" aria-live="polite">
            <p hidden=nothing>
                {list}
                <button type="button" class="link" on:click=move |_| offline.remove()>
                    "Remove downloads (" {total} ")"
                </button>
            </p>
            <p hidden=move || !(nothing() && offline.removed.get())>
                "Nothing is kept here any more; the next visit loads it again."
            </p>
        </div>
    }
}
