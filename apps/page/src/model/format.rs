//! Defines the forms in which a result can be saved.

use protocol::ExportKind;

/// The form of a saved file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The picture, with its recipe.
    Png,
    /// The picture with a loss that one hardly sees.
    Jpeg,
    /// The same in fewer bytes.
    WebP,
    /// The photo, the painting and the picture side by side.
    Triptych,
    /// The course of the run.
    Gif,
    /// The course of the run as a film.
    Video,
}

/// The length of a film in seconds, until another one is chosen.
pub const VIDEO_SECONDS: u32 = 6;

/// Who makes a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// The worker for files.
    Worker(ExportKind),
    /// The browser itself, which is asked for a file of this MIME type.
    Browser(&'static str),
    /// What makes films, loaded only then.
    Film,
}

impl Format {
    /// The value of `data-busy`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::WebP => "webp",
            Self::Triptych => "triptych",
            Self::Gif => "gif",
            Self::Video => "video",
        }
    }

    /// The name for visitors.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
            Self::Triptych => "triptych",
            Self::Gif => "GIF",
            Self::Video => "video",
        }
    }

    /// Who makes it.
    pub const fn maker(self) -> Maker {
        match self {
            Self::Png => Maker::Worker(ExportKind::Png),
            Self::Jpeg => Maker::Browser("image/jpeg"),
            Self::WebP => Maker::Browser("image/webp"),
            Self::Triptych => Maker::Worker(ExportKind::Triptych),
            Self::Gif => Maker::Worker(ExportKind::Gif),
            Self::Video => Maker::Film,
        }
    }

    /// The end of the name of a file that the browser says is of the MIME type `kind`. A film has the type that the browser can
    /// write.
    pub fn ending(self, kind: &str) -> &'static str {
        match self {
            Self::Png => ".png",
            Self::Jpeg => ".jpg",
            Self::WebP => ".webp",
            Self::Triptych => "-triptych.png",
            Self::Gif => ".gif",
            Self::Video if kind == "video/webm" => ".webm",
            Self::Video => ".mp4",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_is_named_by_what_the_browser_has_written() {
        assert_eq!(["video/mp4", "video/webm"].map(|kind| Format::Video.ending(kind)), [".mp4", ".webm"]);
        assert_eq!(Format::Gif.ending("image/gif"), ".gif");
    }
}
