//! Takes a photo with the camera: by the camera's own program on phones, in a dialogue of the page elsewhere.

use leptos::{html, prelude::*};

use crate::{
    actions::{camera, context::Context, sources},
    model::choice::Role,
    services::camera::can_be_asked_for,
    view::kit::file_button::FileButton,
};

/// Both ways; the style sheet shows the one that suits the machine.
#[component]
pub fn TakePhoto() -> impl IntoView {
    let context: Context = expect_context();
    let dialog = NodeRef::<html::Dialog>::new();
    let video = NodeRef::<html::Video>::new();
    let open = move |_| {
        let Some(video) = video.get_untracked() else { return };
        camera::open(context, video.into(), move || {
            if let Some(dialog) = dialog.get_untracked() {
                let _ = dialog.show_modal();
            }
        });
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <FileButton
            label="Take a photo" accept="image/*" capture="environment" kind="by-touch"
            take=move |file| sources::take_file(context, Role::Photo, file)
        />
        <button type="button" class="by-pointer" hidden=!can_be_asked_for() on:click=open>"Use the camera"</button>
        // Also closed by Escape.
        <dialog node_ref=dialog aria-label="Camera" on:close=move |_| camera::close(context)>
            <video node_ref=video playsinline muted></video>
            <p class="actions">
                <button
                    type="button" class="primary"
                    on:click=move |_| {
                        camera::take(context);
                        close();
                    }
                >
                    "Take"
                </button>
                <button type="button" on:click=move |_| close()>"Cancel"</button>
            </p>
        </dialog>
    }
}
