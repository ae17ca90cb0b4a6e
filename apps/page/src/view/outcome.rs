//! Shows how the result came about, and what can be changed in it: its frames, its colours, the losses.

use leptos::prelude::*;
use picture::Losses;

use crate::{
    actions::{
        context::Context,
        frames::{look_at, set_tint},
    },
    model::{progress::curve, words::counted},
    view::kit::slider::Slider,
};

/// All of this, once there is a result.
#[component]
pub fn Outcome() -> impl IntoView {
    let Context { store, .. } = expect_context();
    view! {
        <section class="outcome" aria-label="Result" hidden=Signal::derive(move || !store.result.exists.get())>
            <Course />
            <Tint />
            <LossNumbers />
        </section>
    }
}

/// The slider over the kept frames of the run.
#[component]
fn Course() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let (steps, looked_at) = (store.result.kept_steps, store.result.looked_at);
    let last = move || steps.with(|steps| steps.len().saturating_sub(1));
    let at = move || match looked_at.get() {
        Some(step) => steps.with(|steps| steps.partition_point(|kept| *kept <= step).saturating_sub(1)),
        None => last(),
    };
    let words = Signal::derive(move || {
        let step = steps.with(|steps| steps.get(at()).copied().unwrap_or_default());
        match looked_at.get() {
            Some(_) => format!("after {}", counted(step, "step")),
            None => "the latest picture".to_owned(),
        }
    });
    view! {
        <div class="control" hidden=Signal::derive(move || last() == 0)>
            <label for="course">"Course of the painting"</label>
            <output for="course">{words}</output>
            <input
                id="course" type="range" min="0" max=Signal::derive(move || last().to_string()) step="1"
                prop:value=Signal::derive(move || at().to_string()) aria-valuetext=words
                on:input=move |event| {
                    let moved = event_target_value(&event).parse::<usize>().ok();
                    if let Some(moved) = moved {
                        let step = steps.with_untracked(|steps| steps.get(moved).copied());
                        look_at(store, step.filter(|_| moved < last()));
                    }
                }
            />
        </div>
    }
}

/// The slider for the share of the photo's colours, which can be changed at any time once there is a result.
#[component]
fn Tint() -> impl IntoView {
    let context: Context = expect_context();
    let store = context.store.result;
    let words = move || match store.tint.get() {
        0 => "as painted".to_owned(),
        100 => "the photo’s".to_owned(),
        tint => format!("{tint} % the photo’s"),
    };
    view! {
        <Slider
            id="tint" label="Colours of the result" words=Signal::derive(words) range=0..=100 step=5
            value=store.tint
            moved=move |tint| set_tint(context, tint)
        />
    }
}

/// The latest losses and their curve.
#[component]
fn LossNumbers() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let losses = store.run.losses;
    let shown = move |term: fn(&Losses) -> f32| {
        move || {
            let latest = losses.with(|losses| losses.last().copied());
            latest.map_or_else(|| "–".to_owned(), |at| format!("{:.4}", term(&at.losses)))
        }
    };
    view! {
        <div class="numbers" hidden=Signal::derive(move || losses.with(Vec::is_empty))>
            <dl>
                <div><dt>"Loss"</dt><dd>{shown(|losses| losses.total)}</dd></div>
                <div><dt>"Content"</dt><dd>{shown(|losses| losses.content)}</dd></div>
                <div><dt>"Style"</dt><dd>{shown(|losses| losses.style)}</dd></div>
                <div><dt>"Variation"</dt><dd>{shown(|losses| losses.tv)}</dd></div>
            </dl>
            <svg class="curve" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
                <polyline points=Signal::derive(move || losses.with(|losses| curve(losses))) />
            </svg>
        </div>
    }
}
