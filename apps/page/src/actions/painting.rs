//! Starts and stops runs, and changes the strength of the current one.

use leptos::prelude::{GetUntracked, Set, SetValue, Update, UpdateValue, WithUntracked, WithValue};
use options::{Options, recipe::Recipe, settings::content_weight};
use protocol::{Ending, Failure, JobId, Styled};
use web_sys::Blob;

use crate::{
    actions::{context::Context, marking, networks, run_end},
    link::bridge::{Bridge, Order, Origin},
    model::{
        choice::Choice,
        progress::{Progress, RunPhase},
        run::{RepaintFrom, Run, RunState},
    },
    services::{paint_lock, tasks::spawn},
    store::Store,
};

/// Starts a run with the current choices.
pub fn paint(context: Context) {
    let store = context.store;
    if store.run.state.get_untracked().is_running() {
        return;
    }
    let start = origin(store);
    let options = store.settings.options();
    let pack = networks::for_a_run(store.networks);
    let (mask, content_map) = (marking::unmarked(store.marking), marking::content_map(store.marking));
    let content = store.sources.photo.get_untracked();
    let styles = store.sources.weighted_paintings();
    let marked = [mask.is_some(), content_map.is_some()];
    let run = new_run(&content, &styles, &options, marked, start.as_ref());
    let job = set_loading(store, run, start.as_ref().map_or(0, |origin| origin.step));

    spawn(async move {
        // The run may have been stopped, or a new one started, meanwhile.
        let is_over =
            move || store.run.job.get_untracked() != job || !store.run.state.get_untracked().is_running();
        if store.ui.embed {
            set_phase(store, RunPhase::WaitingForLock);
            let lock = paint_lock::acquire().await;
            if is_over() {
                return;
            }
            context.services.paint_lock.set_value(lock);
            set_phase(store, RunPhase::Engine);
        }
        let files = read_files(context, &content, &styles).await;
        if is_over() {
            return;
        }
        match files {
            Ok((photo, styles)) => {
                // While the files were read the worker had no run whose strength could be changed.
                let steered = store.run.current.with_value(|run| run.as_ref().is_some_and(|run| run.steered));
                let options = if steered {
                    let strength = store.settings.strength.get_untracked();
                    Options { content_weight: content_weight(strength), ..options }
                } else {
                    options
                };
                let order =
                    Order { options, pack, content: (content.id, photo), styles, mask, content_map, start };
                context.with_bridge(|bridge| bridge.paint(job, order));
            }
            Err(failure) => run_end::failed(context, &failure),
        }
    });
}

/// The picture to continue from, if the visitor chose that.
fn origin(store: &Store) -> Option<Origin> {
    let goes_on =
        store.result.exists.get_untracked() && store.run.repaint_from.get_untracked() == RepaintFrom::Result;
    store.result.current.with_value(|result| {
        let result = result.as_ref().filter(|_| goes_on)?;
        let last = result.timeline.last()?;
        Some(Origin {
            step: last.step,
            width: result.width,
            height: result.height,
            pixels: last.pixels.clone(),
        })
    })
}

fn new_run(
    content: &Choice,
    styles: &[(Choice, f32)],
    options: &Options,
    [masked, content_map]: [bool; 2],
    start: Option<&Origin>,
) -> Run {
    let weights: Vec<f32> = styles.iter().map(|(_, weight)| *weight).collect();
    Run {
        content: content.clone(),
        style: styles[0].0.clone(),
        second: styles.get(1).map(|(second, _)| second.clone()),
        goes_on: start.is_some(),
        recipe: Recipe { content_map, ..Recipe::new("", options, &weights, masked) },
        steered: false,
        size: (0, 0),
        plan: None,
        steps: start.map_or(0, |origin| origin.step) + options.steps,
        has_frame: false,
        first: None,
        pace: None,
    }
}

/// Sets the state for a run in preparation whose picture has `step` steps; returns the run's number.
fn set_loading(store: &Store, run: Run, step: u32) -> JobId {
    store.run.progress.set(Progress {
        phase: RunPhase::Engine,
        step,
        steps: run.steps,
        done: f64::from(step) / f64::from(run.steps),
        ..Progress::default()
    });
    store.run.current.set_value(Some(run));
    store.run.losses.set(Vec::new());
    store.result.frames_drawn.set(0);
    // The photo is not to cover what is painted.
    store.ui.compares.set(false);
    store.ui.alert.set(None);
    store.run.stopping.set(false);
    store.engine.weights_from.set("");
    store.run.state.set(RunState::Loading);
    store.ui.status.set("Getting ready to paint.".to_owned());
    store.run.job.update(|job| *job = job.next());
    store.run.job.get_untracked()
}

fn set_phase(store: &Store, phase: RunPhase) {
    store.run.progress.update(|progress| progress.phase = phase);
}

/// The files of the photo and of the paintings.
async fn read_files(
    context: Context,
    content: &Choice,
    styles: &[(Choice, f32)],
) -> Result<(Blob, Vec<(Styled, Blob)>), Failure> {
    let files = context.services.files;
    let mut paintings = Vec::new();
    for (choice, weight) in styles {
        let styled = Styled { picture: choice.id, weight: *weight };
        paintings.push((styled, files.read(choice).await?));
    }
    Ok((files.read(content).await?, paintings))
}

/// Requests to stop the run after the current step.
pub fn stop(context: Context) {
    let run = context.store.run;
    if !run.state.get_untracked().is_running() || run.stopping.get_untracked() {
        return;
    }
    run.stopping.set(true);
    context.store.ui.status.set("Stopping after this step.".to_owned());
    let asked = context.with_bridge(Bridge::stop).unwrap_or(false);
    if !asked {
        // The files were still being read: the worker has received no request yet.
        let step = run.progress.with_untracked(|progress| progress.step);
        run_end::ended(context, Ending::Stopped, step, None);
    }
}

/// Sets the strength, also of the current run.
pub fn set_strength(context: Context, strength: f64) {
    let store = context.store;
    store.settings.strength.set(strength);
    if store.run.state.get_untracked().is_running() {
        let weight = content_weight(strength);
        store.run.current.update_value(|run| {
            if let Some(run) = run {
                run.steered = true;
            }
        });
        context.with_bridge(|bridge| bridge.set_content_weight(weight));
    }
}
