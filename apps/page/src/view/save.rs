//! Shows what can be done with the result: save, copy and share it, compare it with the photo.

use leptos::prelude::*;
use protocol::ExportKind;

use crate::{
    actions::{
        context::Context,
        save::{copy_picture, save, share},
    },
    services::clipboard::can_share,
    view::compare::CompareButton,
};

/// What can be done with the picture on the wall.
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
            <button type="button" aria-disabled=move || (!usable()).to_string() on:click=move |_| copy_picture(context)>
                "Copy"
            </button>
            <button
                type="button" hidden=!can_share()
                aria-disabled=move || (!usable()).to_string() on:click=move |_| share(context)
            >
                "Share…"
            </button>
            <CompareButton />
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
