//! Handles the camera: it is on only while its dialogue is open.

use browser::spoken;
use leptos::prelude::{Set, SetValue, WithValue};
use wasm_bindgen::JsValue;
use web_sys::HtmlElement;

use crate::{
    actions::{context::Context, sources},
    model::{alert::Alert, choice::Role},
    services::{camera, tasks::spawn},
};

/// Asks for the camera, shows what it sees in `video`, and then calls `shown`.
pub fn open(context: Context, video: HtmlElement, shown: impl FnOnce() + 'static) {
    spawn(async move {
        match camera::open(&video).await {
            Ok(camera) => {
                context.services.camera.set_value(Some(camera));
                shown();
            }
            Err(error) => refuse(context, &error),
        }
    });
}

/// Chooses what the camera sees as the photo.
pub fn take(context: Context) {
    let seen = context.services.camera.with_value(|camera| camera.as_ref().map(camera::Camera::look));
    let Some(seen) = seen else { return };
    spawn(async move {
        let file = match seen {
            Ok(file) => file.await,
            Err(error) => Err(error),
        };
        match file {
            Ok(file) => sources::take_file(context, Role::Photo, file),
            Err(error) => refuse(context, &error),
        }
    });
}

/// Switches the camera off.
pub fn close(context: Context) {
    context.services.camera.set_value(None);
}

fn refuse(context: Context, error: &JsValue) {
    let text = format!(
        "The camera cannot be used ({}). The browser\u{2019}s settings for this site say whether it is allowed.",
        spoken(error)
    );
    context.store.ui.alert.set(Some(Alert::new("camera", text)));
}
