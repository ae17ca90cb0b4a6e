//! Storing the site and the engine for visits without a network.

use leptos::prelude::{Set, WithUntracked};
use options::Engine;

use crate::{
    services::{offline, tasks::spawn},
    store::OfflineStore,
};

/// Stores the site, and this engine with it. A failure is written to the console only: the page works without.
pub fn keep(store: OfflineStore, engine: Engine) {
    spawn(async move {
        if let Err(error) = offline::register(engine, move |newer| store.newer.set(newer)).await {
            offline::warn("the site cannot be kept for visits without a network", &error);
        }
        measure(store).await;
    });
}

/// Activates the newer version and reloads the page.
pub fn update(store: OfflineStore) {
    store.newer.with_untracked(|newer| {
        if let Some(newer) = newer {
            offline::take_over(newer);
        }
    });
}

/// Adds up what is stored.
pub async fn measure(store: OfflineStore) {
    if let Ok(kept) = offline::kept().await {
        store.kept.set(kept);
    }
}

/// Removes all that is stored. The page keeps what it has in memory.
pub fn remove(store: OfflineStore) {
    spawn(async move {
        if let Err(error) = offline::remove().await {
            offline::warn("not everything could be removed", &error);
        }
        store.removed.set(true);
        measure(store).await;
    });
}
