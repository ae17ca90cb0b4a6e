//! Remembers the settings for the next visit, and goes back to the usual ones.

use leptos::prelude::{Effect, Get, GetUntracked, Memo, Set, Update, With};
use options::link::Link;

use crate::{
    actions::{context::Context, networks, pace, settings},
    model::kept_settings::KeptSettings,
    services::{address, storage},
    store::Store,
};

/// The key of the settings, which are kept as the parameters of an address.
const KEY: &str = "impasto-settings";

/// The address with the remembered settings, if it says nothing about settings itself. An embedded page remembers nothing.
pub fn recalled(link: Link) -> Link {
    if link.embed || address::names_settings() {
        return link;
    }
    match storage::kept(KEY) {
        Some(text) => KeptSettings::of(address::link_of(&text)).given_to(link),
        None => link,
    }
}

/// From now on, remembers each change of the settings. What an address has said is remembered only with the first change.
pub fn follow(store: &'static Store) {
    let current = Memo::new(move |_| address::written(&current(store).parameters()));
    Effect::new(move |before: Option<()>| {
        let text = current.get();
        if before.is_some() {
            storage::keep(KEY, &text);
        }
    });
}

/// Whether all settings are the usual ones.
pub fn are_usual(store: &'static Store) -> Memo<bool> {
    Memo::new(move |_| current(store).is_usual())
}

/// Sets the controls to the usual settings. Those of before can be had back.
pub fn set_usual(context: Context) {
    let store = context.store;
    store.settings.before_usual.set(Some(current(store)));
    apply(context, &KeptSettings::usual());
    store.ui.status.set("These are the usual settings.".to_owned());
}

/// Sets the controls to what they said before the usual settings.
pub fn undo(context: Context) {
    let store = context.store;
    let before = store.settings.before_usual.get_untracked();
    store.settings.before_usual.set(None);
    if let Some(before) = before {
        apply(context, &before);
        store.ui.status.set("These are your settings again.".to_owned());
    }
}

/// What the controls say now. Follows them.
fn current(store: &Store) -> KeptSettings {
    let settings = store.settings;
    settings.track();
    let network = store.networks.with(|networks| networks.chosen.clone());
    KeptSettings {
        options: settings.plain_options(),
        has_size: settings.size_is_chosen.get(),
        experiment: settings.asked_experiment(),
        network,
    }
}

fn apply(context: Context, kept: &KeptSettings) {
    let store = context.store;
    settings::set_controls(context, &kept.options);
    store.settings.size_is_chosen.set(kept.has_size);
    store.settings.set_experiment(kept.experiment);
    store.networks.update(|networks| networks.chosen.clone_from(&kept.network));
    if !kept.has_size {
        pace::suit(store);
    }
    // Another look has other kernels.
    networks::prepare(context);
}
