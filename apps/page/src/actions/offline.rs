//! Handles the storage for offline use.

use leptos::prelude::{Set, WithUntracked};
use options::Engine;

use crate::{
    services::{offline, tasks::spawn},
    store::OfflineStore,
};

/// Stores the site and this engine. A failure is only reported on the console, since the page works without storage.
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

/// Computes the sizes of what is stored.
pub async fn measure(store: OfflineStore) {
    if let Ok(kept) = offline::kept().await {
        store.kept.set(kept);
    }
}

/// Removes everything that is stored. The open page keeps what it has in memory.
pub fn remove(store: OfflineStore) {
    spawn(async move {
        if let Err(error) = offline::remove().await {
            offline::warn("not everything could be removed", &error);
        }
        store.removed.set(true);
        measure(store).await;
    });
}
