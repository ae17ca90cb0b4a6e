//! Handles the end of a run.

use leptos::prelude::{GetUntracked, Set, SetValue, Update, UpdateValue, WithValue};
use picture::Losses;
use protocol::{Ending, Failure};

use crate::{
    actions::{context::Context, frames, offline, pace},
    model::{
        alert::Alert,
        progress::{LossAt, RunPhase},
        run::{RepaintFrom, Run, RunState},
        words::counted,
    },
    services::tasks::spawn,
    store::RunStore,
};

/// A run ended without a failure: the number of steps of its picture and, if it was complete, that picture's losses.
pub fn ended(context: Context, reason: Ending, step: u32, losses: Option<Losses>) {
    let store = context.store;
    if let Some(losses) = losses {
        store.run.losses.update(|all| {
            all.retain(|at| at.step < step);
            all.push(LossAt { step, losses });
        });
    }
    store.run.progress.update(|progress| {
        progress.step = step;
        if reason == Ending::Finished {
            progress.done = 1.0;
        }
    });
    set_idle(store.run);
    store.run.current.with_value(|run| run.iter().for_each(|run| pace::painted(store, run)));
    if reason == Ending::Finished {
        let recipe = store.run.current.with_value(|run| run.as_ref().and_then(Run::recipe));
        store.result.current.update_value(|result| {
            if let Some(result) = result {
                result.recipe = recipe;
            }
        });
    }
    // The default for the next run, the state, and the status message.
    let (next, state, words) = match reason {
        Ending::Finished => (RepaintFrom::Photo, RunState::Done, "Finished"),
        Ending::Stopped => (RepaintFrom::Result, RunState::Stopped, "Stopped"),
    };
    store.run.repaint_from.set(next);
    store.run.state.set(state);
    store.ui.status.set(format!("{words} after {}.", counted(step, "step")));
    if store.run.current.with_value(|run| run.as_ref().is_some_and(|run| run.has_frame)) {
        frames::keep(store);
    }
    forget_run(context);
    // Only a download changes the sizes, and an embedded page does not show them.
    if !store.ui.embed && store.engine.weights_from.get_untracked() == "network" {
        spawn(offline::measure(store.offline));
    }
}

/// The run, or the engine itself, failed.
pub fn failed(context: Context, failure: &Failure) {
    let store = context.store;
    if failure.is_fatal() {
        store.engine.ready.set(None);
    }
    set_idle(store.run);
    let has_frame = store.run.current.with_value(|run| run.as_ref().is_some_and(|run| run.has_frame));
    if has_frame {
        frames::keep(store);
    }
    // A run that has no picture yet leaves what it was to go on from.
    if matches!(failure, Failure::Diverged(_)) {
        store.run.repaint_from.set(RepaintFrom::Photo);
    } else if has_frame {
        store.run.repaint_from.set(RepaintFrom::Result);
    }
    forget_run(context);
    store.run.state.set(RunState::Failed);
    store.ui.status.set(String::new());
    store.ui.alert.set(Some(Alert::from(failure)));
}

fn set_idle(run: RunStore) {
    run.progress.update(|progress| {
        progress.phase = RunPhase::Idle;
        progress.seconds_left = None;
    });
    run.stopping.set(false);
}

/// Clears the current run and releases the lock, so that other frames of this site can paint.
fn forget_run(context: Context) {
    context.store.run.current.set_value(None);
    context.services.paint_lock.set_value(None);
}
