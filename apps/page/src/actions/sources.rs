//! Handles the visitor's own picture files.

use browser::decode;
use leptos::prelude::Set;
use web_sys::File;

use crate::{
    actions::context::Context,
    model::{
        alert::Alert,
        choice::{Choice, Role},
    },
    services::tasks::spawn,
};

/// Chooses one of the visitor's own files. If it is not a picture, the choice does not change and an alert is shown.
pub fn take_file(context: Context, role: Role, file: File) {
    let sources = context.store.sources;
    sources.last_used.set(role);
    open(context, file, move |choice| {
        sources.own(role).set(Some(choice.clone()));
        sources.chosen(role).set(choice);
    });
}

/// Checks that a file is a picture and calls `take` with it; otherwise shows an alert.
pub fn open(context: Context, file: File, take: impl FnOnce(Choice) + 'static) {
    let alert = context.store.ui.alert;
    spawn(async move {
        let name = file.name();
        match decode::measure(&file, &name).await {
            Ok(_) => {
                if let Some(choice) = context.services.files.keep(file) {
                    alert.set(None);
                    take(choice);
                }
            }
            Err(failure) => alert.set(Some(Alert::from(&failure))),
        }
    });
}
