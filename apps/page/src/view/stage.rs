//! Shows the picture with its caption, the progress, and what can be done with the result.

use leptos::prelude::*;
use web_sys::HtmlImageElement;

use crate::{
    actions::context::Context,
    model::{choice::Choice, words::counted},
    view::{
        marking::{MarkLayer, MarkTools},
        meter::Meter,
        save::{Save, Tint},
    },
};

/// The picture, its caption, the progress and the ways to save.
#[component]
pub fn Stage() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let ratio = move || {
        let (width, height) = match store.result.shown.get() {
            Some(shown) => (shown.width, shown.height),
            None => store.sources.photo_size.get().unwrap_or((3, 2)),
        };
        format!("--ratio: {:.4}", width as f64 / height as f64)
    };
    view! {
        <section class="stage" aria-label="Picture">
            <figure>
                <div class="wall">
                    <div class="frame" style=ratio>
                        <div class="picture">
                            <ResultCanvas />
                            <PhotoPreview />
                            <MarkLayer />
                        </div>
                    </div>
                </div>
                <Caption />
            </figure>
            <MarkTools />
            <p id="status" role="status">{move || store.ui.status.get()}</p>
            <Meter />
            <Tint />
            <Save />
        </section>
    }
}

/// The result, once there is one.
#[component]
fn ResultCanvas() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let result = store.result;
    view! {
        <canvas
            id="canvas"
            role="img"
            node_ref=result.canvas
            hidden=move || result.shown.get().is_none()
            aria-label=move || {
                let (photo, painting) = result.captions.get();
                format!("{photo}, painted in the manner of {painting}")
            }
            data-step=move || result.shown.get().map_or(0, |shown| shown.step).to_string()
            data-frames=move || result.frames_drawn.get().to_string()
        ></canvas>
    }
}

/// The photo, while there is no result.
#[component]
fn PhotoPreview() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let (photo, photo_size) = (store.sources.photo, store.sources.photo_size);
    view! {
        <img
            hidden=move || store.result.shown.get().is_some()
            crossorigin=move || photo.with(Choice::crossorigin)
            src=move || photo.with(|photo| photo.url.clone())
            alt=move || photo.with(|photo| format!("{}, not painted yet", photo.label()))
            draggable="false"
            on:load=move |event| {
                let image: HtmlImageElement = event_target(&event);
                photo_size.set(Some((image.natural_width() as usize, image.natural_height() as usize)));
            }
        />
    }
}

/// Photo, painting and size of the result.
#[component]
fn Caption() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let (shown, captions) = (store.result.shown, store.result.captions);
    let title = move || match shown.get() {
        None => store.sources.photo.with(|photo| photo.title.clone()),
        Some(_) => captions.get().0,
    };
    let manner = move || {
        let manner = match shown.get() {
            None => store.sources.painting.with(Choice::label),
            Some(_) => captions.get().1,
        };
        format!("in the manner of {manner}")
    };
    let facts = move || match shown.get() {
        Some(shown) => {
            format!("{} × {} pixels, {}", shown.width, shown.height, counted(shown.step, "step"))
        }
        None => "not painted yet".to_owned(),
    };
    view! {
        <figcaption class="placard">
            <p class="title">{title}</p>
            <p class="manner">{manner}</p>
            <p class="facts">{facts}</p>
        </figcaption>
    }
}
