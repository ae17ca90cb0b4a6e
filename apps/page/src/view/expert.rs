//! Settings for those who know the method: the weights of the losses as in the paper, and how the loss is minimised.

use leptos::prelude::*;
use options::{
    Optimizer, Pooling, StyleLoss,
    number::Number as _,
    ranges::SIZES,
    settings::{content_weight, strength},
};
use weights::Layer;

use crate::{
    actions::{context::Context, painting::set_strength, settings::choose_size},
    view::{
        convolutions::Convolutions,
        kit::{
            number::Number,
            pick::{Pick, named, set_named},
        },
    },
};

/// The experiments of the paper, with the names of [`Experiment`](options::Experiment), after "none".
const EXPERIMENTS: [&str; 3] = ["none", "content", "texture"];

/// The settings, collapsed at first, below [`More`](crate::view::more::More).
#[component]
pub fn Expert() -> impl IntoView {
    view! {
        <details id="expert" class="more">
            <summary>"Expert"</summary>
            <Experiment />
            <ContentNumbers />
            <StyleNumbers />
            <MethodPicks />
            <Convolutions />
        </details>
    }
}

/// The experiment of the paper, and its layer.
#[component]
fn Experiment() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let experiment = store.settings.experiment;
    view! {
        <Pick
            id="experiment" label="Experiment" hint="Of the paper, from noise: what a layer keeps of the photo, or the style as far as that layer."
            choices=named(EXPERIMENTS.into_iter().zip(["none: photo and style", "content only", "style only"]))
            chosen=Signal::derive(move || experiment.get().0.to_owned())
            choose=Callback::new(move |name: String| {
                if let Some(name) = EXPERIMENTS.into_iter().find(|other| *other == name) {
                    experiment.update(|experiment| experiment.0 = name);
                }
            })
        />
        <Pick
            id="layer" label="Its layer" hint="The later, the larger the parts of the picture that it sees."
            choices=named(Layer::ALL.map(|layer| (layer, layer.name())))
            chosen=Signal::derive(move || experiment.get().1.to_string())
            choose=Callback::new(move |name: String| {
                experiment.update(|experiment| set_named(&name, &mut experiment.1));
            })
        />
    }
}

/// The size of the result, and the weight of the photo.
#[component]
fn ContentNumbers() -> impl IntoView {
    let context: Context = expect_context();
    let settings = context.store.settings;
    view! {
        <Number
            id="long-side" label="Long side in pixels" hint="Up to 2048. A picture that does not fit into memory is painted in tiles; it takes long."
            step="1"
            shown=Signal::derive(move || settings.size.get().to_string())
            choose=Callback::new(move |text: String| {
                let side = text.parse().ok().filter(|side| SIZES.contains(side))?;
                choose_size(settings, side);
                Some(())
            })
        />
        <Number
            id="content-weight" label="Content weight α" hint="How much the photo counts: the strength, as a number from 0.0032 to 3.16."
            step="0.01"
            shown=Signal::derive(move || content_weight(settings.strength.get()).to_string())
            choose=Callback::new(move |text: String| {
                set_strength(context, strength(f32::of(&text)?)?);
                Some(())
            })
        />
    }
}

/// The other weights, and the seed of the noise.
#[component]
fn StyleNumbers() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let base = store.settings.base;
    view! {
        <Number
            id="style-weight" label="Style weight β" hint="How much the painting’s style counts."
            step="0.1"
            shown=Signal::derive(move || base.with(|base| base.style_weight.to_string()))
            choose=Callback::new(move |text: String| {
                let weight = weight(&text)?;
                base.update(|base| base.style_weight = weight);
                Some(())
            })
        />
        <Number
            id="tv-weight" label="Smoothness τ" hint="How strongly speckle is smoothed away."
            step="0.1"
            shown=Signal::derive(move || base.with(|base| base.tv_weight.to_string()))
            choose=Callback::new(move |text: String| {
                let weight = weight(&text)?;
                base.update(|base| base.tv_weight = weight);
                Some(())
            })
        />
        <Number
            id="seed" label="Seed" hint="Which noise it is, where the picture starts from noise."
            step="1"
            shown=Signal::derive(move || base.with(|base| base.seed.to_string()))
            choose=Callback::new(move |text: String| {
                let seed = text.parse().ok()?;
                base.update(|base| base.seed = seed);
                Some(())
            })
        />
    }
}

/// Optimiser, style loss and pooling.
#[component]
fn MethodPicks() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let base = store.settings.base;
    view! {
        <Pick
            id="optimizer" label="Optimiser" hint="L-BFGS takes longer steps, and more memory."
            choices=named([(Optimizer::Adam, "Adam"), (Optimizer::Lbfgs, "L-BFGS")])
            chosen=Signal::derive(move || base.with(|base| base.optimizer.to_string()))
            choose=Callback::new(move |name: String| base.update(|base| set_named(&name, &mut base.optimizer)))
        />
        <Pick
            id="style-loss" label="Style loss" hint="Means and covariances keep calm places calmer, and colours truer to the painting. Neighbours give whole strokes."
            choices=named([
                (StyleLoss::Gram, "Gram matrices"),
                (StyleLoss::Moments, "means and covariances"),
                (StyleLoss::Neighbors, "Gram matrices and neighbours"),
            ])
            chosen=Signal::derive(move || base.with(|base| base.style_loss.to_string()))
            choose=Callback::new(move |name: String| base.update(|base| set_named(&name, &mut base.style_loss)))
        />
        <Pick
            id="pooling" label="Pooling" hint="How the network halves what it sees: the mean is smoother."
            choices=named([(Pooling::Max, "the largest of four"), (Pooling::Avg, "the mean of four")])
            chosen=Signal::derive(move || base.with(|base| base.pooling.to_string()))
            choose=Callback::new(move |name: String| base.update(|base| set_named(&name, &mut base.pooling)))
        />
    }
}

/// Parses a weight of the loss.
fn weight(text: &str) -> Option<f32> {
    f32::of(text).filter(|weight| weight.is_finite() && *weight >= 0.0)
}
