//! A button that opens a file dialogue.

use leptos::prelude::*;
use web_sys::{File, HtmlInputElement};

/// A label that looks like a button, around a file input.
#[component]
pub fn FileButton(
    /// The text of the label.
    #[prop(into)]
    label: String,
    /// The accepted file types.
    accept: &'static str,
    /// The id of the element.
    #[prop(optional)]
    id: Option<&'static str>,
    /// The id of the element that describes it.
    #[prop(optional)]
    described_by: Option<&'static str>,
    /// The camera that a phone opens instead of the dialogue: "environment" or "user".
    #[prop(optional)]
    capture: Option<&'static str>,
    /// A class of the label.
    #[prop(optional)]
    kind: &'static str,
    /// Called with the chosen file.
    take: impl Fn(File) + 'static,
) -> impl IntoView {
    view! {
        <label class=format!("button {kind}")>
            {label}
            <input
                id=id type="file" accept=accept capture=capture class="visually-hidden" aria-describedby=described_by
                on:change=move |event| {
                    let input: HtmlInputElement = event_target(&event);
                    if let Some(file) = input.files().and_then(|files| files.get(0)) {
                        take(file);
                    }
                    // So that the same file can be chosen again after a change.
                    input.set_value("");
                }
            />
        </label>
    }
}
