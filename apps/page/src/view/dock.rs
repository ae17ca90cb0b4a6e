//! The buttons that start and stop a run, beside the picture, with the progress.

use leptos::prelude::*;

use crate::{
    actions::{
        context::Context,
        painting::{paint, stop},
    },
    model::run::RepaintFrom,
    view::meter::Meter,
};

/// A selector of the Paint button, which is always there and in sight: the focus goes to it when a button that was pressed
/// disappears.
pub const PAINT: &str = ".dock .primary";

/// What a visitor presses, and what comes of it.
#[component]
pub fn Dock() -> impl IntoView {
    let Context { store, .. } = expect_context();
    view! {
        <div class="dock">
            <RunButtons />
            <div class="course">
                <Meter />
                <p id="status" role="status">{Signal::derive(move || store.ui.status.get())}</p>
            </div>
            <RepaintChoice />
        </div>
    }
}

/// The Paint and Stop buttons.
#[component]
fn RunButtons() -> impl IntoView {
    let context: Context = expect_context();
    let store = context.store;
    let running = move || store.run.state.get().is_running();
    view! {
        // `aria-disabled` rather than `disabled`: a disabled button loses the keyboard focus. Two buttons rather than
        // one that changes its meaning: the second click of a double click must not stop the run that the first one has
        // started.
        <div class="actions">
            <button
                type="button" class="primary"
                aria-disabled=Signal::derive(move || running().to_string())
                on:click=move |_| paint(context)
            >
                {Signal::derive(move || if store.result.on_wall.get() { "Paint again" } else { "Paint" })}
            </button>
            <button
                type="button"
                aria-disabled=Signal::derive(move || (!running() || store.run.stopping.get()).to_string())
                on:click=move |_| stop(context)
            >
                "Stop"
            </button>
        </div>
    }
}

/// The choice of what the next run starts from, if there is a result.
#[component]
fn RepaintChoice() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let repaint_from = store.run.repaint_from;
    let radio = move |value: RepaintFrom, key: &'static str, label: &'static str| {
        view! {
            <label>
                <input
                    type="radio" name="again" value=key
                    prop:checked=Signal::derive(move || repaint_from.get() == value)
                    on:change=move |_| {
                        repaint_from.set(value);
                        // It says "this picture".
                        if value == RepaintFrom::Result {
                            store.result.on_wall.set(true);
                        }
                    }
                />
                {label}
            </label>
        }
    };
    let unusable = move || !store.result.exists.get() || store.run.state.get().is_running();
    view! {
        <fieldset class="again" hidden=Signal::derive(unusable)>
            <legend>"Paint again"</legend>
            {radio(RepaintFrom::Result, "go-on", "Go on from this picture")}
            {radio(RepaintFrom::Photo, "afresh", "Start afresh")}
        </fieldset>
    }
}
