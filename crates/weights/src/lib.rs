//! Defines the weights of the network: the pack format, verified reading, writing, and import of public model files.
//!
//! A *pack* is the form that the site ships: a [`Manifest`] and shards of at most 4 MiB, specified byte by byte in
//! `weights/README.md`. Reading one needs no file system, browser or engine: the caller passes bytes to [`Pack`], which
//! verifies them and returns [`Weights`]. The feature `import` is for native programs only: [`open`] reads packs and
//! model files, [`write_pack`] writes a pack, [`download`] fetches a public model file.

mod balance;
mod error;
mod format;
mod layer;
mod manifest;
mod name;
mod network;
mod pack;
mod quantize;
mod source;

#[cfg(feature = "import")]
mod import;
#[cfg(feature = "import")]
mod write;

pub use balance::Balance;
pub use error::PackError;
pub use format::{MAX_CHANNELS, MAX_MANIFEST_BYTES, MAX_SHARD_BYTES, MAX_SHARDS, VERSION};
#[cfg(feature = "import")]
pub use import::{
    DEFAULT_URL, Download, DownloadError, DownloadProgress, Downloaded, PreprocessingError, WeightsError,
    download, open, open_source,
};
pub use layer::{Layer, UnknownLayer};
pub use manifest::{LayerShape, Manifest, Shard};
pub use name::{PackName, PackNameError};
pub use network::{Conv, Weights};
pub use pack::Pack;
pub use quantize::{Quantized, quantize};
pub use source::{Kernel, Source, SourceConv};
#[cfg(feature = "import")]
pub use write::{EncodedPack, WrittenPack, encode_pack, write_pack};
