//! Size, strength, steps and network, and the buttons that start and stop a run.

use leptos::prelude::*;

use super::{
    app::{Again, State, Studio},
    expert::Expert,
    more::More,
    networks::NetworkControl,
    offline::Kept,
    slider::Slider,
};
use crate::{
    chosen::{Chosen, content_weight},
    link::{SIZES, STEPS, STRENGTHS},
    message::Engine,
    mode::Mode,
    options::Options,
    picture::size_to_fit,
};

/// Where the slider for the size ends, in pixels: what is larger takes most machines very long, and is asked for by number.
const LARGEST_QUICK: u32 = 512;

/// What the visitor chose, as the engine understands it.
pub fn options(studio: Studio) -> Options {
    let chosen = Chosen {
        size: studio.size.get_untracked(),
        strokes: studio.strokes.get_untracked(),
        strength: studio.strength.get_untracked(),
        steps: studio.steps.get_untracked(),
        taste: studio.taste.get_untracked(),
    };
    let (name, layer) = studio.experiment.get_untracked();
    match Mode::by_name(name) {
        Some(experiment) => experiment(layer).of(chosen.options()),
        None => chosen.options(),
    }
}

/// The controls and the buttons.
#[component]
pub fn Controls() -> impl IntoView {
    let studio: Studio = expect_context();
    let running = move || studio.state.get().is_running();
    let result_size = move || {
        let side = studio.size.get();
        match studio.photo_size.get() {
            Some(photo) => {
                let (width, height) = size_to_fit(photo, side as usize);
                format!("{width} × {height} px")
            }
            None => format!("{side} px"),
        }
    };
    let strength_in_words = move || {
        let strength = studio.strength.get();
        let words = match strength {
            ..-0.9 => "much closer to the photo",
            ..-0.2 => "closer to the photo",
            ..0.2 => "balanced",
            ..0.9 => "closer to the painting",
            _ => "much closer to the painting",
        };
        format!("{words} (α {})", significant(f64::from(content_weight(strength))))
    };

    view! {
        <section class="controls" aria-label="Controls">
            <Slider
                id="size" label="Size" words=result_size range=*SIZES.start()..=LARGEST_QUICK step=32
                value=studio.size moved=move |size| studio.size.set(size)
            />
            <Slider
                id="strength" label="Strength" words=strength_in_words range=STRENGTHS step=0.05
                value=studio.strength moved=move |strength| studio.set_strength(strength)
            >
                <span class="ends" aria-hidden="true"><span>"photo"</span><span>"painting"</span></span>
            </Slider>
            <Slider
                id="steps" label="Steps" words=move || studio.steps.get().to_string() range=STEPS step=5
                value=studio.steps moved=move |steps| studio.steps.set(steps)
            />

            <NetworkControl />
            <More />
            <Expert />

            <fieldset class="again" hidden=move || !studio.has_work.get() || running()>
                <legend>"Paint again"</legend>
                <AgainRadio value=Again::GoOn key="go-on" label="Go on from this picture" />
                <AgainRadio value=Again::Afresh key="afresh" label="Start afresh" />
            </fieldset>

            // `aria-disabled` rather than `disabled`: a button that loses the focus the moment it is
            // pressed leaves a keyboard user nowhere. And two buttons rather than one that changes:
            // the second half of a double click must not stop what the first has started.
            <div class="actions">
                <button
                    type="button" class="primary"
                    aria-disabled=move || running().to_string()
                    on:click=move |_| studio.paint()
                >
                    {move || if studio.has_work.get() { "Paint again" } else { "Paint" }}
                </button>
                <button
                    type="button"
                    aria-disabled=move || (!running() || studio.stopping.get()).to_string()
                    on:click=move |_| studio.stop()
                >
                    "Stop"
                </button>
            </div>
            <p id="device" class="device">
                {move || match studio.engine.get() {
                    Some((Engine::Gpu, name)) => format!("Painting on: {name} (WebGPU)"),
                    Some((Engine::Cpu, name)) => format!("Painting on: {name} (no WebGPU)"),
                    None if studio.state.get() == State::Failed => "No engine is loaded.".to_owned(),
                    None => "The engine is being loaded…".to_owned(),
                }}
            </p>
            <Kept />
        </section>
    }
}

#[component]
fn AgainRadio(value: Again, key: &'static str, label: &'static str) -> impl IntoView {
    let studio: Studio = expect_context();
    view! {
        <label>
            <input
                type="radio" name="again" value=key
                prop:checked=move || studio.again.get() == value
                on:change=move |_| studio.again.set(value)
            />
            {label}
        </label>
    }
}

/// Two significant digits: 0.1, 0.032, 3.2.
fn significant(value: f64) -> String {
    let digits = (1.0 - value.abs().log10().floor()).max(0.0) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
