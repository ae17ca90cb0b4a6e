//! Starts the page: reads its address, makes the store and the services, connects the worker, and mounts the view.

use gloo_timers::callback::Timeout;
use leptos::{mount::mount_to, prelude::*};
use options::link::Asked;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{
    actions::{context::Context, embed, networks, painting, worker_events},
    link::bridge::Bridge,
    model::choice::{Choice, Role},
    services::{Services, address, tasks::spawn},
    store::Store,
    view::page::Page,
};

/// Replaces the static page of `index.html` with the application.
pub fn start() {
    console_error_panic_hook::set_once();
    let place = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"));
    if let Some(place) = place {
        place.set_inner_html("");
        mount_to(place.unchecked_into::<HtmlElement>(), App).forget();
    }
}

/// The root component.
#[component]
fn App() -> impl IntoView {
    let link = address::read_link();
    let photo = first_choice(Role::Photo, link.photo.as_ref());
    let painting = first_choice(Role::Painting, link.painting.as_ref());
    // Both live as long as the page.
    let store = Box::leak(Box::new(Store::new(&link, photo, painting)));
    let context = Context::new(store, Services::new());
    provide_context(context);
    let bridge = Bridge::new(link.engine, move |news| worker_events::receive(context, news));
    context.bridge.set_value(Some(bridge.clone()));
    spawn(networks::ask(store.networks));
    if let Some(host) = link.host {
        embed::report(store.run, host);
    }
    // The page is rendered first; only then is the engine loaded.
    Timeout::new(50, move || {
        bridge.open();
        if link.embed {
            painting::paint(context);
        }
    })
    .forget();
    view! { <Page /> }
}

/// The picture that is chosen when the page opens. Ignored parameters of the address are reported on the console.
fn first_choice(role: Role, asked: Option<&Asked>) -> Choice {
    let (choice, ignored) = Choice::first(role, asked);
    ignored.iter().for_each(address::warn);
    choice
}
