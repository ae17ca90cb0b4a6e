//! Defines the context of actions.

use leptos::prelude::{LocalStorage, StoredValue, WithValue};

use crate::{link::bridge::Bridge, services::Services, store::Store};

/// The store, the connection to the worker, and the services. It is `Copy`, for use in closures.
#[derive(Clone, Copy)]
pub struct Context {
    /// The state of the page; it lives as long as the page.
    pub store: &'static Store,
    /// What the page holds of the browser.
    pub services: Services,
    /// The connection to the worker: set once, since it calls actions, which need this context.
    pub bridge: StoredValue<Option<Bridge>, LocalStorage>,
}

impl Context {
    /// A context without a connection to the worker.
    pub fn new(store: &'static Store, services: Services) -> Self {
        Self { store, services, bridge: StoredValue::new_local(None) }
    }

    /// Calls `action` with the connection to the worker, if there is one.
    pub fn with_bridge<T>(self, action: impl FnOnce(&Bridge) -> T) -> Option<T> {
        self.bridge.with_value(|bridge| bridge.as_ref().map(action))
    }
}
