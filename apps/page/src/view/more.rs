//! Settings that most visitors need not change: colours, strokes, start and end of a run, second painting, marked
//! parts.

use leptos::prelude::*;
use options::{Color, Init, StyleLayers, Until, ranges::STROKES};

use crate::{
    actions::context::Context,
    view::{
        kit::pick::{Pick, named, set_named},
        marking::MarkButton,
        second::SecondPainting,
        settings::SettingsFromResult,
    },
};

/// The settings, collapsed at first.
#[component]
pub fn More() -> impl IntoView {
    view! {
        <details id="more" class="more">
            <summary>"More"</summary>
            <StylePicks />
            <RunPicks />
            <SecondPainting />
            <MarkButton />
            <SettingsFromResult />
        </details>
    }
}

/// The choices about the painting's style.
#[component]
fn StylePicks() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let (base, strokes) = (store.settings.base, store.settings.strokes);
    view! {
        <Pick
            id="color" label="Colours" hint="Whose colours the result has."
            choices=named([
                (Color::Painting, "the painting’s"),
                (Color::Match, "the photo’s palette"),
                (Color::Keep, "the photo’s"),
                (Color::Luminance, "the photo’s, painted in grey"),
            ])
            chosen=Signal::derive(move || base.with(|base| base.color.to_string()))
            choose=Callback::new(move |name: String| base.update(|base| set_named(&name, &mut base.color)))
        />
        <Pick
            id="strokes" label="Strokes" hint="How large the painting is looked at, next to the photo."
            choices=named(STROKES.into_iter().zip(["fine", "as in the painting", "broad"]))
            chosen=Signal::derive(move || strokes.get().to_string())
            choose=Callback::new(move |name: String| strokes.update(|strokes| set_named(&name, strokes)))
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
            chosen=Signal::derive(move || base.with(|base| {
                base.style_crop.map_or_else(|| "all".to_owned(), |crop| crop.to_string())
            }))
            choose=Callback::new(move |name: String| base.update(|base| base.style_crop = name.parse().ok()))
        />
        <Pick
            id="layers" label="Layers" hint="What of the painting’s style counts."
            choices=named(StyleLayers::ALL.into_iter().zip(["everything", "fine strokes", "big forms"]))
            chosen=Signal::derive(move || base.with(|base| {
                StyleLayers::of(&base.style_layers).map_or_else(String::new, |layers| layers.to_string())
            }))
            choose=Callback::new(move |name: String| {
                if let Ok(layers) = name.parse::<StyleLayers>() {
                    base.update(|base| base.style_layers = layers.layers());
                }
            })
        />
    }
}

/// The choices about the start and the end of a run.
#[component]
fn RunPicks() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let base = store.settings.base;
    view! {
        <Pick
            id="init" label="Start" hint="What the picture is before the first step."
            choices=named([
                (Init::Content, "the photo"),
                (Init::Mixture, "the photo under noise"),
                (Init::Noise, "noise"),
            ])
            chosen=Signal::derive(move || base.with(|base| base.init.to_string()))
            choose=Callback::new(move |name: String| base.update(|base| set_named(&name, &mut base.init)))
        />
        <Pick
            id="until" label="End" hint="The number of steps is the most that are made."
            choices=named([
                (Until::Steps, "after all steps"),
                (Until::Level, "when it hardly gets better"),
            ])
            chosen=Signal::derive(move || base.with(|base| base.until.to_string()))
            choose=Callback::new(move |name: String| base.update(|base| set_named(&name, &mut base.until)))
        />
    }
}
