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
}

/// Who makes a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// The worker for files.
    Worker(ExportKind),
    /// The browser itself, which is asked for a file of this MIME type.
    Browser(&'static str),
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
        }
    }

    /// The end of the file's name.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Png => ".png",
            Self::Jpeg => ".jpg",
            Self::WebP => ".webp",
            Self::Triptych => "-triptych.png",
            Self::Gif => ".gif",
        }
    }
}
