//! Reports to the page that embeds this one (`docs/embedding.md`).

use leptos::prelude::{Effect, Get, With};

use crate::{services::parent::Parent, store::RunStore};

/// Reports progress to the embedding page, if its origin is `origin`.
pub fn report(run: RunStore, origin: String) {
    let Some(parent) = Parent::of_origin(origin) else { return };
    Effect::new(move |_| {
        let state = run.state.get().name();
        let (step, steps) = run.progress.with(|progress| (progress.step, progress.steps));
        let loss = run.losses.with(|losses| losses.last().map(|at| at.losses.total));
        parent.post_state(state, step, steps, loss);
    });
}
