//! Defines a slider.

use std::{fmt::Display, ops::RangeInclusive};

use leptos::prelude::*;
use options::number::Number;

/// A slider with a label and its value in words.
#[component]
pub fn Slider<T>(
    /// The id of the element.
    id: &'static str,
    /// The label.
    label: &'static str,
    /// The value in words, shown next to the slider and read by screen readers.
    words: Signal<String>,
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
    T: Copy + Display + Number + Send + Sync + 'static,
{
    let numbers = [range.start(), range.end(), &step].map(ToString::to_string);
    let moved = move |text: String| {
        if let Some(number) = T::of(&text) {
            moved(number);
        }
    };
    let value = Signal::derive(move || value.get().to_string());
    slider([id, label], words, numbers, value, Box::new(moved), children)
}

/// The same for numbers that are written already, so that its code is generated once.
fn slider(
    [id, label]: [&'static str; 2],
    words: Signal<String>,
    [min, max, step]: [String; 3],
    value: Signal<String>,
    moved: Box<dyn Fn(String)>,
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="control">
            <label for=id>{label}</label>
            <output for=id>{words}</output>
            <input
                id=id type="range" min=min max=max step=step prop:value=value aria-valuetext=words
                on:input=move |event| moved(event_target_value(&event))
            />
            {children.map(|children| children())}
        </div>
    }
}
