//! The settings of a run, from what matters most to what few need.

use leptos::prelude::*;
use options::{
    Engine,
    ranges::{SIZES, STEPS, STRENGTHS},
    settings::content_weight,
};
use picture::size_to_fit;

use crate::{
    actions::{
        context::Context, pace::expected, painting::set_strength, presence::toggle_telling,
        settings::choose_size,
    },
    model::{
        run::RunState,
        words::{duration, significant},
    },
    services::{connection::saves_data, notice::can_be_asked_for},
    view::{
        expert::Expert, kit::slider::Slider, looks::LookControl, more::More, networks::NetworkControl,
        offline::KeptDownloads, settings::UsualSettings, share::Share,
    },
};

/// The upper end of the slider for the size, in pixels. Larger results take long on most machines and are set in the
/// number field.
const LARGEST_QUICK: u32 = 1024;

/// The settings, the name of the device, and what is kept for use offline.
#[component]
pub fn Controls() -> impl IntoView {
    view! {
        <section class="controls" aria-label="Controls">
            <LookControl />
            <Sliders />
            <NetworkControl />
            <More />
            <Expert />
            <UsualSettings />
            <Share />
            <Telling />
            <Device />
            <KeptDownloads />
        </section>
    }
}

/// Size, strength and steps.
#[component]
fn Sliders() -> impl IntoView {
    let context: Context = expect_context();
    let (settings, photo_size) = (context.store.settings, context.store.sources.photo_size);
    let size_and_time = move || {
        let side = settings.size.get();
        let mut words = match photo_size.get() {
            Some(photo) => {
                let (width, height) = size_to_fit(photo, side as usize);
                format!("{width} × {height} px")
            }
            None => format!("{side} px"),
        };
        if let Some(seconds) = expected(context.store) {
            words += ", ";
            words += &duration(seconds);
        }
        words
    };
    let strength_in_words = move || {
        let strength = settings.strength.get();
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
        <Slider
            id="size" label="Size" words=Signal::derive(size_and_time) range=*SIZES.start()..=LARGEST_QUICK step=32
            value=settings.size moved=move |size| choose_size(settings, size)
        />
        <Slider
            id="strength" label="Strength" words=Signal::derive(strength_in_words) range=STRENGTHS step=0.05
            value=settings.strength moved=move |strength| set_strength(context, strength)
        >
            <span class="ends" aria-hidden="true"><span>"photo"</span><span>"painting"</span></span>
        </Slider>
        <Slider
            id="steps" label="Steps" words=Signal::derive(move || settings.steps.get().to_string()) range=STEPS step=5
            value=settings.steps moved=move |steps| settings.steps.set(steps)
        />
    }
}

/// The button that lets the page tell of the end of a run. The browser asks only when it is pressed.
#[component]
fn Telling() -> impl IntoView {
    let context: Context = expect_context();
    let tells = context.store.ui.tells;
    view! {
        <p class="share" hidden=!can_be_asked_for()>
            <button type="button" aria-pressed=Signal::derive(move || tells.get().to_string()) on:click=move |_| toggle_telling(context)>
                "Tell me when it is painted"
            </button>
        </p>
    }
}

/// The name of the device.
#[component]
fn Device() -> impl IntoView {
    let Context { store, .. } = expect_context();
    view! {
        <p id="device" class="device">
            {Signal::derive(move || match store.engine.ready.get() {
                Some((Engine::Gpu, name)) => format!("Painting on: {name} (WebGPU)"),
                Some((Engine::Cpu, name)) => format!("Painting on: {name} (no WebGPU)"),
                None if store.run.state.get() == RunState::Failed => "No engine is loaded.".to_owned(),
                None if store.run.state.get() == RunState::Idle && saves_data() => {
                    "To save data the engine is loaded when you press Paint.".to_owned()
                }
                None => "The engine is being loaded…".to_owned(),
            })}
        </p>
    }
}
