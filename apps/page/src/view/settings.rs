//! All settings at once: those of an earlier result, the usual ones, and those of before.

use leptos::{html, prelude::*};

use crate::{
    actions::{context::Context, remember, settings},
    view::kit::file_button::FileButton,
};

/// A button that takes a saved result and sets the controls to its recipe.
#[component]
pub fn SettingsFromResult() -> impl IntoView {
    let context: Context = expect_context();
    view! {
        <p class="own">
            <FileButton
                label="Settings from a result" accept="image/png" id="settings" described_by="settings-hint"
                take=move |file| settings::take(context, file)
            />
            <span id="settings-hint" class="hint">"A PNG that was saved here says how it was painted."</span>
        </p>
    }
}

/// A button that sets the controls to the usual settings, and one that takes that back.
#[component]
pub fn UsualSettings() -> impl IntoView {
    let context: Context = expect_context();
    let settings = context.store.settings;
    let are_usual = remember::are_usual(context.store);
    let button = NodeRef::<html::Button>::new();
    let undo = move |_| {
        remember::undo(context);
        // The pressed button disappears, and must not take the focus along.
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    view! {
        <div class="share" role="group" aria-label="Usual settings">
            <button
                type="button" node_ref=button aria-disabled=Signal::derive(move || are_usual.get().to_string())
                on:click=move |_| {
                    if !are_usual.get_untracked() {
                        remember::set_usual(context);
                    }
                }
            >
                "Back to the usual settings"
            </button>
            <button type="button" hidden=Signal::derive(move || settings.before_usual.with(Option::is_none)) on:click=undo>"Undo"</button>
        </div>
    }
}
