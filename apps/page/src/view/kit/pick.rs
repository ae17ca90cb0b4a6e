//! Defines a drop-down list.

use std::{fmt::Display, str::FromStr};

use leptos::prelude::*;

/// Converts choices for a [`Pick`].
pub fn named<T: Display>(
    choices: impl IntoIterator<Item = (T, &'static str)>,
) -> Vec<(String, &'static str)> {
    choices.into_iter().map(|(choice, words)| (choice.to_string(), words)).collect()
}

/// Sets the choice with this name, if there is one.
pub fn set_named<T: FromStr>(name: &str, choice: &mut T) {
    if let Ok(named) = name.parse() {
        *choice = named;
    }
}

/// A drop-down list.
#[component]
pub fn Pick(
    /// The id of the element.
    id: &'static str,
    /// The label.
    label: &'static str,
    /// The description, one sentence.
    hint: &'static str,
    /// The names of the choices and their labels.
    choices: Vec<(String, &'static str)>,
    /// The name of the current choice.
    chosen: Signal<String>,
    /// Called with the name of the new choice.
    choose: Callback<String>,
) -> impl IntoView {
    let names: Vec<String> = choices.iter().map(|(name, _)| name.clone()).collect();
    let hint_id = format!("{id}-hint");
    view! {
        <div class="control">
            <label for=id>{label}</label>
            <select
                id=id aria-describedby=hint_id.clone()
                on:change=move |event| choose.run(event_target_value(&event))
            >
                {choices.into_iter().map(|(name, words)| view! {
                    <option value=name.clone() prop:selected=Signal::derive(move || chosen.get() == name)>{words}</option>
                }).collect_view()}
                // For values that only a recipe can set.
                <option value="" hidden disabled prop:selected=Signal::derive(move || !names.contains(&chosen.get()))>
                    "as in the result"
                </option>
            </select>
            <p id=hint_id class="hint">{hint}</p>
        </div>
    }
}
