//! Offers the examples: photo and painting at one press.

use leptos::prelude::*;

use crate::{
    actions::{context::Context, sources},
    model::{choice::Role, examples::Example},
};

/// The examples, each a button that chooses its two pictures.
#[component]
pub fn Ready() -> impl IntoView {
    let context: Context = expect_context();
    let sources = context.store.sources;
    let button = move |example: Example| {
        let label = format!("{} in the manner of {}", example.photo.title, example.painting.label());
        let thumb = example.thumb.clone();
        let ids = (example.photo.id, example.painting.id);
        let chosen = move || (sources.photo.with(|it| it.id), sources.painting.with(|it| it.id)) == ids;
        view! {
            <button
                type="button" class="thumb" title=label.clone() aria-label=label
                aria-pressed=Signal::derive(move || chosen().to_string())
                on:click=move |_| {
                    sources::choose(context, Role::Photo, example.photo.clone());
                    sources::choose(context, Role::Painting, example.painting.clone());
                    sources::take_down(context.store);
                }
            >
                <img src=thumb alt="" width="96" height="96" loading="lazy" draggable="false" />
            </button>
        }
    };
    view! {
        <section class="well" aria-labelledby="ready-heading">
            <header><h2 id="ready-heading">"Begin with one of these"</h2></header>
            <div class="thumbs ready">{Example::all().into_iter().map(button).collect_view()}</div>
        </section>
    }
}
