//! The divider between the photo and what was painted of it.

use leptos::prelude::*;

use crate::actions::context::Context;

/// A slider over the whole picture: left of it one sees the photo.
#[component]
pub fn Divider(
    /// Whether it is shown.
    compares: Memo<bool>,
) -> impl IntoView {
    let Context { store, .. } = expect_context();
    let split = store.ui.split;
    view! {
        <div class="divider" hidden=Signal::derive(move || !compares.get()) style=("--split", Signal::derive(move || format!("{}%", split.get())))>
            <input
                id="split" type="range" min="0" max="100" aria-label="Before and after"
                prop:value=Signal::derive(move || split.get().to_string())
                aria-valuetext=Signal::derive(move || format!("{} % of the photo", split.get()))
                on:input=move |event| {
                    if let Ok(moved) = event_target_value(&event).parse() {
                        split.set(moved);
                    }
                }
            />
            <span class="handle" aria-hidden="true"></span>
        </div>
    }
}

/// The button that shows and hides the divider.
#[component]
pub fn CompareButton() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let compares = store.ui.compares;
    view! {
        <button
            type="button" id="compare" aria-pressed=Signal::derive(move || compares.get().to_string())
            on:click=move |_| compares.update(|compares| *compares = !*compares)
        >
            "Compare"
        </button>
    }
}
