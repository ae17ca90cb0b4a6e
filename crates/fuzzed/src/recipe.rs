//! Any bytes are read as the recipe of a picture or refused; one that is read is valid, and is read again as it is written.

use options::{
    png_text,
    recipe::{KEYWORD, Recipe},
};

/// A PNG without pixels: its signature, header and end.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\0IEND\xaeB`\x82";

/// Reads bytes as a picture with a recipe, and as the recipe in one.
///
/// # Panics
/// If a property does not hold.
pub fn recipe(bytes: &[u8]) {
    let _ = Recipe::read(bytes);
    // As the text of a picture that is otherwise whole.
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(png) = png_text::insert(PNG, KEYWORD, text) else { return };
    let Ok(recipe) = Recipe::read(&png) else { return };
    recipe.options.validate().expect("a recipe that is read has valid options");
    let again = Recipe::read(&recipe.write(PNG).expect("a recipe that was read can be written"));
    assert_eq!(again.expect("a recipe that was written can be read"), recipe);
}
