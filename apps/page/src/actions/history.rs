//! Brings results of this visit back, and forgets them.

use leptos::prelude::{GetUntracked, Set, Update, WithUntracked};

use crate::{
    actions::{context::Context, frames, settings, sources},
    model::choice::Role,
    store::Store,
};

/// Hangs a result of the history on the wall, with its pictures and settings chosen. Not while something is painted.
pub fn bring_back(context: Context, number: u32) {
    let store = context.store;
    if store.run.state.get_untracked().is_running() {
        return;
    }
    let found =
        store.result.history.with_untracked(|history| history.get(number).map(|kept| kept.result.clone()));
    let Some(result) = found else { return };
    for (role, choice) in [(Role::Photo, &result.content), (Role::Painting, &result.style)] {
        if choice.own_file.is_some() {
            store.sources.own(role).set(Some(choice.clone()));
        }
        sources::choose(context, role, choice.clone());
    }
    store.sources.second.set(result.second.clone());
    let mut words = vec!["An earlier result and its settings.".to_owned()];
    words.extend(settings::set(context, &result.settings));
    store.ui.status.set(words.join(" "));
    frames::hang(context, result);
}

/// Forgets all results; the one on the wall stays there.
pub fn forget(store: &Store) {
    store.result.history.update(crate::model::history::History::clear);
}
