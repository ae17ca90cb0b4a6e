//! Predicts the duration of the next run, and keeps the size at what suits the machine until the visitor chooses one.

use leptos::prelude::{Effect, Get, GetUntracked, Set, Update, With, WithUntracked};
use options::{Engine, Options, Schedule};
use picture::Size;

use crate::{
    model::{
        networks::Networks,
        pace::{suitable_size, work},
        run::{RepaintFrom, Run, RunState},
    },
    store::Store,
};

/// Takes the pace of a network that the worker has measured.
pub fn measured(store: &Store, engine: Engine, pack: &str, pace: f64) {
    store.engine.paces.update(|paces| paces.remember(engine, pack, pace));
}

/// Takes the pace of a run that has ended.
pub fn painted(store: &Store, run: &Run) {
    let engine = store.engine.ready.get_untracked().map(|(engine, _)| engine);
    let network = store.networks.with_untracked(|networks| networks.in_use().cloned());
    if let (Some(engine), Some(network), Some(pace)) = (engine, network, run.pace) {
        measured(store, engine, network.as_str(), pace);
    }
}

/// From now on, when a pace, the network or the photo changes, the size becomes what suits the machine; until the visitor or the
/// address has chosen one, or a run has begun.
pub fn suit_size(store: &'static Store) {
    Effect::new(move |_| suit(store));
}

/// Sets the size to what suits the machine, unless one was chosen or a run has begun. Follows the pace and the photo.
pub fn suit(store: &Store) {
    let (pace, photo) = (pace(store), store.sources.photo_size.get());
    let is_free =
        !store.settings.size_is_chosen.get_untracked() && store.run.state.get_untracked() == RunState::Idle;
    if let Some(pace) = pace.filter(|_| is_free) {
        store.settings.size.set(suitable_size(pace, &store.settings.options(), photo));
    }
}

/// The expected duration of the next run in seconds, as the settings are; `None` before its network was measured. Follows them.
pub fn expected(store: &Store) -> Option<f64> {
    let pace = pace(store)?;
    let settings = store.settings;
    let goes_on = store.result.exists.get() && store.run.repaint_from.get() == RepaintFrom::Result;
    let (schedule, finish_from) = settings.base.with(|base| (base.schedule, base.finish_from));
    // The work depends on nothing else. A run that goes on makes all its steps at the full size.
    let options = Options {
        size: Size::LongSide(settings.size.get()),
        steps: settings.steps.get(),
        schedule: if goes_on { Schedule::Single } else { schedule },
        finish_from,
        ..Options::default()
    };
    Some(pace * work(&options, store.sources.photo_size.get()))
}

/// The pace of the next run's network on the engine that is ready. Follows both.
fn pace(store: &Store) -> Option<f64> {
    let (engine, _) = store.engine.ready.get()?;
    let network = store.networks.with(Networks::next);
    store.engine.paces.with(|paces| paces.of(engine, network.as_str()))
}
