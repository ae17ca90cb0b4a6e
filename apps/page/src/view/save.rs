//! Shows what can be done with the result: save, copy and share it, compare it with the photo.

use leptos::prelude::*;

use crate::{
    actions::{
        context::Context,
        save::{cancel, copy_picture, save, share},
    },
    model::format::Format,
    services::{clipboard::can_share, screen::focus},
    view::compare::CompareButton,
};

/// The formats beside PNG, each with one sentence.
const OTHERS: [(Format, &str); 4] = [
    (Format::Jpeg, "a smaller file, for everywhere"),
    (Format::WebP, "a still smaller one, for the web"),
    (Format::Triptych, "photo, painting and picture side by side"),
    (Format::Gif, "how it was painted, moving"),
];

/// The lengths of a film, of which the last second shows the finished picture. The chosen one is that of the store at its start.
const VIDEO_LENGTHS: &str =
    "<option value=3>3 seconds<option value=6 selected>6 seconds<option value=12>12 seconds";

/// A selector of the button that opens the other formats.
const FORMATS: &str = "#save [popovertarget]";

/// What can be done with the picture on the wall.
#[component]
pub fn Save() -> impl IntoView {
    let context: Context = expect_context();
    let store = context.store.result;
    let unusable = Memo::new(move |_| (!store.exists.get() || store.saving.get().is_some()).to_string());
    view! {
        <div
            id="save" class="save" role="group" aria-label="Save"
            hidden=Signal::derive(move || !store.on_wall.get())
            data-busy=Signal::derive(move || store.saving.get().map_or("", |(format, _)| format.key()))
        >
            <button type="button" aria-disabled=unusable on:click=move |_| save(context, Format::Png)>"Save PNG"</button>
            <OtherFormats unusable />
            <button type="button" aria-disabled=unusable on:click=move |_| copy_picture(context)>"Copy"</button>
            <button type="button" hidden=!can_share() aria-disabled=unusable on:click=move |_| share(context)>
                "Share…"
            </button>
            <CompareButton />
            <span class="hint">
                {Signal::derive(move || match store.saving.get() {
                    Some((Format::Gif, part)) => format!("Making the animation: {:.0} %", part * 100.0),
                    Some((Format::Video, part)) => format!("Making the video: {:.0} %", part * 100.0),
                    Some(_) => "Making the file…".to_owned(),
                    None => String::new(),
                })}
            </span>
            <button
                type="button" hidden=Signal::derive(move || !matches!(store.saving.get(), Some((Format::Video, _))))
                on:click=move |_| {
                    cancel(context);
                    // This button disappears.
                    focus(FORMATS);
                }
            >
                "Cancel"
            </button>
        </div>
    }
}

/// The other formats, in a box that a button opens. The browser opens and closes it, also by Escape and by a press elsewhere,
/// and puts the focus back; one that does not know `popover` shows it all the time.
#[component]
fn OtherFormats(unusable: Memo<String>) -> impl IntoView {
    let context: Context = expect_context();
    let button = move |(format, about): (Format, &'static str)| {
        view! {
            <button
                type="button" popovertarget="formats" popovertargetaction="hide" aria-disabled=unusable
                on:click=move |_| save(context, format)
            >
                {format!("Save {}", format.name())}
                " "
                <span class="hint">{about}</span>
            </button>
        }
    };
    view! {
        <button type="button" popovertarget="formats">"Other formats"</button>
        <div id="formats" class="formats" popover="auto" role="group" aria-label="Other formats">
            {OTHERS.into_iter().map(button).collect_view()}
            {button((Format::Video, "the same as a film, for everywhere"))}
            <VideoLength />
        </div>
    }
}

/// The choice of the length of a film.
#[component]
fn VideoLength() -> impl IntoView {
    let Context { store, .. } = expect_context();
    view! {
        <label class="length">
            "Length of the video"
            <select
                id="video-length" inner_html=VIDEO_LENGTHS
                on:change=move |event| {
                    if let Ok(seconds) = event_target_value(&event).parse() {
                        store.result.video_seconds.set(seconds);
                    }
                }
            ></select>
        </label>
    }
}
