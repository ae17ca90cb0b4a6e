//! The settings of an earlier result: read from its file, and set on the page.

use js_sys::Uint8Array;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::{
    app::{Alert, Studio},
    networks,
    picker::FileButton,
    spawn,
};
use crate::{chosen::Chosen, recipe::Recipe, web::spoken};

/// As much of a file is read, in bytes: more than any result has, and less than would be too much for the page.
const MOST: i32 = 256 << 20;

/// Where a result is handed over, to paint as it was painted.
#[component]
pub fn FromResult() -> impl IntoView {
    let studio: Studio = expect_context();
    view! {
        <p class="own">
            <FileButton
                label="Settings from a result" accept="image/png" id="settings" described_by="settings-hint"
                take=move |file| spawn(async move { take(&studio, &file).await })
            />
            <span id="settings-hint" class="hint">"A PNG that was saved here says how it was painted."</span>
        </p>
    }
}

/// Sets the page as the file says. If it says nothing, nothing is changed.
async fn take(studio: &Studio, file: &File) {
    let name = file.name();
    match read(file).await {
        Ok(recipe) => {
            studio.alert.set(None);
            let mut words = vec![format!("Settings taken from {name}.")];
            words.extend(set(studio, &recipe));
            studio.status.set(words.join(" "));
        }
        Err(reason) => {
            let text = format!("No settings were taken from {name}: {reason}.");
            studio.alert.set(Some(Alert::new("settings", text)));
        }
    }
}

async fn read(file: &File) -> Result<Recipe, String> {
    let bytes = async { JsFuture::from(file.slice_with_i32_and_i32(0, MOST)?.array_buffer()).await };
    let buffer = bytes.await.map_err(|error: JsValue| spoken(&error))?;
    Recipe::read(&Uint8Array::new(&buffer).to_vec()).map_err(|error| error.to_string())
}

/// Returns what the page cannot do as the recipe says, in sentences.
fn set(studio: &Studio, recipe: &Recipe) -> Vec<String> {
    let (Chosen { size, strokes, strength, steps, taste }, off) = Chosen::nearest(&recipe.options);
    studio.size.set(size);
    studio.strokes.set(strokes);
    studio.steps.set(steps);
    studio.taste.set(taste);
    // Whatever it was, the options say it all.
    studio.experiment.update(|experiment| experiment.0 = "none");
    studio.set_strength(strength);
    let mut left = Vec::new();
    if !off.is_empty() {
        left.push(format!("As near as this page can come: {}.", off.join(", ")));
    }
    if !networks::choose_named(studio.networks, &recipe.network) {
        left.push(format!("Its network, {}, is not offered here.", recipe.network));
    }
    match recipe.paintings.as_slice() {
        [] => {}
        [first, second] => {
            // The slider goes by fives.
            let share = 100.0 * second / (first + second);
            studio.share.set((5.0 * (share / 5.0).round()).clamp(5.0, 95.0) as u32);
            if studio.second.with(Option::is_none) {
                left.push(
                    "It was painted in the manner of two paintings: choose the second, too.".to_owned(),
                );
            }
        }
        more => left.push(format!(
            "It was painted in the manner of {} paintings, of which this page takes two.",
            more.len()
        )),
    }
    if recipe.masked {
        left.push("Parts of the photo were marked: mark them again.".to_owned());
    }
    left
}
