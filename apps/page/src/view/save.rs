//! Shows what can be done with the result: change its colours, save it.

use leptos::prelude::*;
use protocol::ExportKind;

use crate::{
    actions::{context::Context, frames::set_tint, save::save},
    view::kit::slider::Slider,
};

/// The slider for the share of the photo's colours, which can be changed at any time once there is a result.
#[component]
pub fn Tint() -> impl IntoView {
    let context: Context = expect_context();
    let store = context.store.result;
    let words = move || match store.tint.get() {
        0 => "as painted".to_owned(),
        100 => "the photo’s".to_owned(),
        tint => format!("{tint} % the photo’s"),
    };
    view! {
        <div class="tint" hidden=move || !store.exists.get()>
            <Slider
                id="tint" label="Colours of the result" words range=0..=100 step=5
                value=store.tint
                moved=move |tint| set_tint(context, tint)
            />
        </div>
    }
}

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
            hidden=move || !store.exists.get()
            data-busy=move || store.saving.get().map_or("", |(what, _)| what.name())
        >
            {button(ExportKind::Png, "Save PNG")}
            {button(ExportKind::Triptych, "Save triptych")}
            {button(ExportKind::Gif, "Save GIF")}
            <span class="hint">
                {move || match store.saving.get() {
                    Some((ExportKind::Gif, part)) => format!("Making the animation: {:.0} %", part * 100.0),
                    Some(_) => "ExportKind".to_owned(),
                    None => String::new(),
                }}
            </span>
        </div>
    }
}
