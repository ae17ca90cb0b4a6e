//! A slider.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use leptos::prelude::*;

/// A slider with its name, and beside it its value in words.
#[component]
pub fn Slider<T, W>(
    /// Of the element.
    id: &'static str,
    /// What is chosen.
    label: &'static str,
    /// Its value in words, shown beside it and read by screen readers.
    words: W,
    /// From the left end to the right one.
    range: RangeInclusive<T>,
    /// From one place to the next.
    step: T,
    /// The number that it shows.
    value: RwSignal<T>,
    /// Is called with the number that it was moved to.
    moved: impl Fn(T) + 'static,
    /// What is shown below it.
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
