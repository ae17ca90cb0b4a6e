//! The settings of an earlier result.

use leptos::prelude::*;

use crate::{
    actions::{context::Context, settings},
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
