//! Enlarges the picture up to single pixels, moves it, and lets it fill the screen.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement, KeyboardEvent, PointerEvent};

use crate::{model::zoom::Zoom, services::screen, store::Store};

/// The width of a pixel of the picture at the greatest zoom, in pixels of the screen.
const LARGEST_PIXEL: f64 = 24.0;
/// How much a press on a button enlarges.
const STEP: f64 = 1.6;
/// How far an arrow key moves the picture, as a fraction of the view.
const WAY: f64 = 0.1;

/// The view of the picture, and what acts on it.
#[derive(Clone, Copy)]
pub struct ZoomView {
    store: &'static Store,
    /// The element that shows a part of the picture.
    element: NodeRef<html::Div>,
    /// The pointers that are held down on it: their numbers and positions.
    held: StoredValue<Vec<(i32, (f64, f64))>>,
}

impl ZoomView {
    /// A view of the whole picture.
    pub fn new(store: &'static Store) -> Self {
        Self { store, element: NodeRef::new(), held: StoredValue::new(Vec::new()) }
    }

    /// The style of the picture in it.
    pub fn transform(self) -> String {
        let Zoom { scale, x, y } = self.store.ui.zoom.get();
        if scale <= 1.0 {
            return String::new();
        }
        format!("scale({scale}) translate({}%, {}%)", -100.0 * x, -100.0 * y)
    }

    /// Whether single pixels are larger than those of the screen and should have sharp edges.
    pub fn has_pixels(self) -> bool {
        let zoom = self.store.ui.zoom.get();
        !zoom.is_whole() && zoom.scale * self.across() > self.pixels()
    }

    /// Not in an embedded page, whose reader scrolls, nor under the brush.
    fn is_off(self) -> bool {
        self.store.ui.embed || self.store.marking.open.get_untracked()
    }

    /// The width of the view in pixels of the screen.
    fn across(self) -> f64 {
        self.element.get_untracked().map_or(1.0, |element| screen::pixels_across(&element))
    }

    /// The width of the picture in its own pixels.
    fn pixels(self) -> f64 {
        let shown =
            self.store.result.shown.get_untracked().filter(|_| self.store.result.on_wall.get_untracked());
        let photo = || self.store.sources.photo_size.get_untracked().map_or(640, |(width, _)| width);
        shown.map_or_else(photo, |shown| shown.width) as f64
    }

    /// Enlarges around a point of the view.
    fn enlarge(self, point: (f64, f64), factor: f64) {
        if !self.is_off() {
            let most = (LARGEST_PIXEL * self.pixels() / self.across()).max(4.0);
            self.store.ui.zoom.update(|zoom| *zoom = zoom.around(point, factor, most));
        }
    }

    fn shift(self, right: f64, down: f64) {
        self.store.ui.zoom.update(|zoom| *zoom = zoom.moved(right, down));
    }

    fn fit(self) {
        self.store.ui.zoom.set(Zoom::default());
    }

    fn point(self, x: i32, y: i32) -> (f64, f64) {
        let at = (f64::from(x), f64::from(y));
        self.element.get_untracked().map_or((0.5, 0.5), |element| screen::within(&element, at))
    }

    /// A key on the picture or its buttons. Returns whether it meant something.
    fn key(self, event: &KeyboardEvent) -> bool {
        if self.is_off() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return false;
        }
        let centre = (0.5, 0.5);
        // Arrow keys on a slider are the slider's.
        let on_slider = is_on_slider(event);
        let moves = !on_slider && !self.store.ui.zoom.get_untracked().is_whole();
        match event.key().as_str() {
            "+" | "=" => self.enlarge(centre, STEP),
            "-" => self.enlarge(centre, 1.0 / STEP),
            "0" => self.fit(),
            "ArrowLeft" if moves => self.shift(WAY, 0.0),
            "ArrowRight" if moves => self.shift(-WAY, 0.0),
            "ArrowUp" if moves => self.shift(0.0, WAY),
            "ArrowDown" if moves => self.shift(0.0, -WAY),
            _ => return false,
        }
        true
    }

    fn press(self, event: &PointerEvent) {
        if self.is_off() || event.button() != 0 {
            return;
        }
        let at = self.point(event.client_x(), event.client_y());
        self.held.update_value(|held| held.push((event.pointer_id(), at)));
        // The divider follows its pointer itself.
        let on_slider = is_on_slider(event);
        if let Some(element) = self.element.get_untracked().filter(|_| !on_slider) {
            let _ = element.set_pointer_capture(event.pointer_id());
        }
    }

    /// One pointer moves the picture, two move and enlarge it.
    fn drag(self, event: &PointerEvent) {
        let now = self.point(event.client_x(), event.client_y());
        let on_slider = is_on_slider(event);
        let before = self.held.try_update_value(|held| {
            let before = held.clone();
            let moved = held.iter_mut().find(|(id, _)| *id == event.pointer_id())?;
            moved.1 = now;
            Some(before)
        });
        let Some(before) = before.flatten() else { return };
        let own = before.iter().find(|(id, _)| *id == event.pointer_id()).map_or(now, |(_, at)| *at);
        match before.as_slice() {
            [_] if !on_slider => self.shift(now.0 - own.0, now.1 - own.1),
            [_, _] => {
                let other =
                    before.iter().find(|(id, _)| *id != event.pointer_id()).map_or(now, |(_, at)| *at);
                let apart = |at: (f64, f64)| (at.0 - other.0).hypot(at.1 - other.1).max(0.02);
                self.shift((now.0 - own.0) / 2.0, (now.1 - own.1) / 2.0);
                self.enlarge(
                    (f64::midpoint(now.0, other.0), f64::midpoint(now.1, other.1)),
                    apart(now) / apart(own),
                );
            }
            _ => {}
        }
    }

    fn release(self, event: &PointerEvent) {
        self.held.update_value(|held| held.retain(|(id, _)| *id != event.pointer_id()));
    }
}

/// Whether it happens to the divider, which acts on it itself.
fn is_on_slider(event: &Event) -> bool {
    event.target().is_some_and(|target| target.has_type::<HtmlInputElement>())
}

/// Shows a part of the picture. What hangs there is `shown`: with another picture one sees the whole of it.
#[component]
pub fn Zoomable(
    /// The view.
    view: ZoomView,
    /// What changes with the picture that hangs there.
    shown: Signal<String>,
    /// The picture, and what lies over the view.
    children: Children,
) -> impl IntoView {
    let store = view.store;
    Effect::new(move |_| {
        shown.track();
        store.marking.open.track();
        view.fit();
    });
    let is_whole = move || store.ui.zoom.get().is_whole();
    view! {
        <div
            class="view" class:zoomed=Signal::derive(move || !is_whole())
            node_ref=view.element
            tabindex="0" role="group" aria-label="Picture: plus and minus enlarge it, zero shows all of it, arrow keys move it"
            on:wheel=move |event| {
                // So do two fingers on a touch pad.
                if event.ctrl_key() && !view.is_off() {
                    event.prevent_default();
                    let factor = (-0.01 * event.delta_y()).clamp(-0.3, 0.3).exp();
                    view.enlarge(view.point(event.client_x(), event.client_y()), factor);
                }
            }
            on:dblclick=move |event| {
                if is_whole() {
                    view.enlarge(view.point(event.client_x(), event.client_y()), STEP.powi(2));
                } else {
                    view.fit();
                }
            }
            on:pointerdown=move |event| view.press(&event)
            on:pointermove=move |event| view.drag(&event)
            on:pointerup=move |event| view.release(&event)
            on:pointercancel=move |event| view.release(&event)
            on:keydown=move |event| {
                if view.key(&event) {
                    event.prevent_default();
                }
            }
        >
            {children()}
        </div>
    }
}

/// Buttons for the same, in a corner of the wall.
#[component]
pub fn ZoomTools(
    /// The view.
    view: ZoomView,
) -> impl IntoView {
    let store = view.store;
    let is_filled = RwSignal::new(false);
    let followed =
        window_event_listener(leptos::ev::fullscreenchange, move |_| is_filled.set(screen::is_filled()));
    on_cleanup(move || followed.remove());
    let centre = (0.5, 0.5);
    let is_whole = move || store.ui.zoom.get().is_whole().to_string();
    let is_off = move || store.marking.open.get();
    let fill = move |_| {
        let Some(element) = view.element.get_untracked() else { return };
        // With its mat and these buttons.
        if let Ok(Some(wall)) = element.closest(".wall") {
            let _ = screen::toggle(&wall);
        }
    };
    view! {
        <div
            class="zoom" role="group" aria-label="Zoom"
            title=Signal::derive(move || if is_off() { "The brush needs the whole picture" } else { "" })
            on:keydown=move |event| {
                if view.key(&event) {
                    event.prevent_default();
                }
            }
        >
            <button
                type="button" aria-label="Zoom out" aria-disabled=Signal::derive(is_whole)
                on:click=move |_| view.enlarge(centre, 1.0 / STEP)
            >"−"</button>
            <button
                type="button" aria-label="Zoom in" aria-disabled=Signal::derive(move || is_off().to_string())
                on:click=move |_| view.enlarge(centre, STEP)
            >"+"</button>
            <button
                type="button" title="Whole picture" aria-disabled=Signal::derive(is_whole) on:click=move |_| view.fit()
            >"Fit"</button>
            <button
                type="button" id="fill" hidden=!screen::can_be_filled()
                aria-label="Full screen" aria-pressed=Signal::derive(move || is_filled.get().to_string()) on:click=fill
            >
                // A sign that many fonts lack.
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" /></svg>
            </button>
        </div>
    }
}
