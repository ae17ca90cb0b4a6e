//! What most visitors need not touch: colours, strokes, and how the picture is searched for.

use std::{fmt::Display, str::FromStr};

use leptos::prelude::*;

use super::app::Studio;
use crate::options::{Color, Init, Optimizer, Options, Pooling, Until};

/// How large the painting is looked at, in hundredths of the size of the result: the larger, the broader its strokes become.
pub const STROKES: [(u32, &str); 3] = [(60, "fine"), (100, "as in the painting"), (140, "broad")];

/// The choices, folded away until somebody wants them.
#[component]
pub fn More() -> impl IntoView {
    let studio: Studio = expect_context();
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
                get=|options| options.color
                set=|options, color| options.color = color
            />
            <div class="control">
                <label for="strokes">"Strokes"</label>
                <select
                    id="strokes" aria-describedby="strokes-hint"
                    on:change=move |event| {
                        if let Ok(strokes) = event_target_value(&event).parse() {
                            studio.strokes.set(strokes);
                        }
                    }
                >
                    {STROKES.map(|(size, words)| view! {
                        <option value=size.to_string() selected=studio.strokes.get_untracked() == size>{words}</option>
                    }).collect_view()}
                </select>
                <p id="strokes-hint" class="hint">"How large the painting is looked at, next to the photo."</p>
            </div>
            <Pick
                id="init" label="Start" hint="What the picture is before the first step."
                choices=vec![
                    (Init::Content, "the photo"),
                    (Init::Mixture, "the photo under noise"),
                    (Init::Noise, "noise"),
                ]
                get=|options| options.init
                set=|options, init| options.init = init
            />
            <Pick
                id="until" label="End" hint="The number of steps is the most that are made."
                choices=vec![
                    (Until::Steps, "after all steps"),
                    (Until::Level, "when it hardly gets better"),
                ]
                get=|options| options.until
                set=|options, until| options.until = until
            />
            <Pick
                id="optimizer" label="Optimiser" hint="L-BFGS takes longer steps, and more memory."
                choices=vec![(Optimizer::Adam, "Adam"), (Optimizer::Lbfgs, "L-BFGS")]
                get=|options| options.optimizer
                set=|options, optimizer| options.optimizer = optimizer
            />
            <Pick
                id="pooling" label="Pooling" hint="How the network halves what it sees: the mean is smoother."
                choices=vec![(Pooling::Max, "the largest of four"), (Pooling::Avg, "the mean of four")]
                get=|options| options.pooling
                set=|options, pooling| options.pooling = pooling
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
    get: fn(&Options) -> T,
    set: fn(&mut Options, T),
) -> impl IntoView
where
    T: Copy + PartialEq + Display + FromStr + 'static,
{
    let taste = expect_context::<Studio>().taste;
    let chosen = taste.with_untracked(get);
    let choose = move |name: &str| {
        if let Ok(choice) = name.parse() {
            taste.update(|options| set(options, choice));
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
