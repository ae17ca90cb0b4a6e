//! What most visitors need not touch: colours, strokes, where the picture starts and ends, and the settings of a result.

use std::{fmt::Display, str::FromStr};

use leptos::prelude::*;

use super::{app::Studio, marking::MarkButton, second::Second, settings::FromResult};
use crate::{
    link::STROKES,
    options::{Color, Init, Until},
    preset::StyleLayers,
};

/// The choices, folded away until somebody wants them.
#[component]
pub fn More() -> impl IntoView {
    view! {
        <details id="more" class="more">
            <summary>"More"</summary>
            <Pick
                id="color" label="Colours" hint="Whose colours the result has."
                choices=named([
                    (Color::Painting, "the painting’s"),
                    (Color::Match, "the photo’s palette"),
                    (Color::Keep, "the photo’s"),
                ])
                chosen=|studio| studio.taste.with(|taste| taste.color.to_string())
                choose=|studio, name| studio.taste.update(|taste| read(name, &mut taste.color))
            />
            <Pick
                id="strokes" label="Strokes" hint="How large the painting is looked at, next to the photo."
                choices=named(STROKES.into_iter().zip(["fine", "as in the painting", "broad"]))
                chosen=|studio| studio.strokes.get().to_string()
                choose=|studio, name| studio.strokes.update(|strokes| read(name, strokes))
            />
            <Pick
                id="part" label="Part" hint="How much of the painting is looked at."
                choices=vec![
                    ("all".to_owned(), "all of it"),
                    ("25,25,50,50".to_owned(), "its middle"),
                    ("0,0,100,50".to_owned(), "its upper half"),
                    ("0,50,100,50".to_owned(), "its lower half"),
                    ("0,0,50,100".to_owned(), "its left half"),
                    ("50,0,50,100".to_owned(), "its right half"),
                ]
                chosen=|studio| studio.taste.with(|taste| {
                    taste.style_crop.map_or_else(|| "all".to_owned(), |crop| crop.to_string())
                })
                choose=|studio, name| studio.taste.update(|taste| taste.style_crop = name.parse().ok())
            />
            <Pick
                id="layers" label="Layers" hint="What of the painting’s style counts."
                choices=named(StyleLayers::ALL.into_iter().zip(["everything", "fine strokes", "big forms"]))
                chosen=|studio| studio.taste.with(|taste| {
                    StyleLayers::of(&taste.style_layers).map_or_else(String::new, |layers| layers.to_string())
                })
                choose=|studio, name| {
                    if let Ok(layers) = name.parse::<StyleLayers>() {
                        studio.taste.update(|taste| taste.style_layers = layers.layers());
                    }
                }
            />
            <Pick
                id="init" label="Start" hint="What the picture is before the first step."
                choices=named([
                    (Init::Content, "the photo"),
                    (Init::Mixture, "the photo under noise"),
                    (Init::Noise, "noise"),
                ])
                chosen=|studio| studio.taste.with(|taste| taste.init.to_string())
                choose=|studio, name| studio.taste.update(|taste| read(name, &mut taste.init))
            />
            <Pick
                id="until" label="End" hint="The number of steps is the most that are made."
                choices=named([
                    (Until::Steps, "after all steps"),
                    (Until::Level, "when it hardly gets better"),
                ])
                chosen=|studio| studio.taste.with(|taste| taste.until.to_string())
                choose=|studio, name| studio.taste.update(|taste| read(name, &mut taste.until))
            />
            <Second />
            <MarkButton />
            <FromResult />
        </details>
    }
}

/// Choices as a [`Pick`] takes them.
pub fn named<T: Display>(
    choices: impl IntoIterator<Item = (T, &'static str)>,
) -> Vec<(String, &'static str)> {
    choices.into_iter().map(|(choice, words)| (choice.to_string(), words)).collect()
}

/// Makes the choice of this name, if there is one.
pub fn read<T: FromStr>(name: &str, choice: &mut T) {
    if let Ok(named) = name.parse() {
        *choice = named;
    }
}

/// One choice among a few, by name.
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
    chosen: fn(&Studio) -> String,
    /// Chooses another one.
    choose: fn(&Studio, &str),
) -> impl IntoView {
    let studio: Studio = expect_context();
    let names: Vec<String> = choices.iter().map(|(name, _)| name.clone()).collect();
    let hint_id = format!("{id}-hint");
    view! {
        <div class="control">
            <label for=id>{label}</label>
            <select
                id=id aria-describedby=hint_id.clone()
                on:change=move |event| choose(&studio, &event_target_value(&event))
            >
                {choices.into_iter().map(|(name, words)| view! {
                    <option value=name.clone() prop:selected=move || chosen(&studio) == name>{words}</option>
                }).collect_view()}
                // For what only a recipe can ask for.
                <option value="" hidden disabled prop:selected=move || !names.contains(&chosen(&studio))>
                    "as in the result"
                </option>
            </select>
            <p id=hint_id class="hint">{hint}</p>
        </div>
    }
}
