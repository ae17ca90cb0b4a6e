//! Imports model files: any supported file with the convolutions of a VGG-19 becomes a network whose input is RGB 0..1
//! minus a mean.

mod download;
pub(crate) mod error;
mod open;
mod plan;
mod preprocessing;
mod tensors;

pub use download::{DEFAULT_URL, Download, DownloadError, DownloadProgress, Downloaded, download};
pub use error::WeightsError;
pub use open::{open, open_source};
pub use preprocessing::PreprocessingError;
