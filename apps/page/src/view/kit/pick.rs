//! One choice among a few, by name.

use std::{fmt::Display, str::FromStr};

use leptos::prelude::*;

/// Choices as a [`Pick`] takes them.
pub fn named<T: Display>(
    choices: impl IntoIterator<Item = (T, &'static str)>,
) -> Vec<(String, &'static str)> {
    choices.into_iter().map(|(choice, words)| (choice.to_string(), words)).collect()
}

/// Makes the choice of this name, if there is one.
pub fn set_named<T: FromStr>(name: &str, choice: &mut T) {
    if let Ok(named) = name.parse() {
        *choice = named;
    }
}

/// A drop-down list.
#[component]
pub fn Pick(
    /// Of the element.
    id: &'static str,
    /// What is chosen.
    label: &'static str,
    /// What it means, in a sentence.
    hint: &'static str,
    /// Their names, and what a visitor reads.
    choices: Vec<(String, &'static str)>,
    /// The name of the one that is chosen.
    chosen: Signal<String>,
    /// Chooses another one.
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
                    <option value=name.clone() prop:selected=move || chosen.get() == name>{words}</option>
                }).collect_view()}
                // For what only a recipe can ask for.
                <option value="" hidden disabled prop:selected=move || !names.contains(&chosen.get())>
                    "as in the result"
                </option>
            </select>
            <p id=hint_id class="hint">{hint}</p>
        </div>
    }
}
