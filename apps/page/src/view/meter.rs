//! Shows the progress of the run.

use leptos::prelude::*;
use picture::Losses;

use crate::{
    actions::context::Context,
    model::{
        progress::{Progress, RunPhase},
        words::{duration, megabytes},
    },
};

/// Progress and remaining time. The losses are attributes of the bar.
#[component]
pub fn Meter() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let (progress, losses) = (store.run.progress, store.run.losses);
    let term = move |term: fn(&Losses) -> f32| {
        move || {
            losses.with(|losses| losses.last().map_or_else(String::new, |at| term(&at.losses).to_string()))
        }
    };
    let bar = move || progress.with(bar);
    view! {
        <div class="meter" hidden=Signal::derive(move || progress.with(|progress| progress.steps == 0))>
            <p class="line">
                <span>{Signal::derive(move || progress.with(words))}</span>
                <span class="left">{Signal::derive(move || progress.with(time_left))}</span>
            </p>
            // Tests and styles read these attributes.
            <progress
                id="progress"
                aria-label="Progress"
                max=Signal::derive(move || bar().1.to_string())
                value=Signal::derive(move || bar().0.map(|value| value.to_string()))
                data-phase=Signal::derive(move || progress.with(|progress| progress.phase.name()))
                data-step=Signal::derive(move || progress.with(|progress| progress.step.to_string()))
                data-steps=Signal::derive(move || progress.with(|progress| progress.steps.to_string()))
                data-total=term(|losses| losses.total)
                data-content=term(|losses| losses.content)
                data-style=term(|losses| losses.style)
                data-tv=term(|losses| losses.tv)
                data-losses=Signal::derive(move || losses.with(|losses| serde_json::to_string(losses).unwrap_or_default()))
            ></progress>
        </div>
    }
}

/// Value and maximum of the progress bar. Without a value the bar is indeterminate.
fn bar(progress: &Progress) -> (Option<f64>, f64) {
    match progress.phase {
        RunPhase::Weights => (Some(progress.bytes.0 as f64), progress.bytes.1.max(1) as f64),
        RunPhase::Painting | RunPhase::Idle => (Some(progress.done), 1.0),
        RunPhase::WaitingForLock | RunPhase::Engine | RunPhase::Pictures | RunPhase::Targets => (None, 1.0),
    }
}

fn words(progress: &Progress) -> String {
    match progress.phase {
        RunPhase::WaitingForLock => "Waiting for another demonstration".to_owned(),
        RunPhase::Engine => "Loading the engine".to_owned(),
        RunPhase::Pictures => "Reading the pictures".to_owned(),
        RunPhase::Weights => {
            let (bytes, total) = progress.bytes;
            format!("Loading the network: {} of {} MB", megabytes(bytes as f64), megabytes(total as f64))
        }
        RunPhase::Targets => "Looking at the two pictures".to_owned(),
        RunPhase::Painting | RunPhase::Idle => format!("Step {} of {}", progress.step, progress.steps),
    }
}

fn time_left(progress: &Progress) -> String {
    match progress.seconds_left {
        Some(seconds) if progress.phase == RunPhase::Painting => format!("{} left", duration(seconds)),
        _ => String::new(),
    }
}
