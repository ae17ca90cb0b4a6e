//! Shows the ways to save the result.

use leptos::prelude::*;
use protocol::ExportKind;

use crate::actions::{context::Context, save::save};

/// The three files that a visitor can save.
#[component]
pub fn Save() -> impl IntoView {
    let context: Context = expect_context();
    let store = context.store.result;
    let usable = move || store.exists.get() && store.saving.get().is_none();
    let button = move |what: ExportKind, label: &'static str| {
        view! {
            <button type="button" aria-disabled=move || (!usable()).to_string() on:click=move |_| save(context, what)>
                {label}
            </button>
        }
    };
    view! {
        <div
            id="save" class="save" role="group" aria-label="Save"
            hidden=move || !store.on_wall.get()
            data-busy=move || store.saving.get().map_or("", |(what, _)| what.name())
        >
            {button(ExportKind::Png, "Save PNG")}
            {button(ExportKind::Triptych, "Save triptych")}
            {button(ExportKind::Gif, "Save GIF")}
            <span class="hint">
                {move || match store.saving.get() {
                    Some((ExportKind::Gif, part)) => format!("Making the animation: {:.0} %", part * 100.0),
                    Some(_) => "Making the file…".to_owned(),
                    None => String::new(),
                }}
            </span>
        </div>
    }
}
