//! The network's weights: the pack format, reading it verified, writing it, and import of public model files.
//!
//! A *pack* is what the site ships: a [`Manifest`] and shards of at most 4 MiB, specified byte by byte in
//! `weights/README.md`. Reading one needs no file system, no browser and no engine: whoever has the bytes
//! hands them to [`Pack`], which verifies them and gives [`Weights`]. Everything behind the feature
//! `import` runs natively only: [`open`] reads packs and model files, [`write_pack`] makes a pack of
//! them, [`download`] fetches a public model file.

mod balance;
mod error;
mod manifest;
mod offers;
mod pack;
mod quantize;
mod source;

#[cfg(feature = "import")]
mod download;
#[cfg(feature = "import")]
mod import;
#[cfg(feature = "import")]
mod preprocessing;
#[cfg(feature = "import")]
mod tensors;
#[cfg(feature = "import")]
mod write;

pub use balance::Balance;
pub use error::PackError;
pub use manifest::{
    LayerShape, MAX_CHANNELS, MAX_MANIFEST_BYTES, MAX_SHARD_BYTES, MAX_SHARDS, Manifest, Shard, VERSION,
};
pub use offers::{
    LIST_VERSION, ListError, MAX_LIST_BYTES, MAX_NAME, MAX_OFFERS, Offer, PackName, PackNameError,
    bundled_offers, choose_offer, is_folder, parse_offers,
};
pub use pack::Pack;
pub use quantize::{Quantized, quantize};
pub use source::{Kernel, Source, SourceConv};

#[cfg(feature = "import")]
pub use download::{DEFAULT_URL, Download, DownloadError, DownloadProgress, Downloaded, download};
#[cfg(feature = "import")]
pub use import::{WeightsError, open, open_source};
#[cfg(feature = "import")]
pub use preprocessing::PreprocessingError;
#[cfg(feature = "import")]
pub use write::{EncodedPack, WrittenPack, encode_pack, write_pack};

use crate::layer::Layer;

/// The parameters of one convolution, in f32.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv {
    /// Which convolution this is.
    pub layer: Layer,
    /// Number of output channels.
    pub out_channels: usize,
    /// Number of input channels.
    pub in_channels: usize,
    /// Kernels, OIHW: `out_channels · in_channels · 3 · 3` values.
    pub weight: Vec<f32>,
    /// One bias per output channel.
    pub bias: Vec<f32>,
}

/// The parameters of a network, ready for the engine: it expects RGB values 0..1 minus `mean`.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// What the pack or file calls itself.
    pub name: String,
    /// Subtracted from the picture, RGB, in 0..1.
    pub mean: [f32; 3],
    /// What its losses are multiplied by.
    pub balance: Balance,
    /// conv1_1 … conv5_1, in that order.
    pub convs: Vec<Conv>,
}
