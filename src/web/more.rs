//! What most visitors need not touch: colours, strokes, and how the picture is searched for.

use std::{fmt::Display, str::FromStr};

use leptos::prelude::*;

use super::app::Studio;
use crate::options::{Color, Init, Optimizer, Pooling, Until};

/// How large the painting is looked at, in hundredths of the size of the result: the larger, the broader its strokes become.
pub const STROKES: [(u32, &str); 3] = [(60, "fine"), (100, "as in the painting"), (140, "broad")];

/// The choices, folded away until somebody wants them.
#[component]
pub fn More() -> impl IntoView {
    let studio: Studio = expect_context();
    let taste = studio.taste;
    let chosen = taste.get_untracked();
    view! {
        <details class="more">
            <summary>"More"</summary>
            <Pick
                id="color" label="Colours" hint="Whose colours the result has."
                choices=vec![
                    (Color::Painting, "the painting’s"),
                    (Color::Match, "the painting’s, in the photo’s palette"),
                    (Color::Keep, "the photo’s"),
                ]
                chosen=chosen.color
                choose=move |color| taste.update(|options| options.color = color)
            />
            <Pick
                id="strokes" label="Strokes" hint="How large the painting is looked at, next to the photo."
                choices=STROKES.into()
                chosen=studio.strokes.get_untracked()
                choose=move |strokes| studio.strokes.set(strokes)
            />
            <Pick
                id="init" label="Start" hint="What the picture is before the first step."
                choices=vec![
                    (Init::Content, "the photo"),
                    (Init::Mixture, "the photo under noise"),
                    (Init::Noise, "noise"),
                ]
                chosen=chosen.init
                choose=move |init| taste.update(|options| options.init = init)
            />
            <Pick
                id="until" label="End" hint="The number of steps is the most that are made."
                choices=vec![
                    (Until::Steps, "after all steps"),
                    (Until::Level, "when it hardly gets better"),
                ]
                chosen=chosen.until
                choose=move |until| taste.update(|options| options.until = until)
            />
            <Pick
                id="optimizer" label="Optimiser" hint="L-BFGS takes longer steps, and more memory."
                choices=vec![(Optimizer::Adam, "Adam"), (Optimizer::Lbfgs, "L-BFGS")]
                chosen=chosen.optimizer
                choose=move |optimizer| taste.update(|options| options.optimizer = optimizer)
            />
            <Pick
                id="pooling" label="Pooling" hint="How the network halves what it sees: the mean is smoother."
                choices=vec![(Pooling::Max, "the largest of four"), (Pooling::Avg, "the mean of four")]
                chosen=chosen.pooling
                choose=move |pooling| taste.update(|options| options.pooling = pooling)
            />
        </details>
    }
}

/// One choice among a few, by name.
#[component]
fn Pick<T>(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    choices: Vec<(T, &'static str)>,
    chosen: T,
    choose: impl Fn(T) + 'static,
) -> impl IntoView
where
    T: Copy + PartialEq + Display + FromStr + 'static,
{
    let choose = move |name: &str| {
        if let Ok(choice) = name.parse() {
            choose(choice);
        }
    };
    let hint_id = format!("{id}-hint");
    view! {
        <div class="control">
            <label for=id>{label}</label>
            <select id=id aria-describedby=hint_id.clone() on:change=move |event| choose(&event_target_value(&event))>
                {choices.into_iter().map(|(choice, words)| view! {
                    <option value=choice.to_string() selected=choice == chosen>{words}</option>
                }).collect_view()}
            </select>
            <p id=hint_id class="hint">{hint}</p>
        </div>
    }
}
