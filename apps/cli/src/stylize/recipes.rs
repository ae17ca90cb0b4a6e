//! Reads the recipe of an earlier result and compares it with the run.

use std::{fs, path::Path};

use options::recipe::Recipe;

use super::error::StylizeError;

/// Reads the recipe in a PNG.
pub fn read_recipe(path: &Path) -> Result<Recipe, StylizeError> {
    let bytes = fs::read(path).map_err(|source| StylizeError::Open { path: path.to_owned(), source })?;
    Recipe::read(&bytes).map_err(|source| StylizeError::Like { path: path.to_owned(), source })
}

/// The differences between the recipe and the run, as phrases. Options are not compared, since flags may change them.
pub fn differences(like: &Recipe, now: &Recipe) -> Vec<String> {
    let network = (like.network != now.network).then(|| format!("with \"{}\"", like.network));
    let paintings = (like.paintings != now.paintings).then(|| match like.paintings.as_slice() {
        [] => "in the manner of one painting".to_owned(),
        weights => {
            let weights: Vec<String> = weights.iter().map(ToString::to_string).collect();
            format!("in the manner of {} paintings, blended {}", weights.len(), weights.join(" : "))
        }
    });
    let with =
        |what, like, now| (like != now).then(|| format!("{} {what}", if like { "with" } else { "without" }));
    let mask = with("a mask", like.masked, now.masked);
    let content_map = with("a content map", like.content_map, now.content_map);
    [network, paintings, mask, content_map].into_iter().flatten().collect()
}
