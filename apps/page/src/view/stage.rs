//! Shows the picture with its caption, and what can be done with it: compare it with the photo, paint, mark, save.

use leptos::prelude::*;
use web_sys::HtmlImageElement;

use crate::{
    actions::context::Context,
    model::{choice::Choice, examples::Example, words::counted},
    store::Store,
    view::{
        compare::Divider,
        dock::Dock,
        marking::{MarkLayer, MarkTools},
        save::Save,
        zoom::{ZoomTools, ZoomView, Zoomable},
    },
};

/// What hangs on the wall.
#[derive(Clone, Debug, PartialEq, Eq)]
enum OnWall {
    /// The result of the latest run, or one of the history.
    Result,
    /// What was painted beforehand of the two pictures that are chosen.
    Example(Box<Example>),
    /// The photo.
    Photo,
}

/// The picture, its caption, the buttons and the ways to save.
#[component]
pub fn Stage() -> impl IntoView {
    let Context { store, .. } = expect_context();
    let on_wall = Memo::new(move |_| on_wall(store));
    let ratio = move || {
        let (width, height) = match store.result.on_the_wall() {
            Some(shown) => (shown.width, shown.height),
            None => store.sources.photo_size.get().unwrap_or((3, 2)),
        };
        format!("{:.4}", width as f64 / height as f64)
    };
    // With nothing to compare it with, and under the brush, the photo is not laid over.
    let compares = Memo::new(move |_| {
        store.ui.compares.get() && on_wall.get() != OnWall::Photo && !store.marking.open.get()
    });
    let zoom = ZoomView::new(store);
    let shown = Signal::derive(move || match on_wall.get() {
        OnWall::Result => String::new(),
        OnWall::Example(example) => example.url,
        OnWall::Photo => store.sources.photo.with(|photo| photo.url.clone()),
    });
    view! {
        <section class="stage" aria-label="Picture">
            <figure>
                <div class="wall">
                    <div class="frame" style=("--ratio", Signal::derive(ratio))>
                        <Zoomable view=zoom shown>
                            <div class="picture" class:pixels=Signal::derive(move || zoom.has_pixels()) style=("transform", Signal::derive(move || zoom.transform()))>
                                <ResultCanvas />
                                <ExamplePicture on_wall />
                                <PhotoPreview on_wall compares />
                                <MarkLayer />
                            </div>
                            <Divider compares />
                        </Zoomable>
                    </div>
                    <ZoomTools view=zoom />
                </div>
                <Caption on_wall />
            </figure>
            <MarkTools />
            <Dock />
            <Save />
        </section>
    }
}

fn on_wall(store: &Store) -> OnWall {
    if store.result.on_wall.get() {
        return OnWall::Result;
    }
    let example = store.sources.photo.with(|photo| store.sources.painting.with(|it| Example::of(photo, it)));
    // An embedded page begins to paint at once; the brush and a run that is being prepared are about the photo.
    let is_about_photo = store.ui.embed || store.marking.open.get() || store.run.state.get().is_running();
    match example.filter(|_| !is_about_photo) {
        Some(example) => OnWall::Example(Box::new(example)),
        None => OnWall::Photo,
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
            hidden=Signal::derive(move || result.on_the_wall().is_none())
            aria-label=Signal::derive(move || {
                let (photo, painting) = result.captions.get();
                format!("{photo}, painted in the manner of {painting}")
            })
            data-step=Signal::derive(move || result.shown.get().map_or(0, |shown| shown.step).to_string())
            data-frames=Signal::derive(move || result.frames_drawn.get().to_string())
        ></canvas>
    }
}

/// What was painted beforehand.
#[component]
fn ExamplePicture(on_wall: Memo<OnWall>) -> impl IntoView {
    let example = move || match on_wall.get() {
        OnWall::Example(example) => Some(example),
        OnWall::Result | OnWall::Photo => None,
    };
    view! {
        {move || example().map(|example| {
            let Example { photo, painting, url, .. } = *example;
            let alt = format!("{}, painted in the manner of {}", photo.title, painting.label());
            view! { <img id="example" src=url alt=alt draggable="false" /> }
        })}
    }
}

/// The photo: alone, or laid over the left part of the picture.
#[component]
fn PhotoPreview(on_wall: Memo<OnWall>, compares: Memo<bool>) -> impl IntoView {
    let Context { store, .. } = expect_context();
    let (photo, photo_size) = (store.sources.photo, store.sources.photo_size);
    let is_alone = move || on_wall.get() == OnWall::Photo;
    // A result is compared with the photo that it was painted from.
    let shown = move || match on_wall.get() {
        OnWall::Result => store.result.photo_of.get().unwrap_or_else(|| photo.get()),
        OnWall::Example(_) | OnWall::Photo => photo.get(),
    };
    view! {
        <img
            id="photo-preview"
            class:over=Signal::derive(move || !is_alone())
            hidden=Signal::derive(move || !is_alone() && !compares.get())
            style=("--split", Signal::derive(move || {
                let split = f64::from(store.ui.split.get());
                // Over the same part of the view, whatever part of the picture that is.
                format!("{}%", 100.0 * store.ui.zoom.get().across(split / 100.0))
            }))
            crossorigin=Signal::derive(move || shown().crossorigin())
            src=Signal::derive(move || shown().preview)
            alt=Signal::derive(move || if is_alone() { format!("{}, not painted yet", shown().label()) } else { String::new() })
            draggable="false"
            on:load=move |event| {
                let image: HtmlImageElement = event_target(&event);
                // Of a picture elsewhere nothing was known before.
                if photo.with_untracked(|photo| photo.size.is_none() && is_source(&image, &photo.preview)) {
                    let size = (image.natural_width() as usize, image.natural_height() as usize);
                    photo_size.set(Some(size));
                }
            }
        />
    }
}

fn is_source(image: &HtmlImageElement, url: &str) -> bool {
    image.get_attribute("src").as_deref() == Some(url)
}

/// Photo, painting and size of the result.
#[component]
fn Caption(on_wall: Memo<OnWall>) -> impl IntoView {
    let Context { store, .. } = expect_context();
    let (result, sources) = (store.result, store.sources);
    let captions = move || match on_wall.get() {
        OnWall::Result => result.captions.get(),
        OnWall::Example(_) | OnWall::Photo => {
            (sources.photo.with(|photo| photo.title.clone()), sources.painting.with(Choice::label))
        }
    };
    let facts = move || match (on_wall.get(), result.on_the_wall()) {
        (OnWall::Result, Some(shown)) => {
            format!("{} × {} pixels, {}", shown.width, shown.height, counted(shown.step, "step"))
        }
        (OnWall::Example(_), _) => "an example, painted beforehand".to_owned(),
        (OnWall::Photo | OnWall::Result, _) => "not painted yet".to_owned(),
    };
    view! {
        <figcaption class="placard">
            <p class="title">{Signal::derive(move || captions().0)}</p>
            <p class="manner">{Signal::derive(move || format!("in the manner of {}", captions().1))}</p>
            <p class="facts">{Signal::derive(facts)}</p>
        </figcaption>
    }
}
