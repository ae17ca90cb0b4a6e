//! Handles the frames of a run and the result that they form.

use browser::{decode, spoken};
use js_sys::Uint8ClampedArray;
use leptos::prelude::{GetUntracked, Set, Update, UpdateValue, WithValue};
use picture::Frame;

use crate::{
    actions::context::Context,
    model::{
        alert::Alert,
        result::{PaintedResult, Shown},
        run::Run,
    },
    services::{canvas, tasks::spawn, viewport},
    store::Store,
};

/// Keeps a frame of the current run and shows it.
pub fn show(context: Context, frame: &Frame, pixels: Uint8ClampedArray) {
    let store = context.store;
    let &Frame { width, height, step, .. } = frame;
    let Some((run, first)) = run_of_frame(store) else { return };
    store.result.current.update_value(|result| {
        let with_frame = PaintedResult::with_frame(result.take(), &run, first, (width, height), step, pixels);
        *result = Some(with_frame);
    });
    if first {
        store.result.captions.set(run.captions());
        read_colors(context);
    }
    if !draw(store) {
        return;
    }
    store.result.exists.set(true);
    store.result.shown.set(Some(Shown { width, height, step }));
    store.result.frames_drawn.update(|frames| *frames += 1);
}

/// The current run, which has a frame now, and whether this is its first one.
fn run_of_frame(store: &Store) -> Option<(Run, bool)> {
    let run = store.run.current.try_update_value(|run| {
        let run = run.as_mut()?;
        let first = !std::mem::replace(&mut run.has_frame, true);
        Some((run.clone(), first))
    });
    run.flatten()
}

/// Draws the latest frame; returns whether that was possible.
fn draw(store: &Store) -> bool {
    let drawn = store.result.current.with_value(|result| {
        let (result, element) = (result.as_ref()?, store.result.canvas.get_untracked()?);
        let frame = result.timeline.last()?;
        let tint = store.result.tint.get_untracked();
        let pixels = canvas::tinted(&frame.pixels, result.photo.as_ref(), tint);
        Some(canvas::draw(&element, &pixels, result.width, result.height))
    });
    if let Some(Err(error)) = drawn {
        let text = format!("The picture cannot be shown ({}).", spoken(&error));
        store.ui.alert.set(Some(Alert::new("export", text)));
        return false;
    }
    true
}

/// Sets the share of the photo's colours in the result, in per cent.
pub fn set_tint(context: Context, tint: u32) {
    context.store.result.tint.set(tint);
    read_colors(context);
    draw(context.store);
}

/// Loads the photo for its colours, if they are needed and not loaded yet, and draws the result with them.
fn read_colors(context: Context) {
    let store = context.store;
    let current = store.result.current;
    let wanted = current.with_value(|result| {
        let result = result.as_ref().filter(|result| result.photo.is_none())?;
        let is_tinted = store.result.tint.get_untracked() > 0;
        is_tinted.then(|| (result.content.clone(), result.width, result.height))
    });
    let Some((content, width, height)) = wanted else { return };
    spawn(async move {
        let photo = async {
            let file = context.services.files.read(&content).await?;
            decode::decode_roughly(&file, &content.title, width, height).await
        };
        match photo.await {
            Ok(photo) => {
                current.update_value(|result| {
                    // The result may have been replaced meanwhile.
                    if let Some(result) = result.as_mut().filter(|result| result.content.id == content.id) {
                        result.photo =
                            Some(photo).filter(|photo| photo.size() == (result.width, result.height));
                    }
                });
                draw(store);
            }
            Err(failure) => store.ui.alert.set(Some(Alert::from(&failure))),
        }
    });
}

/// Scrolls to the picture on narrow screens. Not in an embedded page, where that would scroll the embedding one.
pub fn show_stage(store: &Store) {
    if store.ui.embed {
        return;
    }
    if let Some(canvas) = store.result.canvas.get_untracked() {
        viewport::show_stage(&canvas);
    }
}
