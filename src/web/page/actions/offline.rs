//! What is kept for visits without a network.

use leptos::prelude::{Set, WithUntracked};

use crate::{
    message::Engine,
    web::page::{
        services::{offline, tasks::spawn},
        store::OfflineStore,
    },
};

/// Has the site kept, and this engine with it. What goes wrong costs no more than the visit without a network.
pub fn keep(store: OfflineStore, engine: Engine) {
    spawn(async move {
        if let Err(error) = offline::register(engine, move |newer| store.newer.set(newer)).await {
            offline::warn("the site cannot be kept for visits without a network", &error);
        }
        measure(store).await;
    });
}

/// The visitor wants the newer version: it takes over, and the page is loaded anew.
pub fn update(store: OfflineStore) {
    store.newer.with_untracked(|newer| {
        if let Some(newer) = newer {
            offline::take_over(newer);
        }
    });
}

/// Adds up what is kept.
pub async fn measure(store: OfflineStore) {
    if let Ok(kept) = offline::kept().await {
        store.kept.set(kept);
    }
}

/// Removes all that is kept. The page goes on with what it has in memory.
pub fn remove(store: OfflineStore) {
    spawn(async move {
        if let Err(error) = offline::remove().await {
            offline::warn("not everything could be removed", &error);
        }
        store.removed.set(true);
        measure(store).await;
    });
}
