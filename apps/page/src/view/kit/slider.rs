//! Defines a slider.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use leptos::prelude::*;

/// A slider with a label and its value in words.
#[component]
pub fn Slider<T, W>(
    /// The id of the element.
    id: &'static str,
    /// The label.
    label: &'static str,
    /// The value in words, shown next to the slider and read by screen readers.
    words: W,
    /// The range, from left to right.
    range: RangeInclusive<T>,
    /// The step.
    step: T,
    /// The value.
    value: RwSignal<T>,
    /// Called with the new value.
    moved: impl Fn(T) + 'static,
    /// Shown below the slider.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView
where
    T: Copy + Display + FromStr + Send + Sync + 'static,
    W: Fn() -> String + Copy + Send + Sync + 'static,
{
    view! {
        <div class="control">
            <label for=id>{label}</label>
            <output for=id>{words}</output>
            <input
                id=id type="range" min=range.start().to_string() max=range.end().to_string() step=step.to_string()
                prop:value=move || value.get().to_string()
                aria-valuetext=words
                on:input=move |event| {
                    if let Ok(number) = event_target_value(&event).parse() {
                        moved(number);
                    }
                }
            />
            {children.map(|children| children())}
        </div>
    }
}
