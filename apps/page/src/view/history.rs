//! Shows the results of this visit.

use leptos::{html, prelude::*};

use crate::{
    actions::{context::Context, history},
    services::canvas,
};

/// The long side of a thumbnail in pixels.
const SIDE: usize = 192;

/// A thumbnail for each result, the latest in front, and a button that forgets them; nothing for a single one.
#[component]
pub fn Results() -> impl IntoView {
    let context: Context = expect_context();
    let store = context.store;
    let all = store.result.history;
    let numbers = move || {
        all.with(|history| history.results().iter().rev().map(|kept| kept.number).collect::<Vec<_>>())
    };
    view! {
        <section class="well results" aria-labelledby="results-heading" hidden=Signal::derive(move || all.with(|it| it.results().len() < 2))>
            <header>
                <h2 id="results-heading">"Results"</h2>
                <p class="chosen">"of this visit, each with its settings"</p>
            </header>
            <div class="thumbs">
                <For each=numbers key=|number| *number let:number><Thumbnail number /></For>
            </div>
            <p class="kept"><button type="button" on:click=move |_| history::forget(store)>"Forget them"</button></p>
        </section>
    }
}

/// A button that brings a result back.
#[component]
fn Thumbnail(number: u32) -> impl IntoView {
    let context: Context = expect_context();
    let store = context.store;
    let element = NodeRef::<html::Canvas>::new();
    let label = store.result.history.with_untracked(|history| {
        let (photo, painting) = history.get(number).map(|kept| kept.result.captions()).unwrap_or_default();
        format!("Result {number}: {photo} in the manner of {painting}")
    });
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        store.result.history.with_untracked(|history| {
            let Some(result) = history.get(number).map(|kept| &kept.result) else { return };
            if let Some(frame) = result.timeline.last() {
                // A result can be brought back even if its thumbnail cannot be drawn.
                let _ = canvas::draw_small(&element, &frame.pixels, (result.width, result.height), SIDE);
            }
        });
    });
    view! {
        <button
            type="button" class="thumb" title=label.clone() aria-label=label
            aria-disabled=Signal::derive(move || store.run.state.get().is_running().to_string())
            on:click=move |_| history::bring_back(context, number)
        >
            <canvas node_ref=element></canvas>
        </button>
    }
}
