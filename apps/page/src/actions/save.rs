//! Handles what becomes of the result: a file, a copy in the clipboard, something for another program.

use browser::spoken;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::{GetUntracked, GetValue, Set};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::{
    actions::context::Context,
    model::{
        alert::Alert,
        format::{Format, Maker},
    },
    services::{
        canvas, clipboard,
        export::{self, ExportError, MadeFile},
        film,
        tasks::spawn,
    },
};

/// Saves what is on the wall, unless a file is being made already.
pub fn save(context: Context, format: Format) {
    if context.store.result.saving.get_untracked().is_some() {
        return;
    }
    spawn(async move {
        let Some(file) = made(context, format).await else { return };
        if let Err(error) = export::download(&file) {
            refuse(context, "The file cannot be saved", &error);
        }
    });
}

/// Gives up the film that is being made.
pub fn cancel(context: Context) {
    context.store.result.cancelled.set(true);
    context.store.ui.status.set("No video was saved.".to_owned());
}

/// Copies what is on the wall.
pub fn copy_picture(context: Context) {
    if context.store.result.saving.get_untracked().is_some() {
        return;
    }
    let making = async move {
        let file = made(context, Format::Png).await;
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
        let Some(file) = made(context, Format::Png).await else { return };
        if let Err(error) = clipboard::share(&file.bytes, &file.name).await
            // The visitor has closed the dialogue.
            && !spoken(&error).contains("AbortError")
        {
            refuse(context, "The picture cannot be shared", &error);
        }
    });
}

/// Makes a file; `None` if that failed, which is said, or was cancelled.
async fn made(context: Context, format: Format) -> Option<MadeFile> {
    let store = context.store.result;
    store.saving.set(Some((format, 0.0)));
    store.cancelled.set(false);
    // Lets the browser show the pressed button before the work begins.
    TimeoutFuture::new(0).await;
    let file = file(context, format).await;
    store.saving.set(None);
    if let Err(error) = &file {
        let text = format!("The file could not be made: {error}.");
        context.store.ui.alert.set(Some(Alert::new("export", text).with_details(error.details())));
    }
    file.ok().flatten()
}

async fn file(context: Context, format: Format) -> Result<Option<MadeFile>, ExportError> {
    let store = context.store.result;
    let result = store.current.get_value().ok_or(ExportError::Nothing)?;
    let report = move |part| store.saving.set(Some((format, part)));
    let (tint, stem) = (store.tint.get_untracked(), export::file_stem(&result));
    let bytes = match format.maker() {
        Maker::Worker(what) => {
            let seen = (tint, store.looked_at.get_untracked());
            export::make(result, context.services.files, what, seen, report).await?
        }
        Maker::Film => {
            let go_on = move |part| {
                report(part);
                !store.cancelled.get_untracked()
            };
            let film = film::make(result, tint, store.video_seconds.get_untracked(), go_on).await?;
            let Some(film) = film else { return Ok(None) };
            film
        }
        Maker::Browser(kind) => {
            // It shows what is to be saved, at its full size.
            let element = store.canvas.get_untracked().ok_or(ExportError::Nothing)?;
            canvas::encoded(&element, kind).await.ok_or(ExportError::Unknown(format.name(), "PNG"))?
        }
    };
    Ok(Some(MadeFile { name: stem + format.ending(&bytes.type_()), bytes }))
}

fn refuse(context: Context, what: &str, error: &JsValue) {
    context.store.ui.alert.set(Some(Alert::new("export", format!("{what} ({}).", spoken(error)))));
}
