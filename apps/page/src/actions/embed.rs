//! The page as a frame in another one: it reports to that page (`docs/embedding.md`).

use leptos::prelude::{Effect, Get, With};

use crate::{services::parent::Parent, store::RunStore};

/// Reports to the page around this one, if its origin is `origin`, whenever a run has made progress.
pub fn report(run: RunStore, origin: String) {
    let Some(parent) = Parent::of_origin(origin) else { return };
    Effect::new(move |_| {
        let state = run.state.get().name();
        let (step, steps) = run.progress.with(|progress| (progress.step, progress.steps));
        let loss = run.losses.with(|losses| losses.last().map(|at| at.losses.total));
        parent.post_state(state, step, steps, loss);
    });
}
