//! Reads picture files: by their content, whatever their name says; upright, as EXIF says; in sRGB, as their colour profile says;
//! with the precision that they have. Browsers show the same.
//!
//! The page decodes with its browser and takes from here only what a file is ([`FileKind`]).

mod kind;

#[cfg(feature = "decoders")]
mod colors;
#[cfg(feature = "decoders")]
mod error;
#[cfg(feature = "decoders")]
mod jpeg;
#[cfg(feature = "decoders")]
mod others;
#[cfg(feature = "decoders")]
mod pixels;
#[cfg(feature = "decoders")]
mod read;

pub use kind::{FileKind, SNIFFED};

#[cfg(feature = "decoders")]
pub use self::{
    error::{MAX_BYTES, ReadError},
    pixels::Read,
    read::{read, read_up_to, read_upright},
};
