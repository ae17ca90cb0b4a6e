//! Handles the frames of a run and the result that they form.

use browser::{decode, spoken};
use js_sys::Uint8ClampedArray;
use leptos::prelude::{GetUntracked, Set, SetValue, Update, UpdateValue, WithValue};
use picture::Frame;

use crate::{
    actions::context::Context,
    model::{
        alert::Alert,
        result::{PaintedResult, Shown},
        run::Run,
    },
    services::{canvas, tasks::spawn},
    store::{FrameResult, Store},
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
        describe(store);
        store.result.looked_at.set(None);
        read_colors(context);
    }
    list_steps(store);
    if !draw(store) {
        return;
    }
    store.result.exists.set(true);
    store.result.on_wall.set(true);
    store.result.frames_drawn.update(|frames| *frames += 1);
}

/// Adds the result of the run that has just ended to the history.
pub fn keep(store: &Store) {
    if let Some(result) = store.result.current.with_value(Clone::clone) {
        store.result.history.update(|history| history.add(result));
    }
}

/// Hangs an earlier result on the wall.
pub fn hang(context: Context, result: FrameResult) {
    let store = context.store;
    store.result.current.set_value(Some(result));
    describe(store);
    store.result.looked_at.set(None);
    read_colors(context);
    list_steps(store);
    if draw(store) {
        store.result.on_wall.set(true);
    }
}

/// Looks at the frame of a step, or at the latest one.
pub fn look_at(store: &Store, step: Option<u32>) {
    store.result.looked_at.set(step);
    draw(store);
}

/// Sets what is said of the result.
fn describe(store: &Store) {
    let known = store.result.current.with_value(|result| {
        let result = result.as_ref()?;
        Some((result.captions(), result.content.clone()))
    });
    if let Some((captions, photo)) = known {
        store.result.captions.set(captions);
        store.result.photo_of.set(Some(photo));
    }
}

fn list_steps(store: &Store) {
    let steps = store.result.current.with_value(|result| {
        let frames = result.as_ref().map_or(&[][..], |result| result.timeline.frames());
        frames.iter().map(|frame| frame.step).collect()
    });
    store.result.kept_steps.set(steps);
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

/// Draws the frame that is looked at; returns whether that was possible.
fn draw(store: &Store) -> bool {
    let drawn = store.result.current.with_value(|result| {
        let (result, element) = (result.as_ref()?, store.result.canvas.get_untracked()?);
        let frame = result.timeline.at(store.result.looked_at.get_untracked())?;
        let tint = store.result.tint.get_untracked();
        let pixels = canvas::tinted(&frame.pixels, result.photo.as_ref(), tint);
        let (width, height) = (result.width, result.height);
        let drawn = canvas::draw(&element, &pixels, width, height);
        Some(drawn.map(|()| Shown { width, height, step: frame.step }))
    });
    match drawn {
        None => true,
        Some(Ok(shown)) => {
            store.result.shown.set(Some(shown));
            true
        }
        Some(Err(error)) => {
            let text = format!("The picture cannot be shown ({}).", spoken(&error));
            store.ui.alert.set(Some(Alert::new("export", text)));
            false
        }
    }
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
