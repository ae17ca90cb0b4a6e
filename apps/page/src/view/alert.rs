//! Shows the error message.

use leptos::prelude::*;
use options::{Engine, ranges::SIZES};

use crate::{
    actions::{context::Context, painting::paint},
    link::bridge::Bridge,
    services::screen::focus,
    view::dock::PAINT,
};

/// The error message, until it is dismissed.
#[component]
pub fn AlertBox() -> impl IntoView {
    let context: Context = expect_context();
    let current = context.store.ui.alert;
    let dismiss = move |_| {
        current.set(None);
        // The pressed button has gone.
        focus(PAINT);
    };
    let alert = move || {
        current.get().map(|alert| {
            view! {
                <div id="error" class="alert" role="alert" data-kind=alert.kind>
                    <p>{alert.text}</p>
                    {remedies(context, alert.kind)}
                    <button type="button" on:click=dismiss>"Dismiss"</button>
                    {alert.details.map(|details| view! {
                        <details><summary>"Details"</summary><p>{details}</p></details>
                    })}
                </div>
            }
        })
    };
    view! { {alert} }
}

/// Buttons that paint again after a failure of the engine: as before, at three quarters of the size, or on the processor.
fn remedies(context: Context, kind: &str) -> Option<impl IntoView + use<>> {
    if !matches!(kind, "device_lost" | "out_of_memory" | "crashed") {
        return None;
    }
    let size = context.store.settings.size;
    let smaller = move || size.get_untracked() * 3 / 4 / 32 * 32;
    let on_the_gpu = context.store.networks.with_untracked(|networks| networks.engine == Some(Engine::Gpu))
        && context.with_bridge(Bridge::may_use_processor) == Some(true);
    let again = (kind != "out_of_memory").then(|| {
        view! { <button type="button" on:click=move |_| paint(context)>"Try again"</button> }
    });
    let small = (smaller() >= *SIZES.start()).then(|| {
        let act = move |_| {
            size.set(smaller());
            paint(context);
        };
        view! { <button type="button" on:click=act>"Smaller size"</button> }
    });
    let processor = on_the_gpu.then(|| {
        let act = move |_| {
            context.with_bridge(Bridge::use_processor);
            paint(context);
        };
        view! { <button type="button" on:click=act>"Use the processor"</button> }
    });
    Some((again, small, processor))
}
