//! Chooses size and look, and applies the settings of an earlier result, which are read from its file.

use browser::spoken;
use leptos::prelude::{Set, Update, WithUntracked};
use options::{Look, Options, recipe::Recipe, settings::Settings};
use web_sys::File;

use crate::{
    actions::{context::Context, networks, painting::set_strength},
    model::alert::Alert,
    services::{files, tasks::spawn},
    store::SettingsStore,
};

/// The maximum number of bytes that are read from a file: more than any result has, and little enough for the page's
/// memory.
const MOST: i32 = 256 << 20;

/// The visitor chooses the long side of the result, in pixels. It no longer follows what suits the machine.
pub fn choose_size(settings: SettingsStore, size: u32) {
    settings.size_is_chosen.set(true);
    settings.size.set(size);
}

/// Gives the picture a look; an experiment has none.
pub fn choose_look(context: Context, look: Look) {
    let settings = context.store.settings;
    settings.base.update(|base| *base = look.given_to(base));
    settings.experiment.update(|experiment| experiment.0 = "none");
    // Another look has other kernels.
    networks::prepare(context);
}

/// Sets the controls to the recipe in the file. Without a recipe nothing changes, and an alert is shown.
pub fn take(context: Context, file: File) {
    let ui = context.store.ui;
    spawn(async move {
        let name = file.name();
        match read(&file).await {
            Ok(recipe) => {
                ui.alert.set(None);
                let mut words = vec![format!("Settings taken from {name}.")];
                words.extend(set(context, &recipe));
                ui.status.set(words.join(" "));
            }
            Err(reason) => {
                let text = format!("No settings were taken from {name}: {reason}.");
                ui.alert.set(Some(Alert::new("settings", text)));
            }
        }
    });
}

async fn read(file: &File) -> Result<Recipe, String> {
    let bytes = files::read_start(file, MOST).await.map_err(|error| spoken(&error))?;
    Recipe::read(&bytes).map_err(|error| error.to_string())
}

/// Sets the controls to what is nearest to these options. Returns the names of the controls that cannot show their value exactly.
pub fn set_controls(context: Context, options: &Options) -> Vec<&'static str> {
    let settings = context.store.settings;
    let (Settings { size, strokes, strength, steps, base }, off) = Settings::nearest(options);
    settings.size.set(size);
    settings.strokes.set(strokes);
    settings.steps.set(steps);
    settings.base.set(base);
    set_strength(context, strength);
    off
}

/// Sets the controls to a recipe. Returns the parts of it that the page cannot reproduce, in sentences.
pub fn set(context: Context, recipe: &Recipe) -> Vec<String> {
    let (settings, sources) = (context.store.settings, context.store.sources);
    let off = set_controls(context, &recipe.options);
    settings.size_is_chosen.set(true);
    // An experiment is fully described by the options.
    settings.experiment.update(|experiment| experiment.0 = "none");
    let mut left = Vec::new();
    if !off.is_empty() {
        left.push(format!("As near as this page can come: {}.", off.join(", ")));
    }
    let is_offered = context.store.networks.try_maybe_update(|networks| {
        let is_offered = networks.choose_named(&recipe.network);
        (is_offered, is_offered)
    });
    if is_offered != Some(true) {
        left.push(format!("Its network, {}, is not offered here.", recipe.network));
    }
    match recipe.paintings.as_slice() {
        [] => {}
        [first, second] => {
            // The slider has steps of five.
            let share = 100.0 * second / (first + second);
            sources.share.set((5.0 * (share / 5.0).round()).clamp(5.0, 95.0) as u32);
            if sources.second.with_untracked(Option::is_none) {
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
    if recipe.masked || recipe.content_map {
        left.push("Parts of the photo were marked: mark them again.".to_owned());
    }
    left
}
