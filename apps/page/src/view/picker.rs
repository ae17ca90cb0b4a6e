//! The choice of the two pictures: which photo is painted, and in the style of which painting.
//!
//! A picture comes from the samples, from the file dialogue, by drag and drop, or by paste.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent, Element};

use crate::{
    actions::{context::Context, sources},
    model::choice::{Choice, Role, first_address},
    view::{camera::TakePhoto, kit::file_button::FileButton},
};

/// Thumbnails of the samples and of the visitor's own file, and a button to choose a file.
#[component]
pub fn PicturePicker(
    /// The role of the chosen picture.
    role: Role,
) -> impl IntoView {
    let context: Context = expect_context();
    let store = context.store.sources;
    let (chosen, own) = (store.chosen(role), store.own(role));
    // Dragging over a child leaves the parent: the counter holds the nesting depth.
    let dragged = RwSignal::new(0_i32);
    let heading = match role {
        Role::Photo => "photo-heading",
        Role::Painting => "painting-heading",
    };

    let thumb = move |choice| thumbnail(context, role, choice);
    let samples = Choice::samples(role).into_iter().map(thumb).collect_view();

    view! {
        <section
            class="well"
            class:dropping=Signal::derive(move || dragged.get().is_positive())
            aria-labelledby=heading
            data-chosen=Signal::derive(move || chosen.with(|choice| choice.key.clone()))
            tabindex="-1"
            on:focusin=move |_| store.last_used.set(role)
            on:click=move |_| store.last_used.set(role)
            on:dragenter=move |_| dragged.update(|depth| *depth += 1)
            on:dragleave=move |_| dragged.update(|depth| *depth -= 1)
            on:drop=move |event: DragEvent| {
                event.prevent_default();
                event.stop_propagation();
                dragged.set(0);
                take(context, role, event.data_transfer());
            }
        >
            <header>
                <h2 id=heading>{role.title()}</h2>
                <p class="chosen">{Signal::derive(move || chosen.with(|choice| choice.title.clone()))}</p>
            </header>
            <div class="thumbs" role="radiogroup" aria-labelledby=heading>
                {move || own.get().map(thumb)} {samples}
            </div>
            <p class="own">
                <FileButton
                    label=format!("Your own {}", role.key()) accept="image/*"
                    take=move |file| sources::take_file(context, role, file)
                />
                {(role == Role::Photo).then(|| view! { <TakePhoto /> })}
                <span class="hint">"or drop it here, or paste it"</span>
            </p>
        </section>
    }
}

/// A radio button that shows a picture and chooses it.
fn thumbnail(context: Context, role: Role, choice: Choice) -> impl IntoView {
    let chosen = context.store.sources.chosen(role);
    let (label, alt) = (choice.label(), choice.label());
    let (key, url, crossorigin) = (choice.key.clone(), choice.thumb.clone(), choice.crossorigin());
    let id = choice.id;
    view! {
        <label class="thumb" title=label>
            <input
                type="radio"
                name=role.key()
                value=key
                prop:checked=Signal::derive(move || chosen.with(|now| now.id == id))
                on:change=move |_| sources::choose(context, role, choice.clone())
            />
            <img crossorigin=crossorigin src=url alt=alt width="96" height="96" loading="lazy" draggable="false" />
        </label>
    }
}

/// Handles pictures that are pasted, or dropped outside the pickers: they go to the picker that was used last.
pub fn accept_anywhere(context: Context) {
    let last_used = context.store.sources.last_used;
    let over = window_event_listener(leptos::ev::dragover, |event| event.prevent_default());
    let dropped = window_event_listener(leptos::ev::drop, move |event| {
        // Otherwise the browser navigates to the file.
        event.prevent_default();
        take(context, last_used.get_untracked(), event.data_transfer());
    });
    let pasted = window_event_listener(leptos::ev::paste, move |event| {
        // What is pasted into a field belongs there.
        let field = event.target().and_then(|at| at.dyn_into::<Element>().ok());
        if field
            .is_some_and(|field| matches!(field.closest("input, textarea, [contenteditable]"), Ok(Some(_))))
        {
            return;
        }
        let event: &ClipboardEvent = event.unchecked_ref();
        if take(context, last_used.get_untracked(), event.clipboard_data()) {
            event.prevent_default();
        }
    });
    on_cleanup(move || {
        over.remove();
        dropped.remove();
        pasted.remove();
    });
}

/// Takes the file, or else the address of a picture on the web, that was dropped or pasted. Returns whether there was one.
fn take(context: Context, role: Role, data: Option<DataTransfer>) -> bool {
    let Some(data) = data else { return false };
    if let Some(file) = data.files().and_then(|files| files.get(0)) {
        sources::take_file(context, role, file);
        return true;
    }
    let text = |kind| data.get_data(kind).unwrap_or_default();
    let Some(address) = first_address(&text("text/uri-list")).or_else(|| first_address(&text("text/plain")))
    else {
        return false;
    };
    sources::take_address(context, role, address);
    true
}
