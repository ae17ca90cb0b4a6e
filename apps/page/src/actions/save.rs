//! Handles what becomes of the result: a file, a copy in the clipboard, something for another program.

use browser::spoken;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::{GetUntracked, GetValue, Set};
use protocol::ExportKind;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::{
    actions::context::Context,
    model::alert::Alert,
    services::{
        clipboard,
        export::{self, ExportError, MadeFile},
        tasks::spawn,
    },
};

/// Saves what is on the wall, unless a file is being made already.
pub fn save(context: Context, what: ExportKind) {
    if context.store.result.saving.get_untracked().is_some() {
        return;
    }
    spawn(async move {
        let Some(file) = made(context, what).await else { return };
        if let Err(error) = export::download(&file) {
            refuse(context, "The file cannot be saved", &error);
        }
    });
}

/// Copies what is on the wall.
pub fn copy_picture(context: Context) {
    if context.store.result.saving.get_untracked().is_some() {
        return;
    }
    let making = async move {
        let file = made(context, ExportKind::Png).await;
        file.map(|file| file.bytes).ok_or_else(|| JsValue::from("there is no picture"))
    };
    let copied = clipboard::copy_png(making);
    spawn(async move {
        let copied = match copied {
            Ok(copied) => JsFuture::from(copied).await.map(drop),
            Err(error) => Err(error),
        };
        match copied {
            Ok(()) => context.store.ui.status.set("The picture is in the clipboard.".to_owned()),
            Err(error) => refuse(context, "The picture cannot be copied", &error),
        }
    });
}

/// Hands what is on the wall to another program.
pub fn share(context: Context) {
    if context.store.result.saving.get_untracked().is_some() {
        return;
    }
    spawn(async move {
        let Some(file) = made(context, ExportKind::Png).await else { return };
        if let Err(error) = clipboard::share(&file.bytes, &file.name).await
            // The visitor has closed the dialogue.
            && !spoken(&error).contains("AbortError")
        {
            refuse(context, "The picture cannot be shared", &error);
        }
    });
}

/// Makes a file; `None` if that failed, which is said.
async fn made(context: Context, what: ExportKind) -> Option<MadeFile> {
    let store = context.store.result;
    store.saving.set(Some((what, 0.0)));
    // Lets the browser show the pressed button before the work begins.
    TimeoutFuture::new(0).await;
    let report = move |part| store.saving.set(Some((what, part)));
    let seen = (store.tint.get_untracked(), store.looked_at.get_untracked());
    let file = match store.current.get_value() {
        Some(result) => export::make(&result, context.services.files, what, seen, report).await,
        None => Err(ExportError::Nothing),
    };
    store.saving.set(None);
    if let Err(error) = &file {
        let text = format!("The file could not be made: {error}.");
        context.store.ui.alert.set(Some(Alert::new("export", text).with_details(error.details())));
    }
    file.ok()
}

fn refuse(context: Context, what: &str, error: &JsValue) {
    context.store.ui.alert.set(Some(Alert::new("export", format!("{what} ({}).", spoken(error)))));
}
