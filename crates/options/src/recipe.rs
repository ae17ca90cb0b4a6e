//! Defines the recipe of a result: options, seed and version, stored in a text chunk of its PNG file.
//!
//! Image viewers do not show it; the page and `impasto stylize --like RESULT.png` read it back. The chunk is an `iTXt`
//! (PNG specification, third edition, section 11.3.3.4) with the keyword "Impasto"; its text is JSON.

use serde::{Deserialize, Serialize};

use crate::{
    check::check_painting_weight,
    error::OptionsError,
    png_text::{self, PngError},
    table::Options,
};

/// The keyword of the chunk.
pub const KEYWORD: &str = "Impasto";

/// The settings that a picture was painted with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// The version of Impasto, such as "0.1.0".
    pub version: String,
    /// The name of the network, from its pack.
    pub network: String,
    /// The options. Options that the writing version did not know have their default.
    pub options: Options,
    /// The weight of each painting in the blend; empty for a single painting.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paintings: Vec<f32>,
    /// Whether a mask was used.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
    /// Whether a map was used that says where the photo is kept more strongly, and where less.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub content_map: bool,
}

/// Why no recipe can be read from or written to a file.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    /// The file is not a complete PNG.
    #[error(transparent)]
    Png(#[from] PngError),
    /// The PNG has no recipe: it was not made by Impasto, or another program removed the text.
    #[error(
        "the PNG does not say how it was painted: it was not made by Impasto, or another program saved it anew; take the original"
    )]
    Missing,
    /// The text does not have the form that this version writes.
    #[error("what the PNG says about its making cannot be read ({0}): it may come from a newer version")]
    Unreadable(#[from] serde_json::Error),
    /// The options are invalid.
    #[error("what the PNG says about its making is out of range: {0}")]
    Options(#[from] OptionsError),
}

impl Recipe {
    /// The recipe of a run by this version, with paintings of these weights and without a content map.
    pub fn new(network: &str, options: &Options, paintings: &[f32], masked: bool) -> Self {
        let paintings = if paintings.len() > 1 { paintings.to_vec() } else { Vec::new() };
        Self {
            paintings,
            masked,
            content_map: false,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            network: network.to_owned(),
            options: options.clone(),
        }
    }

    /// The PNG file with this recipe. An existing recipe is replaced.
    ///
    /// # Errors
    /// [`RecipeError::Png`] if `png` is not a complete PNG file, [`RecipeError::Unreadable`] if an option is a number
    /// that JSON cannot represent.
    pub fn write(&self, png: &[u8]) -> Result<Vec<u8>, RecipeError> {
        Ok(png_text::insert(png, KEYWORD, &self.text()?)?)
    }

    /// The JSON text of the chunk.
    ///
    /// # Errors
    /// [`RecipeError::Unreadable`] if an option is a number that JSON cannot represent.
    pub fn text(&self) -> Result<String, RecipeError> {
        Ok(serde_json::to_string(self)?)
    }

    /// Reads the recipe of a PNG file, and validates its options.
    ///
    /// # Errors
    /// A [`RecipeError`], one variant for each reason why there is no valid recipe.
    pub fn read(png: &[u8]) -> Result<Self, RecipeError> {
        let text = png_text::find(png, KEYWORD)?.ok_or(RecipeError::Missing)?;
        // From a `str`, as messages are decoded: deserialising from bytes would link a second parser into the page.
        let recipe: Self = serde_json::from_str(&String::from_utf8_lossy(text))?;
        recipe.options.validate()?;
        recipe.paintings.iter().try_for_each(|&weight| check_painting_weight(weight))?;
        Ok(recipe)
    }
}

#[cfg(test)]
mod tests {
    use crc32fast::hash as crc32;
    use picture::Size;

    use super::*;
    use crate::{
        choices::{Init, Schedule},
        png_text::{SIGNATURE, chunks},
    };

    /// A PNG file of these chunks, with checksums.
    fn png(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut file = SIGNATURE.to_vec();
        for (kind, data) in chunks {
            file.extend((data.len() as u32).to_be_bytes());
            let start = file.len();
            file.extend(*kind);
            file.extend(*data);
            let sum = crc32(&file[start..]);
            file.extend(sum.to_be_bytes());
        }
        file
    }

    fn plain() -> Vec<u8> {
        png(&[(b"IHDR", &[0; 13]), (b"tEXt", b"Software\0Impasto"), (b"IDAT", &[1, 2, 3]), (b"IEND", &[])])
    }

    fn recipe() -> Recipe {
        let options = Options {
            size: Size::Original,
            schedule: Schedule::Single,
            init: Init::Noise,
            seed: u64::MAX,
            tv_weight: 0.1,
            ..Options::default()
        };
        Recipe { content_map: true, ..Recipe::new("Größe \"M\"", &options, &[0.75, 0.25], true) }
    }

    #[test]
    fn a_recipe_comes_back_and_the_picture_stays_as_it_was() {
        let file = recipe().write(&plain()).unwrap();
        assert_eq!(Recipe::read(&file).unwrap(), recipe());
        assert_eq!(recipe().version, env!("CARGO_PKG_VERSION"));
        let others: Vec<u8> = chunks(&file)
            .unwrap()
            .iter()
            .filter(|chunk| chunk.kind != b"iTXt")
            .flat_map(|chunk| chunk.whole.to_vec())
            .collect();
        assert!(others == plain()[SIGNATURE.len()..], "another chunk was changed");
        // Writing again replaces the recipe.
        let other = Recipe::new("other", &Options::default(), &[1.0], false);
        let file = other.write(&file).unwrap();
        assert_eq!(chunks(&file).unwrap().len(), 5);
        assert_eq!(Recipe::read(&file).unwrap(), other);
    }

    #[test]
    fn the_check_sum_is_the_standard_one() {
        // The check value of CRC-32 (ISO 3309), as published in catalogues of CRC algorithms.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn an_older_recipe_gets_the_defaults_of_newer_options() {
        let mut data = b"Impasto\0\0\0\0\0".to_vec();
        data.extend(br#"{"version":"0.0.9","network":"x","options":{"steps":7}}"#);
        let file = png(&[(b"IHDR", &[0; 13]), (b"iTXt", &data), (b"IEND", &[])]);
        let options = Options { steps: 7, ..Options::default() };
        let due = Recipe {
            version: "0.0.9".into(),
            network: "x".into(),
            options,
            paintings: vec![],
            masked: false,
            content_map: false,
        };
        assert_eq!(Recipe::read(&file).unwrap(), due);
    }

    #[test]
    fn a_file_without_a_recipe_says_why_there_is_none() {
        let with = |text: &str| {
            let data = [b"Impasto\0\0\0\0\0", text.as_bytes()].concat();
            png(&[(b"IHDR", &[0; 13]), (b"iTXt", &data), (b"IEND", &[])])
        };
        let mut endless = plain();
        endless[8..12].copy_from_slice(&u32::MAX.to_be_bytes());
        let whole = plain();
        let cases: [(&[u8], &str); 11] = [
            (b"", "no PNG file"),
            (b"\xff\xd8\xff\xe0 a JPEG", "no PNG file"),
            (&whole[..8], "damaged"),
            (&whole[..whole.len() - 3], "damaged"),
            (&whole[..whole.len() - 12], "damaged"),
            (&endless, "damaged"),
            (&whole, "does not say"),
            (&with("{}"), "cannot be read"),
            (&with("\u{fffd}"), "cannot be read"),
            (&with(r#"{"version":"9","network":"x","options":{"steps":0}}"#), "out of range"),
            (&with(r#"{"version":"9","network":"x","options":{},"paintings":[1,-1]}"#), "out of range"),
        ];
        for (file, words) in cases {
            let error = Recipe::read(file).expect_err(words).to_string();
            assert!(error.contains(words), "{error}");
        }
        assert!(matches!(recipe().write(&whole[..9]), Err(RecipeError::Png(PngError::Damaged))));
    }
}
