//! Shows the brush that marks parts of the photo.

use std::ops::RangeInclusive;

use leptos::prelude::*;
use web_sys::{KeyboardEvent, MouseEvent, PointerEvent};

use crate::{
    actions::{context::Context, marking as actions},
    model::brush_mask::{Brush, BrushMask},
    services::faces,
};

/// The widths of the brush in per cent of the photo's long side.
const WIDTHS: RangeInclusive<u32> = 1..=40;

/// The button that opens and closes the brush.
#[component]
pub fn MarkButton() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let marking = store.marking;
    let hint = move || {
        let fate = match store.sources.second.get() {
            Some(_) => "take the second painting’s style",
            None => "stay as in the photo",
        };
        let state = if marking.any.get() { "Marked parts" } else { "Parts that are marked with a brush" };
        let kept = if marking.mapped.get() { " In places more or less of the photo is kept." } else { "" };
        format!("{state} {fate}.{kept}")
    };
    view! {
        <div class="control">
            <span class="label">"Parts"</span>
            <button
                type="button" id="mark" aria-pressed=Signal::derive(move || marking.open.get().to_string())
                on:click=move |_| actions::toggle(marking, store.sources.photo_size.get_untracked())
            >
                {Signal::derive(move || if marking.open.get() { "Put the brush away" } else { "Mark parts of the photo" })}
            </button>
            <p class="hint">{Signal::derive(hint)}</p>
        </div>
    }
}

/// The mask, drawn over the picture.
#[component]
pub fn MarkLayer() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let marking = store.marking;
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
            hidden=Signal::derive(move || !marking.open.get())
            data-any=Signal::derive(move || marking.any.get().to_string())
            data-mapped=Signal::derive(move || marking.mapped.get().to_string())
            on:pointerdown=move |event: PointerEvent| {
                if let Some((x, y)) = place(&event) {
                    if let Some(canvas) = marking.canvas.get_untracked() {
                        let _ = canvas.set_pointer_capture(event.pointer_id());
                    }
                    held.set_value(true);
                    actions::draw_to(marking, x, y, true);
                }
            }
            on:pointermove=move |event: PointerEvent| {
                if let Some((x, y)) = place(&event).filter(|_| held.get_value()) {
                    actions::draw_to(marking, x, y, false);
                }
            }
            on:pointerup=move |_: PointerEvent| held.set_value(false)
            on:pointercancel=move |_: PointerEvent| held.set_value(false)
            on:keydown=move |event: KeyboardEvent| {
                if actions::press(marking, &event.key(), event.shift_key()) {
                    event.prevent_default();
                }
            }
        ></canvas>
    }
}

/// The brush's settings, shown below the picture while the brush is open.
#[component]
pub fn MarkTools() -> impl IntoView {
    let context: Context = expect_context();
    let marking = context.store.marking;
    let brush = move |brush: Brush, label: &'static str| {
        view! {
            <button
                type="button" aria-pressed=Signal::derive(move || (marking.brush.get() == brush).to_string())
                on:click=move |_| marking.brush.set(brush)
            >
                {label}
            </button>
        }
    };
    let all = move |change: fn(&mut BrushMask)| move |_: MouseEvent| actions::change(marking, change);
    view! {
        <div class="brush" role="group" aria-label="Brush" hidden=Signal::derive(move || !marking.open.get())>
            {brush(Brush::Mark, "Mark")}
            {brush(Brush::Keep, "Keep more of the photo here")}
            {brush(Brush::Free, "Paint freely here")}
            {brush(Brush::Erase, "Erase")}
            <button
                type="button" id="faces" hidden=!faces::are_found()
                title="Keep more of the photo where there are faces"
                on:click=move |_| actions::keep_faces(context)
            >
                "Faces"
            </button>
            <label>
                "Width"
                <input
                    id="brush-width" type="range" min=*WIDTHS.start() max=*WIDTHS.end()
                    prop:value=Signal::derive(move || marking.width.get().to_string())
                    on:input=move |event| {
                        if let Ok(width) = event_target_value(&event).parse() {
                            marking.width.set(width);
                        }
                    }
                />
            </label>
            <button type="button" on:click=all(BrushMask::invert)>"Invert"</button>
            <button
                type="button"
                on:click=all(|mask| *mask = BrushMask::empty(mask.size().0, mask.size().1))
            >
                "Clear"
            </button>
            <button type="button" class="primary" on:click=move |_| marking.open.set(false)>"Done"</button>
        </div>
    }
}
