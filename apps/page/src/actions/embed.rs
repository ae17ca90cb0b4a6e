//! Reports to the page that embeds this one, and does what it orders (`docs/embedding.md`).

use leptos::{
    ev,
    prelude::{Effect, Get, GetUntracked, GetValue, With, window_event_listener},
};
use protocol::ExportKind;
use wasm_bindgen::JsValue;
use web_sys::Blob;

use crate::{
    actions::{context::Context, painting},
    services::{
        canvas,
        export::{self, ExportError},
        parent::{Order, Parent},
        tasks::spawn,
    },
};

/// Reports progress to the embedding page, and takes its orders, if its origin is `origin`.
pub fn serve(context: Context, origin: String) {
    let run = context.store.run;
    let Some(parent) = Parent::of_origin(origin) else { return };
    let teller = parent.clone();
    Effect::new(move |_| {
        let state = run.state.get().name();
        let (step, steps) = run.progress.with(|progress| (progress.step, progress.steps));
        let loss = run.losses.with(|losses| losses.last().map(|at| at.losses.total));
        teller.post_state(state, step, steps, loss);
    });
    // The listener lives as long as the page.
    let _ = window_event_listener(ev::message, move |event| match parent.order(&event) {
        None => {}
        Some(Order::Stop) => painting::stop(context),
        Some(Order::Picture { kind, port }) => spawn(async move {
            let answer = match picture(context, &kind).await {
                Ok(file) => file.into(),
                Err(words) => JsValue::from(words),
            };
            // The embedding page may have gone.
            let _ = port.post_message(&answer);
        }),
    });
}

/// The picture on the wall as a file of this MIME type, or of PNG where the browser cannot write that; otherwise the reason in
/// words.
async fn picture(context: Context, kind: &str) -> Result<Blob, String> {
    let store = context.store.result;
    let result = store.current.get_value().ok_or_else(|| ExportError::Nothing.to_string())?;
    let element = store.canvas.get_untracked().filter(|_| kind != "image/png");
    if let Some(file) = match element {
        Some(element) => canvas::encoded(&element, kind).await,
        None => None,
    } {
        return Ok(file);
    }
    let seen = (store.tint.get_untracked(), None);
    let made = export::make(result, context.services.files, ExportKind::Png, seen, |_| ()).await;
    made.map_err(|error| error.to_string())
}
