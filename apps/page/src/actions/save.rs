//! Handles the export of the result to a file.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::{GetUntracked, GetValue, Set};
use protocol::ExportKind;

use crate::{
    actions::context::Context,
    model::alert::Alert,
    services::{export, tasks::spawn},
};

/// Saves the current result, unless a file is being made already.
pub fn save(context: Context, what: ExportKind) {
    let store = context.store.result;
    let Some(result) = store.current.get_value().filter(|_| store.saving.get_untracked().is_none()) else {
        return;
    };
    store.saving.set(Some((what, 0.0)));
    spawn(async move {
        // Lets the browser show the pressed button before the work begins.
        TimeoutFuture::new(0).await;
        let report = move |part| store.saving.set(Some((what, part)));
        let seen = (store.tint.get_untracked(), store.looked_at.get_untracked());
        if let Err(error) = export::save(&result, context.services.files, what, seen, report).await {
            let text = format!("The file could not be made: {error}.");
            context.store.ui.alert.set(Some(Alert::new("export", text).with_details(error.details())));
        }
        store.saving.set(None);
    });
}
