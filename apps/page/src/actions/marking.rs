//! Handles the brushes. One marks parts of the photo, which stay unchanged or take the second painting's style; others say where
//! more of the photo is kept, and where less.
//!
//! The marks are kept in a grid of our own ([`BrushMask`]) and only shown on a canvas: a browser that guards against
//! fingerprinting gives back slightly different pixels than it was given.

use js_sys::{Uint8Array, Uint8ClampedArray};
use leptos::prelude::{GetUntracked, GetValue, Set, SetValue, UpdateValue, WithUntracked, WithValue};
use picture::size_to_fit;
use protocol::Masked;

use crate::{
    actions::context::Context,
    model::{alert::Alert, brush_mask::BrushMask, words::counted},
    services::{canvas, faces, tasks::spawn},
    store::MarkingStore,
};

/// The maximum long side of the grid in pixels. More is not needed, since the edges of a mask are soft.
const GRID: usize = 512;
/// The colours of marked parts, of those that are kept more, and of those that are kept less; the style sheet sets their
/// opacity.
const COLOURS: [[u8; 3]; 3] = [[208, 48, 32], [24, 128, 56], [32, 80, 208]];
/// The radii of a face with hair and chin, relative to the sides of the box that a browser finds.
const HEAD: f32 = 0.65;

/// The mask of what is *not* marked, and its weights, one byte per pixel; `None` if nothing is marked.
pub fn unmarked(marking: MarkingStore) -> Option<(Masked, Uint8Array)> {
    sent(marking, |mask| (!mask.is_empty()).then(|| mask.unmarked()))
}

/// The map of where more of the photo is kept, and where less, and its weights; `None` if it is the same everywhere.
pub fn content_map(marking: MarkingStore) -> Option<(Masked, Uint8Array)> {
    sent(marking, |mask| (!mask.map_is_empty()).then(|| mask.content_map()))
}

fn sent(marking: MarkingStore, weights: fn(&BrushMask) -> Option<Vec<u8>>) -> Option<(Masked, Uint8Array)> {
    marking.mask.with_value(|mask| {
        let mask = mask.as_ref()?;
        let (width, height) = mask.size();
        let masked = Masked { id: marking.version.get_value(), width, height };
        Some((masked, Uint8Array::from(weights(mask)?.as_slice())))
    })
}

/// Keeps more of the photo where the browser finds faces.
pub fn keep_faces(context: Context) {
    let store = context.store;
    let photo = store.sources.photo.get_untracked();
    spawn(async move {
        let found = match context.services.files.read(&photo).await {
            Ok(file) => faces::find(&file, &photo.title).await,
            Err(failure) => Err(failure),
        };
        if store.sources.photo.with_untracked(|now| now.id != photo.id) {
            return; // these are another photo's faces
        }
        match found {
            Ok(faces) => {
                store.ui.status.set(format!("{} found.", counted(faces.len() as u32, "face")));
                change(store.marking, |mask| {
                    let (width, height) = mask.size();
                    let (width, height) = (width as f32, height as f32);
                    for [x, y, across, down] in faces {
                        let centre = ((x + across / 2.0) * width, (y + down / 2.0) * height);
                        mask.keep_ellipse(centre, (HEAD * across * width, HEAD * down * height));
                    }
                });
            }
            Err(failure) => store.ui.alert.set(Some(Alert::from(&failure))),
        }
    });
}

/// Clears the mask and closes the brush, for a new photo.
pub fn reset(marking: MarkingStore) {
    marking.mask.set_value(None);
    changed(marking);
    marking.open.set(false);
}

/// Opens the brush for a photo of this size in pixels, or closes it.
pub fn toggle(marking: MarkingStore, photo: Option<(usize, usize)>) {
    let open = !marking.open.get_untracked();
    if let Some(photo) = photo.filter(|_| open) {
        let (width, height) = size_to_fit(photo, GRID);
        marking.mask.update_value(|mask| {
            let fits = mask.as_ref().is_some_and(|mask| mask.size() == (width, height));
            if !fits {
                *mask = Some(BrushMask::empty(width, height));
            }
        });
        marking.at.set_value(None);
        changed(marking);
    }
    marking.open.set(open);
}

/// Draws to a point, given as fractions of the picture's width and height. If the stroke `begins`, it starts at this
/// point.
pub fn draw_to(marking: MarkingStore, x: f32, y: f32, begins: bool) {
    marking.mask.update_value(|mask| {
        let Some(mask) = mask else { return };
        let (width, height) = mask.size();
        let to = (x * width as f32, y * height as f32);
        let from = marking.at.get_value().filter(|_| !begins).unwrap_or(to);
        mask.draw(from, to, radius(marking, mask), marking.brush.get_untracked());
        marking.at.set_value(Some(to));
    });
    changed(marking);
}

/// Moves the brush with an arrow key, and draws the way if `draws`; the space bar and Enter draw at the current point.
/// Returns false for other keys.
pub fn press(marking: MarkingStore, key: &str, draws: bool) -> bool {
    let Some((width, height, radius)) = marking.mask.with_value(|mask| {
        let mask = mask.as_ref()?;
        Some((mask.size().0 as f32, mask.size().1 as f32, radius(marking, mask)))
    }) else {
        return false;
    };
    let (x, y) = marking.at.get_value().unwrap_or((width / 2.0, height / 2.0));
    let (x, y, draws) = match key {
        "ArrowLeft" => (x - radius, y, draws),
        "ArrowRight" => (x + radius, y, draws),
        "ArrowUp" => (x, y - radius, draws),
        "ArrowDown" => (x, y + radius, draws),
        " " | "Enter" => (x, y, true),
        _ => return false,
    };
    let (x, y) = (x.clamp(0.0, width), y.clamp(0.0, height));
    if draws {
        draw_to(marking, x / width, y / height, key == " " || key == "Enter");
    }
    marking.at.set_value(Some((x, y)));
    changed(marking);
    true
}

/// Applies `change` to the mask, if there is one.
pub fn change(marking: MarkingStore, change: impl FnOnce(&mut BrushMask)) {
    marking.mask.update_value(|mask| {
        if let Some(mask) = mask {
            change(mask);
        }
    });
    changed(marking);
}

/// The brush's radius in pixels of the mask.
fn radius(marking: MarkingStore, mask: &BrushMask) -> f32 {
    let (width, height) = mask.size();
    width.max(height) as f32 * marking.width.get_untracked() as f32 / 200.0
}

/// Redraws the mask after a change.
fn changed(marking: MarkingStore) {
    marking.version.update_value(|version| *version += 1);
    let is_any = |is_empty: fn(&BrushMask) -> bool| {
        marking.mask.with_value(|mask| mask.as_ref().is_some_and(|mask| !is_empty(mask)))
    };
    marking.any.set(is_any(BrushMask::is_empty));
    marking.mapped.set(is_any(BrushMask::map_is_empty));
    let shown = marking.mask.with_value(|mask| {
        let mask = mask.as_ref()?;
        let pixels = Uint8ClampedArray::from(mask.rgba(COLOURS).as_slice());
        Some((mask.size(), pixels))
    });
    if let (Some(((width, height), pixels)), Some(element)) = (shown, marking.canvas.get_untracked()) {
        // The mask is valid even if it cannot be shown.
        let _ = canvas::draw(&element, &pixels, width, height);
    }
}
