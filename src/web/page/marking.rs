//! Parts of the photo that are marked with a brush: they stay as they are, or take the second painting's style.
//!
//! The marks are kept in a grid of our own ([`Marks`]) and only shown on a canvas: a browser that guards against
//! fingerprinting gives back slightly different pixels than it was given.

use js_sys::{Uint8Array, Uint8ClampedArray};
use leptos::{ev, html, prelude::*};
use web_sys::{KeyboardEvent, PointerEvent};

use super::{app::Studio, stage};
use crate::{
    marks::{Brush, Marks},
    message::Masked,
    picture::size_to_fit,
};

/// The long side of the grid in pixels, at most: a mask is soft at its edges anyway.
const GRID: usize = 512;
/// The colour of marks; the style sheet makes them transparent.
const COLOUR: [u8; 3] = [208, 48, 32];
/// Widths of the brush in hundredths of the photo's long side.
const WIDTHS: std::ops::RangeInclusive<u32> = 1..=40;

/// What is marked, and with what.
#[derive(Clone, Copy)]
pub struct Marking {
    /// Whether the brush is out.
    pub open: RwSignal<bool>,
    /// Whether anything is marked.
    pub any: RwSignal<bool>,
    brush: RwSignal<Brush>,
    /// Hundredths of the photo's long side.
    width: RwSignal<u32>,
    marks: StoredValue<Option<Marks>>,
    /// Counts the changes: equal numbers mean equal marks.
    version: StoredValue<u32>,
    /// Where the brush is, for strokes and for the arrow keys; in pixels of the grid.
    at: StoredValue<Option<(f32, f32)>>,
    canvas: NodeRef<html::Canvas>,
}

impl Default for Marking {
    /// Nothing is marked.
    fn default() -> Self {
        Self {
            open: RwSignal::new(false),
            any: RwSignal::new(false),
            brush: RwSignal::new(Brush::default()),
            width: RwSignal::new(10),
            marks: StoredValue::new(None),
            version: StoredValue::new(0),
            at: StoredValue::new(None),
            canvas: NodeRef::new(),
        }
    }
}

impl Marking {
    /// The mask of what is *not* marked, if anything is.
    pub fn mask(self) -> Option<(Masked, Uint8Array)> {
        self.marks.with_value(|marks| {
            let marks = marks.as_ref().filter(|marks| !marks.is_empty())?;
            let (width, height) = marks.size();
            let masked = Masked { id: self.version.get_value(), width, height };
            Some((masked, Uint8Array::from(marks.unmarked().as_slice())))
        })
    }

    /// Forgets the marks: there is another photo.
    pub fn clear(self) {
        self.marks.set_value(None);
        self.changed();
    }

    /// Takes out the brush for a photo of this size, or puts it away.
    fn toggle(self, photo: Option<(usize, usize)>) {
        let open = !self.open.get_untracked();
        if let Some(photo) = photo.filter(|_| open) {
            let (width, height) = size_to_fit(photo, GRID);
            self.marks.update_value(|marks| {
                let fits = marks.as_ref().is_some_and(|marks| marks.size() == (width, height));
                if !fits {
                    *marks = Some(Marks::none(width, height));
                }
            });
            self.at.set_value(None);
            self.changed();
        }
        self.open.set(open);
    }

    fn radius(self, marks: &Marks) -> f32 {
        let (width, height) = marks.size();
        width.max(height) as f32 * self.width.get_untracked() as f32 / 200.0
    }

    /// Draws to a place, in shares of the picture's width and height.
    fn draw_to(self, x: f32, y: f32, begins: bool) {
        self.marks.update_value(|marks| {
            let Some(marks) = marks else { return };
            let (width, height) = marks.size();
            let to = (x * width as f32, y * height as f32);
            let from = self.at.get_value().filter(|_| !begins).unwrap_or(to);
            marks.draw(from, to, self.radius(marks), self.brush.get_untracked());
            self.at.set_value(Some(to));
        });
        self.changed();
    }

    /// Moves the brush by the arrow keys, and draws on the way with the space bar's help; whether the key was one of them.
    fn press(self, key: &str, draws: bool) -> bool {
        let Some((width, height, radius)) = self.marks.with_value(|marks| {
            let marks = marks.as_ref()?;
            Some((marks.size().0 as f32, marks.size().1 as f32, self.radius(marks)))
        }) else {
            return false;
        };
        let (x, y) = self.at.get_value().unwrap_or((width / 2.0, height / 2.0));
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
            self.draw_to(x / width, y / height, key == " " || key == "Enter");
        }
        self.at.set_value(Some((x, y)));
        self.changed();
        true
    }

    /// Shows the marks as they are now.
    fn changed(self) {
        self.version.update_value(|version| *version += 1);
        let any = self.marks.with_value(|marks| marks.as_ref().is_some_and(|marks| !marks.is_empty()));
        self.any.set(any);
        let shown = self.marks.with_value(|marks| {
            let marks = marks.as_ref()?;
            let pixels = Uint8ClampedArray::from(marks.rgba(COLOUR).as_slice());
            Some((marks.size(), pixels))
        });
        if let (Some(((width, height), pixels)), Some(canvas)) = (shown, self.canvas.get_untracked()) {
            // What cannot be shown can still be marked.
            let _ = stage::draw(&canvas, &pixels, width, height);
        }
    }
}

/// The button that takes the brush out.
#[component]
pub fn MarkButton() -> impl IntoView {
    let studio: Studio = expect_context();
    let marking = studio.marking;
    let hint = move || {
        let fate = match studio.second.get() {
            Some(_) => "take the second painting’s style",
            None => "stay as in the photo",
        };
        let state = if marking.any.get() { "Marked parts" } else { "Parts that are marked with a brush" };
        format!("{state} {fate}.")
    };
    view! {
        <div class="control">
            <span class="label">"Parts"</span>
            <button
                type="button" id="mark" aria-pressed=move || marking.open.get().to_string()
                on:click=move |_| {
                    marking.toggle(studio.photo_size.get_untracked());
                    if marking.open.get_untracked() {
                        studio.show_stage();
                    }
                }
            >
                {move || if marking.open.get() { "Put the brush away" } else { "Mark parts of the photo" }}
            </button>
            <p class="hint">{hint}</p>
        </div>
    }
}

/// The marks over the picture.
#[component]
pub fn MarkLayer() -> impl IntoView {
    let studio: Studio = expect_context();
    let marking = studio.marking;
    let place = move |event: &PointerEvent| {
        let canvas = marking.canvas.get_untracked()?;
        let (width, height) = (canvas.client_width().max(1), canvas.client_height().max(1));
        Some((event.offset_x() as f32 / width as f32, event.offset_y() as f32 / height as f32))
    };
    let held = StoredValue::new(false);
    view! {
        <canvas
            id="marks"
            class="marks"
            node_ref=marking.canvas
            tabindex="0"
            role="application"
            aria-label="Marks on the photo: draw with the pointer, or move with the arrow keys and mark with the space bar; with Shift the arrow keys draw"
            hidden=move || !marking.open.get()
            data-any=move || marking.any.get().to_string()
            on:pointerdown=move |event: PointerEvent| {
                if let Some((x, y)) = place(&event) {
                    if let Some(canvas) = marking.canvas.get_untracked() {
                        let _ = canvas.set_pointer_capture(event.pointer_id());
                    }
                    held.set_value(true);
                    marking.draw_to(x, y, true);
                }
            }
            on:pointermove=move |event: PointerEvent| {
                if let Some((x, y)) = place(&event).filter(|_| held.get_value()) {
                    marking.draw_to(x, y, false);
                }
            }
            on:pointerup=move |_: PointerEvent| held.set_value(false)
            on:pointercancel=move |_: PointerEvent| held.set_value(false)
            on:keydown=move |event: KeyboardEvent| {
                if marking.press(&event.key(), event.shift_key()) {
                    event.prevent_default();
                }
            }
        ></canvas>
    }
}

/// What the brush can do, under the picture while it is out.
#[component]
pub fn MarkTools() -> impl IntoView {
    let studio: Studio = expect_context();
    let marking = studio.marking;
    // Another photo has other parts.
    Effect::new(move |before: Option<crate::message::PictureId>| {
        let photo = studio.photo.with(|photo| photo.id);
        if before.is_some_and(|before| before != photo) {
            marking.clear();
            marking.open.set(false);
        }
        photo
    });
    let brush = move |brush: Brush, label: &'static str| {
        view! {
            <button
                type="button" aria-pressed=move || (marking.brush.get() == brush).to_string()
                on:click=move |_| marking.brush.set(brush)
            >
                {label}
            </button>
        }
    };
    let all = move |change: fn(&mut Marks)| {
        move |_: ev::MouseEvent| {
            marking.marks.update_value(|marks| {
                if let Some(marks) = marks {
                    change(marks);
                }
            });
            marking.changed();
        }
    };
    view! {
        <div class="brush" role="group" aria-label="Brush" hidden=move || !marking.open.get()>
            {brush(Brush::Mark, "Mark")}
            {brush(Brush::Erase, "Erase")}
            <label>
                "Width"
                <input
                    id="brush-width" type="range" min=*WIDTHS.start() max=*WIDTHS.end()
                    prop:value=move || marking.width.get().to_string()
                    on:input=move |event| {
                        if let Ok(width) = event_target_value(&event).parse() {
                            marking.width.set(width);
                        }
                    }
                />
            </label>
            <button type="button" on:click=all(Marks::invert)>"Invert"</button>
            <button
                type="button"
                on:click=all(|marks| *marks = Marks::none(marks.size().0, marks.size().1))
            >
                "Clear"
            </button>
            <button type="button" class="primary" on:click=move |_| marking.open.set(false)>"Done"</button>
        </div>
    }
}
