//! Shows what is stored for offline use, and the offer of a newer version.

use leptos::prelude::*;

use crate::{
    actions::{context::Context, offline},
    model::words::megabytes,
};

/// The offer of a newer version.
#[component]
pub fn UpdateOffer() -> impl IntoView {
    let context: Context = expect_context();
    let store = context.store.offline;
    let offer = move || {
        store.newer.with(Option::is_some).then(|| {
            view! {
                <div id="newer" class="alert" role="status">
                    <p>"A new version of Impasto is ready."</p>
                    <button type="button" on:click=move |_| offline::update(store)>"Reload"</button>
                </div>
            }
        })
    };
    view! { {offer} }
}

/// What is stored, with its sizes, and a button that removes it.
#[component]
pub fn KeptDownloads() -> impl IntoView {
    let context: Context = expect_context();
    let store = context.store.offline;
    let list = move || {
        store.kept.with(|kept| {
            let list: Vec<String> =
                kept.iter().map(|(what, bytes)| format!("{what} {} MB", megabytes(*bytes))).collect();
            format!("Kept here for visits without a network: {}. ", list.join(", "))
        })
    };
    let total = move || {
        store.kept.with(|kept| format!("{} MB", megabytes(kept.iter().map(|(_, bytes)| bytes).sum())))
    };
    let nothing = move || store.kept.with(Vec::is_empty);
    view! {
        <div id="kept" class="kept" aria-live="polite">
            <p hidden=Signal::derive(nothing)>
                {Signal::derive(list)}
                <button type="button" class="link" on:click=move |_| offline::remove(store)>
                    "Remove downloads (" {Signal::derive(total)} ")"
                </button>
            </p>
            <p hidden=Signal::derive(move || !(nothing() && store.removed.get()))>
                "Nothing is kept here any more; the next visit loads it again."
            </p>
        </div>
    }
}
