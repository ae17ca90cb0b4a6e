//! For those who know the method: the weights of its losses as the paper has them, and how the loss is made less.

use leptos::{html, prelude::*};

use super::{
    app::Studio,
    more::{Pick, named, read},
};
use crate::{
    chosen::{content_weight, strength},
    layer::Layer,
    link::SIZES,
    message::{Engine, Tuning},
    options::{Optimizer, Pooling, StyleLoss},
};

/// The choices, folded away below [`More`](super::more::More).
#[component]
pub fn Expert() -> impl IntoView {
    view! {
        <details id="expert" class="more">
            <summary>"Expert"</summary>
            <Pick
                id="experiment" label="Experiment" hint="Of the paper, from noise: what a layer keeps of the photo, or the style as far as that layer."
                choices=named([("none", "none: photo and style"), ("content", "content only"), ("texture", "style only")])
                chosen=|studio| studio.experiment.get().0.to_owned()
                choose=|studio, name| {
                    if let Some(name) = ["none", "content", "texture"].into_iter().find(|other| *other == name) {
                        studio.experiment.update(|experiment| experiment.0 = name);
                    }
                }
            />
            <Pick
                id="layer" label="Its layer" hint="The later, the larger the parts of the picture that it sees."
                choices=named(Layer::ALL.map(|layer| (layer, layer.name())))
                chosen=|studio| studio.experiment.get().1.to_string()
                choose=|studio, name| studio.experiment.update(|experiment| read(name, &mut experiment.1))
            />
            <Number
                id="long-side" label="Long side in pixels" hint="Up to 2048. Beyond 1024×1024 the picture is painted in tiles, to need no more memory; it takes long."
                step="1"
                shown=|studio| studio.size.get().to_string()
                choose=|studio, text| {
                    let side = text.parse().ok().filter(|side| SIZES.contains(side))?;
                    studio.size.set(side);
                    Some(())
                }
            />
            <Number
                id="content-weight" label="Content weight α" hint="How much the photo counts: the strength, as a number from 0.0032 to 3.16."
                step="0.01"
                shown=|studio| content_weight(studio.strength.get()).to_string()
                choose=|studio, text| {
                    studio.set_strength(strength(text.parse().ok()?)?);
                    Some(())
                }
            />
            <Number
                id="style-weight" label="Style weight β" hint="How much the painting’s style counts."
                step="0.1"
                shown=|studio| studio.taste.with(|taste| taste.style_weight.to_string())
                choose=|studio, text| {
                    let weight = weight(text)?;
                    studio.taste.update(|taste| taste.style_weight = weight);
                    Some(())
                }
            />
            <Number
                id="tv-weight" label="Smoothness τ" hint="How strongly speckle is smoothed away."
                step="0.1"
                shown=|studio| studio.taste.with(|taste| taste.tv_weight.to_string())
                choose=|studio, text| {
                    let weight = weight(text)?;
                    studio.taste.update(|taste| taste.tv_weight = weight);
                    Some(())
                }
            />
            <Number
                id="seed" label="Seed" hint="Which noise it is, where the picture starts from noise."
                step="1"
                shown=|studio| studio.taste.with(|taste| taste.seed.to_string())
                choose=|studio, text| {
                    let seed = text.parse().ok()?;
                    studio.taste.update(|taste| taste.seed = seed);
                    Some(())
                }
            />
            <Pick
                id="optimizer" label="Optimiser" hint="L-BFGS takes longer steps, and more memory."
                choices=named([(Optimizer::Adam, "Adam"), (Optimizer::Lbfgs, "L-BFGS")])
                chosen=|studio| studio.taste.with(|taste| taste.optimizer.to_string())
                choose=|studio, name| studio.taste.update(|taste| read(name, &mut taste.optimizer))
            />
            <Pick
                id="style-loss" label="Style loss" hint="Means and covariances keep calm places calmer, and colours truer to the painting."
                choices=named([
                    (StyleLoss::Gram, "Gram matrices"),
                    (StyleLoss::Moments, "means and covariances"),
                ])
                chosen=|studio| studio.taste.with(|taste| taste.style_loss.to_string())
                choose=|studio, name| studio.taste.update(|taste| read(name, &mut taste.style_loss))
            />
            <Pick
                id="pooling" label="Pooling" hint="How the network halves what it sees: the mean is smoother."
                choices=named([(Pooling::Max, "the largest of four"), (Pooling::Avg, "the mean of four")])
                chosen=|studio| studio.taste.with(|taste| taste.pooling.to_string())
                choose=|studio, name| studio.taste.update(|taste| read(name, &mut taste.pooling))
            />
            <Convolutions />
        </details>
    }
}

/// By which algorithms the GPU computes, and how to choose them anew.
#[component]
fn Convolutions() -> impl IntoView {
    let studio: Studio = expect_context();
    let has_gpu = move || studio.engine.get().is_some_and(|(engine, _)| engine == Engine::Gpu);
    let by = move || studio.tuned.get().map_or("", |(by, _)| by.name());
    let words = move || match studio.tuned.get() {
        None => "Being measured: seconds on a GPU, minutes where the processor stands in for one.".to_owned(),
        Some((Tuning::Rule, _)) => {
            "A rule chooses their algorithms; measuring may find faster ones for this GPU.".to_owned()
        }
        Some((Tuning::Measurement, algorithms)) => {
            format!("The fastest algorithms here, as measured (channels in→out): {algorithms}.")
        }
    };
    let cannot = move || studio.tuned.get().is_none() || studio.state.get().is_running();
    view! {
        <Show when=has_gpu>
            <div class="control" id="convolutions" data-by=by>
                <span class="label">"Convolutions"</span>
                <p class="own">
                    <button type="button" id="measure" disabled=cannot on:click=move |_| studio.tune(Tuning::Measurement)>
                        "Measure"
                    </button>
                    <button type="button" id="by-rule" disabled=cannot on:click=move |_| studio.tune(Tuning::Rule)>
                        "By rule"
                    </button>
                </p>
                <p class="hint" aria-live="polite">{words}</p>
            </div>
        </Show>
    }
}

/// A weight that a loss can have.
fn weight(text: &str) -> Option<f32> {
    text.parse().ok().filter(|weight: &f32| weight.is_finite() && *weight >= 0.0)
}

/// A number in a field. One that cannot be used stays there, marked, and the last good one counts.
#[component]
fn Number(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    step: &'static str,
    /// What the field shows.
    shown: fn(&Studio) -> String,
    /// Takes what was written; `None` if it cannot be used.
    choose: fn(&Studio, &str) -> Option<()>,
) -> impl IntoView {
    let studio: Studio = expect_context();
    let bad = RwSignal::new(false);
    let field = NodeRef::<html::Input>::new();
    // Not by a property, which is left alone where the number is the same: what was marked has to go then, too.
    Effect::new(move |_| {
        let number = shown(&studio);
        bad.set(false);
        if let Some(field) = field.get() {
            field.set_value(&number);
        }
    });
    let hint_id = format!("{id}-hint");
    view! {
        <div class="control">
            <label for=id>{label}</label>
            <input
                id=id type="number" min="0" step=step node_ref=field aria-describedby=hint_id.clone()
                aria-invalid=move || bad.get().to_string()
                // Not at each key: half a number is often a bad one.
                on:change=move |event| bad.set(choose(&studio, &event_target_value(&event)).is_none())
            />
            <p id=hint_id class="hint">{hint}</p>
        </div>
    }
}
