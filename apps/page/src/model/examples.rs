//! The examples: combinations of the samples that were painted beforehand (`training/gallery.py`), for visitors to begin with.

use crate::model::choice::{Choice, Role};

/// The names of photo and painting, the one that is shown first in front.
const EXAMPLES: [(&str, &str); 6] = [
    ("summer-palace", "van-gogh-village-street-in-auvers"),
    ("astronaut", "kandinsky-composition-viii"),
    ("cat", "hokusai-great-wave"),
    ("coffee", "renoir-moulin-de-la-galette"),
    ("summer-palace", "hiroshige-benzaiten-shrine-snow"),
    ("astronaut", "van-gogh-village-street-in-auvers"),
];

/// A painted combination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The photo.
    pub photo: Choice,
    /// The painting.
    pub painting: Choice,
    /// The URL of the result.
    pub url: String,
    /// The URL of its thumbnail.
    pub thumb: String,
}

impl Example {
    /// All examples.
    pub fn all() -> Vec<Self> {
        let examples = EXAMPLES.iter().map(|(photo, painting)| {
            let (photo, painting) =
                (Choice::named(Role::Photo, photo)?, Choice::named(Role::Painting, painting)?);
            let name = format!("{}--{}", photo.key, painting.key);
            let url = format!("samples/examples/{name}.webp");
            Some(Self { photo, painting, url, thumb: format!("samples/thumbs/{name}.webp") })
        });
        examples.flatten().collect()
    }

    /// The example for these two pictures, if there is one.
    pub fn of(photo: &Choice, painting: &Choice) -> Option<Self> {
        let fits = |example: &Self| (example.photo.id, example.painting.id) == (photo.id, painting.id);
        Self::all().into_iter().find(fits)
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use super::*;

    fn bytes(url: &str) -> u64 {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../www").join(url);
        fs::metadata(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).len()
    }

    #[test]
    fn the_page_opens_with_an_example() {
        let first = Example::of(&Choice::first(Role::Photo, None).0, &Choice::first(Role::Painting, None).0);
        assert_eq!(first.as_ref(), Example::all().first());
        assert_eq!(Example::all().len(), EXAMPLES.len(), "all names are those of samples");
    }

    #[test]
    fn every_picture_of_the_page_is_there_and_the_first_view_is_small() {
        let examples = Example::all();
        let samples = [Choice::samples(Role::Photo), Choice::samples(Role::Painting)].concat();
        for example in &examples {
            bytes(&example.url);
        }
        for photo in Choice::samples(Role::Photo) {
            bytes(&photo.preview);
            bytes(&photo.url);
        }
        // The first example, its photo under the divider, and all thumbnails.
        let thumbs = samples.iter().map(|choice| &choice.thumb).chain(examples.iter().map(|it| &it.thumb));
        let first = bytes(&examples[0].url) + bytes(&examples[0].photo.preview);
        let sum = first + thumbs.map(|url| bytes(url)).sum::<u64>();
        assert!(sum <= 250_000, "{sum} bytes");
    }
}
