//! The wall with the picture on it, and beneath it how the work goes on and how it is saved.

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, ImageData};

use super::{
    app::Studio,
    marking::{MarkLayer, MarkTools},
    picker::Choice,
    slider::Slider,
};
use crate::message::Saving;

/// Where a run stands, as it is shown (and as tests read it from the page).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub phase: Stage,
    /// Steps that the picture has behind it.
    pub step: u32,
    /// Steps that it will have when the run is over.
    pub steps: u32,
    /// How much of the work is done, 0 to 1: steps at small sizes are quick.
    pub done: f64,
    /// Bytes of the weights that have arrived, and of all of them.
    pub bytes: (u64, u64),
    /// The rest of the run, in seconds.
    pub seconds_left: Option<f64>,
}

/// What is being done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing.
    #[default]
    Rest,
    /// Another demonstration paints.
    Turn,
    /// The worker is not ready yet.
    Engine,
    /// Files are decoded.
    Pictures,
    /// Weights arrive.
    Weights,
    /// The network looks at the two pictures.
    Targets,
    /// Steps are made.
    Painting,
}

impl Stage {
    const fn name(self) -> &'static str {
        match self {
            Self::Rest => "",
            Self::Turn => "turn",
            Self::Engine => "engine",
            Self::Pictures => "pictures",
            Self::Weights => "weights",
            Self::Targets => "targets",
            Self::Painting => "painting",
        }
    }
}

/// The losses of the picture after `step` steps.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct LossAt {
    /// Steps made.
    pub step: u32,
    /// What they add up to, and each term.
    #[serde(flatten)]
    pub losses: crate::message::Losses,
}

/// Draws a frame pixel by pixel; the canvas takes the picture's own size, CSS scales it.
///
/// # Errors
/// Where the browser has no 2D canvas, or the pixels do not fit the size.
pub fn draw(
    canvas: &HtmlCanvasElement,
    pixels: &js_sys::Uint8ClampedArray,
    width: usize,
    height: usize,
) -> Result<(), JsValue> {
    let (width, height) = (width as u32, height as u32);
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let context: CanvasRenderingContext2d = canvas
        .get_context("2d")?
        .ok_or_else(|| JsValue::from("this browser has no 2D canvas"))?
        .unchecked_into();
    let image = ImageData::new_with_js_u8_clamped_array_and_sh(pixels, width, height)?;
    context.put_image_data(&image, 0.0, 0.0)
}

/// The picture, its placard, the progress and the ways to save.
#[component]
pub fn Wall(
    /// The canvas, for whoever draws.
    canvas: NodeRef<html::Canvas>,
) -> impl IntoView {
    let studio: Studio = expect_context();
    let ratio = move || {
        let (width, height) = match studio.shown.get() {
            Some(shown) => (shown.width, shown.height),
            None => studio.photo_size.get().unwrap_or((3, 2)),
        };
        format!("--ratio: {:.4}", width as f64 / height as f64)
    };
    let nothing_shown = move || studio.shown.get().is_none();

    view! {
        <section class="stage" aria-label="Picture">
            <figure>
                <div class="wall">
                    <div class="frame" style=ratio>
                        <div class="picture">
                            <canvas
                                id="canvas"
                                role="img"
                                node_ref=canvas
                                hidden=nothing_shown
                                aria-label=move || {
                                    let (photo, painting) = studio.captions.get();
                                    format!("{photo}, painted in the manner of {painting}")
                                }
                                data-step=move || studio.shown.get().map_or(0, |shown| shown.step).to_string()
                                data-frames=move || studio.frames_drawn.get().to_string()
                            ></canvas>
                            <img
                                hidden=move || studio.shown.get().is_some()
                                crossorigin=move || studio.photo.with(Choice::crossorigin)
                                src=move || studio.photo.with(|photo| photo.url.clone())
                                alt=move || studio.photo.with(|photo| format!("{}, not painted yet", photo.label()))
                                draggable="false"
                                on:load=move |event| {
                                    let image: HtmlImageElement = event_target(&event);
                                    let size = (image.natural_width() as usize, image.natural_height() as usize);
                                    studio.photo_size.set(Some(size));
                                }
                            />
                            <MarkLayer />
                        </div>
                    </div>
                </div>
                <figcaption class="placard">
                    <p class="title">
                        {move || if nothing_shown() { studio.photo.with(|photo| photo.title.clone()) } else { studio.captions.get().0 }}
                    </p>
                    <p class="manner">
                        {move || {
                            let manner = if nothing_shown() { studio.painting.with(Choice::label) } else { studio.captions.get().1 };
                            format!("in the manner of {manner}")
                        }}
                    </p>
                    <p class="facts">
                        {move || match studio.shown.get() {
                            Some(shown) => format!("{} × {} pixels, {}", shown.width, shown.height, counted(shown.step, "step")),
                            None => "not painted yet".to_owned(),
                        }}
                    </p>
                </figcaption>
            </figure>
            <MarkTools />
            <p id="status" role="status">{move || studio.status.get()}</p>
            <Meter />
            <Tint />
            <Save />
        </section>
    }
}

/// Progress, losses and the time that is left.
#[component]
fn Meter() -> impl IntoView {
    let studio: Studio = expect_context();
    let progress = studio.progress;
    let latest = move || studio.losses.with(|losses| losses.last().copied());
    let term = move |term: fn(&crate::message::Losses) -> f32| {
        move || latest().map_or_else(String::new, |at| term(&at.losses).to_string())
    };
    let shown = move |term: fn(&crate::message::Losses) -> f32| {
        move || latest().map_or_else(|| "–".to_owned(), |at| format!("{:.4}", term(&at.losses)))
    };
    let bar = move || {
        progress.with(|progress| match progress.phase {
            Stage::Weights => (Some(progress.bytes.0 as f64), progress.bytes.1.max(1) as f64),
            Stage::Painting | Stage::Rest => (Some(progress.done), 1.0),
            // No value: the bar shows that something is going on, and promises nothing.
            Stage::Turn | Stage::Engine | Stage::Pictures | Stage::Targets => (None, 1.0),
        })
    };
    let words = move || {
        progress.with(|progress| match progress.phase {
            Stage::Turn => "Waiting for another demonstration".to_owned(),
            Stage::Engine => "Loading the engine".to_owned(),
            Stage::Pictures => "Reading the pictures".to_owned(),
            Stage::Weights => {
                let (bytes, total) = progress.bytes;
                format!("Loading the network: {} of {} MB", megabytes(bytes), megabytes(total))
            }
            Stage::Targets => "Looking at the two pictures".to_owned(),
            Stage::Painting | Stage::Rest => format!("Step {} of {}", progress.step, progress.steps),
        })
    };
    let time = move || {
        progress.with(|progress| match progress.seconds_left {
            Some(seconds) if progress.phase == Stage::Painting => format!("{} left", duration(seconds)),
            _ => String::new(),
        })
    };

    view! {
        <div class="meter" hidden=move || progress.with(|progress| progress.steps == 0)>
            <p class="line"><span>{words}</span><span class="left">{time}</span></p>
            // Tests and styles read what the attributes say.
            <progress
                id="progress"
                aria-label="Progress"
                max=move || bar().1.to_string()
                value=move || bar().0.map(|value| value.to_string())
                data-phase=move || progress.with(|progress| progress.phase.name())
                data-step=move || progress.with(|progress| progress.step.to_string())
                data-steps=move || progress.with(|progress| progress.steps.to_string())
                data-total=term(|losses| losses.total)
                data-content=term(|losses| losses.content)
                data-style=term(|losses| losses.style)
                data-tv=term(|losses| losses.tv)
                data-losses=move || studio.losses.with(|losses| serde_json::to_string(losses).unwrap_or_default())
            ></progress>
            <div class="numbers" hidden=move || latest().is_none()>
                <dl>
                    <div><dt>"Loss"</dt><dd>{shown(|losses| losses.total)}</dd></div>
                    <div><dt>"Content"</dt><dd>{shown(|losses| losses.content)}</dd></div>
                    <div><dt>"Style"</dt><dd>{shown(|losses| losses.style)}</dd></div>
                    <div><dt>"Variation"</dt><dd>{shown(|losses| losses.tv)}</dd></div>
                </dl>
                <svg class="curve" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
                    <polyline points=move || studio.losses.with(|losses| curve(losses)) />
                </svg>
            </div>
        </div>
    }
}

/// Whose colours the result has: chosen when it is there, and as often as one likes.
#[component]
fn Tint() -> impl IntoView {
    let studio: Studio = expect_context();
    let words = move || match studio.tint.get() {
        0 => "as painted".to_owned(),
        100 => "the photo’s".to_owned(),
        tint => format!("{tint} % the photo’s"),
    };
    view! {
        <div class="tint" hidden=move || !studio.has_work.get()>
            <Slider
                id="tint" label="Colours of the result" words range=0..=100 step=5
                value=studio.tint
                moved=move |tint| {
                    studio.tint.set(tint);
                    studio.tint_changed();
                }
            />
        </div>
    }
}

/// The three files that a visitor can take home.
#[component]
fn Save() -> impl IntoView {
    let studio: Studio = expect_context();
    let usable = move || studio.has_work.get() && studio.saving.get().is_none();
    let button = move |what: Saving, label: &'static str| {
        view! {
            <button type="button" aria-disabled=move || (!usable()).to_string() on:click=move |_| studio.save(what)>
                {label}
            </button>
        }
    };
    view! {
        <div
            id="save" class="save" role="group" aria-label="Save"
            hidden=move || !studio.has_work.get()
            data-busy=move || studio.saving.get().map_or("", |(what, _)| what.name())
        >
            {button(Saving::Png, "Save PNG")}
            {button(Saving::Triptych, "Save triptych")}
            {button(Saving::Gif, "Save GIF")}
            <span class="hint">
                {move || match studio.saving.get() {
                    Some((Saving::Gif, part)) => format!("Making the animation: {:.0} %", part * 100.0),
                    Some(_) => "Saving".to_owned(),
                    None => String::new(),
                }}
            </span>
        </div>
    }
}

/// Points of the loss curve in a box of 100 × 30, on a logarithmic scale.
fn curve(losses: &[LossAt]) -> String {
    let (Some(first), Some(last)) = (losses.first(), losses.last()) else { return String::new() };
    let logs = || losses.iter().map(|at| at.losses.total.max(1e-9).ln());
    let (low, high) = logs().fold((f32::MAX, f32::MIN), |(low, high), log| (low.min(log), high.max(log)));
    let steps = (last.step - first.step).max(1) as f32;
    let points = losses.iter().zip(logs()).map(|(at, log)| {
        let x = 100.0 * (at.step - first.step) as f32 / steps;
        let y = 28.0 - 26.0 * (log - low) / (high - low).max(1e-6);
        format!("{x:.1},{y:.1}")
    });
    points.collect::<Vec<_>>().join(" ")
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

fn duration(seconds: f64) -> String {
    match seconds {
        ..1.5 => "about a second".to_owned(),
        ..90.0 => format!("about {seconds:.0} seconds"),
        ..5400.0 => format!("about {:.0} minutes", seconds / 60.0),
        _ => format!("about {:.0} hours", seconds / 3600.0),
    }
}

/// "1 step", "2 steps".
pub fn counted(number: u32, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
