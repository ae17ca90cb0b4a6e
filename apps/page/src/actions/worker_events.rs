//! Handles the worker's events.

use browser::now;
use leptos::prelude::{Set, Update, UpdateValue};
use options::Engine;
use picture::Losses;
use protocol::{Event, Phase, Tuning};

use crate::{
    actions::{context::Context, frames, networks, offline, pace, run_end},
    link::bridge::News,
    model::{
        progress::{LossAt, RunPhase},
        run::RunState,
    },
    services::connection::saves_data,
    store::Store,
};

/// Handles a report of the worker about the current run or about itself.
pub fn receive(context: Context, news: News) {
    match news {
        News::Replaced => context.store.engine.ready.set(None),
        News::FellBack(reason) => fell_back(context.store, reason),
        News::Frame(frame, pixels) => frames::show(context, &frame, pixels),
        News::Event(event) => match event {
            Event::Ready { engine, device, .. } => ready(context, engine, device),
            Event::Tuned { by, algorithms } => context.store.engine.tuned.set(Some((by, algorithms))),
            Event::Paced { pack, engine, pace } => pace::measured(context.store, engine, &pack, pace),
            Event::Loading { phase, .. } => loading(context.store, phase),
            Event::Started { width, height, network, .. } => {
                started(context.store, (width, height), network);
            }
            Event::Progress { made, step, losses, .. } => progressed(context.store, made, step, losses),
            Event::Done { reason, step, losses, .. } => run_end::ended(context, reason, step, losses),
            Event::Failed { failure, .. } => run_end::failed(context, &failure),
            // Frames arrive with their pixels, as `News::Frame`.
            Event::Frame { .. } | Event::Measured { .. } | Event::MeasuredAll => {}
        },
    }
}

/// WebGPU turned out to be unusable; the reason is given if the visitor can do something about it.
fn fell_back(store: &Store, reason: Option<String>) {
    store.networks.update(|networks| networks.engine = Some(Engine::Cpu));
    let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    store.ui.status.set(format!("WebGPU cannot be used here{reason}: the processor paints instead."));
}

fn ready(context: Context, engine: Engine, device: String) {
    let store = context.store;
    store.networks.update(|networks| networks.engine = Some(engine));
    store.engine.ready.set(Some((engine, device)));
    store.engine.tuned.set(Some((Tuning::Rule, String::new())));
    // While the visitor chooses pictures.
    networks::prepare(context);
    // An embedded page does not: its reader may not want to paint. Nor does one whose visitor saves data.
    if !store.ui.embed && !saves_data() {
        offline::keep(store.offline, engine);
    }
}

fn loading(store: &Store, phase: Phase) {
    store.run.progress.update(|progress| match phase {
        Phase::Pictures => progress.phase = RunPhase::Pictures,
        Phase::Targets => progress.phase = RunPhase::Targets,
        Phase::Weights { bytes, total, .. } => {
            progress.phase = RunPhase::Weights;
            progress.bytes = (bytes, total);
        }
    });
    if let Phase::Weights { bytes, total, cached, kept } = phase {
        if !kept {
            store.networks.update(|networks| networks.no_room = true);
        }
        if bytes > 0 {
            store.engine.weights_from.set(if cached { "cache" } else { "network" });
        }
        if bytes == 0 && total > 0 {
            store.ui.status.set("Loading the network that looks at the pictures.".to_owned());
        }
    }
}

/// The first step is about to begin; `size` is that of the picture in pixels.
fn started(store: &Store, size: (usize, usize), network: String) {
    store.run.current.update_value(|run| {
        if let Some(run) = run {
            run.started(size, network);
        }
    });
    store.run.progress.update(|progress| progress.phase = RunPhase::Painting);
    store.run.state.set(RunState::Painting);
    store.ui.status.set("Painting has begun.".to_owned());
}

/// `made` steps were made; `losses` are those of the picture after `step` of them.
fn progressed(store: &Store, made: u32, step: u32, losses: Losses) {
    let time = now();
    let estimate = store.run.current.try_update_value(|run| run.as_mut().map(|run| run.estimate(time, made)));
    let (done, left) = estimate.flatten().unwrap_or_default();
    store.run.losses.update(|all| all.push(LossAt { step, losses }));
    store.run.progress.update(|progress| {
        progress.step = made;
        progress.done = done;
        progress.seconds_left = left.filter(|_| done < 1.0);
    });
}
