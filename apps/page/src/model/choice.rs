//! The pictures that can be chosen: samples, the visitor's own files, and what the address of the page names.

use options::link::{A_PICTURE, Asked, Ignored, is_on_the_web};
use protocol::PictureId;

/// One of the two input pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The content image.
    Photo,
    /// The style image.
    Painting,
}

impl Role {
    /// The name in the page's address and of the radio buttons.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Painting => "painting",
        }
    }

    /// The heading on the page.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Photo => "Photo",
            Self::Painting => "Painting",
        }
    }

    const fn samples(self) -> &'static [Sample] {
        match self {
            Self::Photo => PHOTOS,
            Self::Painting => PAINTINGS,
        }
    }
}

/// A picture that is part of the site.
struct Sample {
    /// The name of its file without `.jpg`.
    key: &'static str,
    title: &'static str,
    /// The painter; empty for photos, whose credits are in the page's footer.
    by: &'static str,
    /// Width and height in pixels.
    size: (usize, usize),
}

const PHOTOS: &[Sample] = &[
    Sample { key: "summer-palace", title: "Summer Palace, Beijing", by: "", size: (640, 427) },
    Sample { key: "cat", title: "Chelsea the cat", by: "", size: (451, 300) },
    Sample { key: "coffee", title: "A cup of coffee", by: "", size: (600, 400) },
    Sample { key: "astronaut", title: "Eileen Collins, astronaut", by: "", size: (512, 512) },
];

const PAINTINGS: &[Sample] = &[
    Sample {
        key: "hokusai-great-wave",
        title: "The Great Wave off Kanagawa",
        by: "Katsushika Hokusai",
        size: (652, 436),
    },
    Sample {
        key: "van-gogh-village-street-in-auvers",
        title: "Village Street in Auvers",
        by: "Vincent van Gogh",
        size: (587, 455),
    },
    Sample {
        key: "kandinsky-composition-viii",
        title: "Composition VIII",
        by: "Wassily Kandinsky",
        size: (654, 446),
    },
    Sample { key: "hokusai-poppies", title: "Poppies", by: "Katsushika Hokusai", size: (642, 436) },
    Sample {
        key: "renoir-moulin-de-la-galette",
        title: "Bal du moulin de la Galette",
        by: "Pierre-Auguste Renoir",
        size: (588, 432),
    },
    Sample { key: "cassatt-summertime", title: "Summertime", by: "Mary Cassatt", size: (585, 429) },
    Sample {
        key: "hiroshige-benzaiten-shrine-snow",
        title: "The Benzaiten Shrine at Inokashira in Snow",
        by: "Utagawa Hiroshige",
        size: (686, 437),
    },
    Sample {
        key: "bruegel-harvesters",
        title: "The Harvesters",
        by: "Pieter Bruegel the Elder",
        size: (673, 486),
    },
];

/// A picture that is or can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Identifies the file, so that the worker knows whether it is the one of the run before.
    pub id: PictureId,
    /// The radio button's value: a sample's file name without `.jpg`, or "own", or "elsewhere".
    pub key: String,
    /// The title, or the file's name.
    pub title: String,
    /// The painter, if known; otherwise empty.
    pub by: &'static str,
    /// The URL of the file that is painted from.
    pub url: String,
    /// The URL of a file of fewer bytes that looks the same on the page.
    pub preview: String,
    /// The URL of a thumbnail.
    pub thumb: String,
    /// Width and height in pixels, once known.
    pub size: Option<(usize, usize)>,
    /// The number of the visitor's own file, from 1; `None` for pictures that are fetched from `url`.
    pub own_file: Option<u32>,
}

impl Choice {
    fn sample(role: Role, at: usize) -> Self {
        let sample = &role.samples()[at];
        let (folder, offset) = match role {
            Role::Photo => ("photos", 0),
            Role::Painting => ("styles", PHOTOS.len()),
        };
        Self {
            id: PictureId((offset + at) as u32),
            key: sample.key.into(),
            title: sample.title.into(),
            by: sample.by,
            url: format!("samples/{folder}/{}.jpg", sample.key),
            preview: format!("samples/previews/{}.webp", sample.key),
            thumb: format!("samples/thumbs/{}.webp", sample.key),
            size: Some(sample.size),
            own_file: None,
        }
    }

    /// The samples for a role.
    pub fn samples(role: Role) -> Vec<Self> {
        (0..role.samples().len()).map(|at| Self::sample(role, at)).collect()
    }

    /// The initial choice: the picture in the page's address, or the default; and the parameter that was ignored.
    pub fn first(role: Role, asked: Option<&Asked>) -> (Self, Option<Ignored>) {
        let first = match role {
            Role::Photo => 0,
            Role::Painting => 1,
        };
        match asked {
            None => (Self::sample(role, first), None),
            Some(Asked::Address(address)) => (Self::elsewhere(role, address), None),
            Some(Asked::Sample(key)) => match Self::named(role, key) {
                Some(found) => (found, None),
                None => (Self::sample(role, first), Some(Ignored::new(role.key(), key, A_PICTURE))),
            },
        }
    }

    /// A sample by its role and key.
    pub fn named(role: Role, key: &str) -> Option<Self> {
        role.samples().iter().position(|sample| sample.key == key).map(|at| Self::sample(role, at))
    }

    /// The visitor's own file: its number (from 1), its name, its object URL, and its size in pixels.
    pub fn own(number: u32, name: String, url: String, size: (usize, usize)) -> Self {
        let samples = (PHOTOS.len() + PAINTINGS.len()) as u32;
        Self {
            id: PictureId(samples + number),
            key: "own".into(),
            title: name,
            by: "",
            preview: url.clone(),
            thumb: url.clone(),
            url,
            size: Some(size),
            own_file: Some(number),
        }
    }

    /// A picture at an address on another site.
    pub fn elsewhere(role: Role, address: &str) -> Self {
        // Ids from the upper end, to differ from those of the visitor's own files.
        let id = match role {
            Role::Photo => u32::MAX,
            Role::Painting => u32::MAX - 1,
        };
        Self {
            id: PictureId(id),
            key: "elsewhere".into(),
            title: name_at(address).into(),
            by: "",
            url: address.into(),
            preview: address.into(),
            thumb: address.into(),
            size: None,
            own_file: None,
        }
    }

    /// What an address of the page names it by; `None` for the visitor's own files.
    pub fn address(&self) -> Option<String> {
        if self.is_sample() {
            return Some(self.key.clone());
        }
        self.own_file.is_none().then(|| self.url.clone())
    }

    /// Whether it is one of the site's samples.
    pub fn is_sample(&self) -> bool {
        self.key != "own" && self.key != "elsewhere"
    }

    /// The `crossorigin` attribute of an `img`: a picture of another site is fetched by CORS, since a cross-origin
    /// isolated page shows no others.
    pub fn crossorigin(&self) -> Option<&'static str> {
        (self.key == "elsewhere").then_some("anonymous")
    }

    /// Title and painter, for captions and `alt` attributes.
    pub fn label(&self) -> String {
        if self.by.is_empty() { self.title.clone() } else { format!("{}, {}", self.title, self.by) }
    }

    /// The name for use in a file name: letters, of which those of ASCII are lower-case, and digits, joined by single hyphens.
    pub fn slug(&self) -> String {
        let name = if self.is_sample() {
            &self.key
        } else {
            self.title.rsplit_once('.').map_or(self.title.as_str(), |(stem, _)| stem)
        };
        let words: Vec<String> = name
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        words.join("-")
    }
}

/// The first address on the web in a list of addresses, one a line; `None` if the first line is something else. Comments of
/// a `text/uri-list` (RFC 2483) begin with a number sign.
pub fn first_address(list: &str) -> Option<String> {
    let first = list.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    (is_on_the_web(first) && !first.contains(char::is_whitespace)).then(|| first.to_owned())
}

/// The last part of an address's path, or the whole path if that is empty.
pub fn name_at(address: &str) -> &str {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_have_ids_of_their_own() {
        let mut choices = [Choice::samples(Role::Photo), Choice::samples(Role::Painting)].concat();
        choices.extend([1, 2].map(|number| Choice::own(number, "a.jpg".into(), "blob:1".into(), (4, 3))));
        let elsewhere = Asked::Address("https://example.com/a/b.png?x=/c#d".into());
        choices.extend([Role::Photo, Role::Painting].map(|role| Choice::first(role, Some(&elsewhere)).0));
        let mut ids: Vec<_> = choices.iter().map(|choice| choice.id.0).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), choices.len());
        assert_eq!(choices[choices.len() - 1].title, "b.png");
    }

    #[test]
    fn an_address_is_found_in_what_is_dropped() {
        let picture = Some("https://example.com/a.png".to_owned());
        assert_eq!(first_address("https://example.com/a.png"), picture);
        let list = "# a comment\r\n https://example.com/a.png\r\nhttps://example.com/b.png";
        assert_eq!(first_address(list), picture);
        for text in
            ["", "words", "see https://example.com/a.png", "https://example.com/a.png and b", "file:///a.png"]
        {
            assert_eq!(first_address(text), None, "{text}");
        }
        let names = ["https://example.com/a/b.png?x=/c#d", "https://example.com/"].map(name_at);
        assert_eq!(names, ["b.png", "https://example.com/"]);
    }

    #[test]
    fn a_sample_that_does_not_exist_is_replaced_and_named() {
        let (known, ignored) = Choice::first(Role::Photo, Some(&Asked::Sample("cat".into())));
        assert_eq!((known.key.as_str(), ignored), ("cat", None));
        let (usual, ignored) = Choice::first(Role::Painting, Some(&Asked::Sample("cat".into())));
        assert_eq!(usual, Choice::first(Role::Painting, None).0);
        assert_eq!(ignored, Some(Ignored::new("painting", "cat", A_PICTURE)));
    }

    #[test]
    fn a_piece_of_a_file_name_has_no_other_signs_than_hyphens() {
        let own = |name: &str| Choice::own(1, name.into(), String::new(), (4, 3)).slug();
        assert_eq!([own("Über  Uns (2).final.JPG"), own("../..")], ["Über-uns-2-final", ""]);
        assert_eq!(Choice::first(Role::Photo, None).0.slug(), "summer-palace");
    }
}
