//! Starts the page: reads its address, makes the store and the services, connects the worker, and mounts the view.

use gloo_timers::callback::Timeout;
use leptos::{mount::mount_to, prelude::*};
use options::link::Asked;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{
    actions::{
        context::Context, embed, networks, pace, painting, presence, remember, sources, worker_events,
    },
    bench,
    link::bridge::Bridge,
    model::choice::{Choice, Role},
    services::{Services, address, connection::saves_data, parent::is_framed, tasks::spawn},
    store::Store,
    view::page::Page,
};

/// Replaces the static content of `index.html` with the application, or that of `bench.html` with the measurement.
pub fn start() {
    console_error_panic_hook::set_once();
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let emptied = |id: &str| {
        let place: HtmlElement = document.get_element_by_id(id)?.unchecked_into();
        place.set_text_content(None);
        Some(place)
    };
    if let Some(place) = emptied("app") {
        mount_to(place, App).forget();
    } else if let Some(place) = emptied("bench") {
        bench::fill(document, &place);
    }
}

/// The root component.
#[component]
fn App() -> impl IntoView {
    let link = remember::recalled(address::read_link());
    // The page around a frame has chosen what is in it. Otherwise anybody could have written the address: then no other site is
    // asked for a picture, and nothing is painted, before the visitor has said so.
    let is_trusted = link.embed && is_framed();
    let mut named = Vec::new();
    let mut first = |role: Role, asked: Option<&Asked>| match asked {
        Some(Asked::Address(address)) if !is_trusted => {
            named.push((role, address.clone()));
            first_choice(role, None)
        }
        asked => first_choice(role, asked),
    };
    let photo = first(Role::Photo, link.photo.as_ref());
    let painting = first(Role::Painting, link.painting.as_ref());
    // Both live as long as the page.
    let store = Box::leak(Box::new(Store::new(&link, photo, painting)));
    for (role, address) in named {
        sources::ask_or_refuse(store, role, address);
    }
    let context = Context::new(store, Services::new());
    provide_context(context);
    let bridge = Bridge::new(link.engine, move |news| worker_events::receive(context, news));
    context.bridge.set_value(Some(bridge.clone()));
    spawn(networks::ask(store.networks));
    pace::suit_size(store);
    if !link.embed {
        presence::follow(context);
        remember::follow(store);
    }
    if let Some(host) = link.host {
        embed::serve(context, host);
    }
    // The page is rendered first; only then is the engine loaded, or with the first run where the visitor saves data.
    Timeout::new(50, move || {
        if !saves_data() {
            bridge.open();
        }
        if is_trusted {
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
