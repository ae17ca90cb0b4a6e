//! Defines the manifest of a pack: its layers, their encoding, and its shards.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::{
    balance::Balance,
    error::PackError,
    format::{
        ENCODING, FORMAT, MAX_CHANNELS, MAX_MANIFEST_BYTES, MAX_SHARD_BYTES, MAX_SHARDS, NETWORK, VERSION,
    },
    layer::Layer,
};

/// The bytes of a channel in addition to its codes: scale (4), zero point (1), bias (4).
const CHANNEL_BYTES: u64 = 9;

/// A file of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// The file name, in the folder of the manifest.
    pub file: String,
    /// The length in bytes, at most [`MAX_SHARD_BYTES`].
    pub bytes: u64,
    /// SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
}

/// The channel counts of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerShape {
    /// The convolution.
    pub layer: Layer,
    /// Number of output channels, at most [`MAX_CHANNELS`].
    pub out_channels: usize,
    /// Number of input channels.
    pub in_channels: usize,
}

impl LayerShape {
    /// The number of kernel values: `out_channels · in_channels · 3 · 3`.
    pub fn kernel_len(self) -> usize {
        self.out_channels * self.in_channels * 9
    }

    /// The number of bytes of the layer in the shards.
    pub(crate) fn bytes(self) -> u64 {
        self.kernel_len() as u64 + CHANNEL_BYTES * self.out_channels as u64
    }
}

/// A validated manifest: the channels of its layers match, and its shards contain exactly the bytes of the layers.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    name: String,
    provenance: String,
    mean: [f32; 3],
    balance: Balance,
    layers: Vec<LayerShape>,
    shards: Vec<Shard>,
    bytes: u64,
}

/// The fields that every version of the format has. They are checked first.
#[derive(Deserialize)]
struct Kind {
    format: String,
    version: u64,
}

/// The JSON form of a manifest.
#[derive(Serialize, Deserialize)]
pub(crate) struct Written {
    pub format: String,
    pub version: u64,
    pub name: String,
    pub network: String,
    pub provenance: String,
    pub mean: [f32; 3],
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub balance: BTreeMap<String, f32>,
    pub layers: Vec<WrittenLayer>,
    pub shards: Vec<Shard>,
}

/// The JSON form of a layer.
#[derive(Serialize, Deserialize)]
pub(crate) struct WrittenLayer {
    pub layer: String,
    pub in_channels: u64,
    pub out_channels: u64,
    pub encoding: String,
}

impl Manifest {
    /// Reads and validates the bytes of a `manifest.json`.
    ///
    /// # Errors
    /// The [`PackError`] of the first violation. No memory is allocated for the sizes that the manifest states.
    pub fn parse(json: &[u8]) -> Result<Self, PackError> {
        if json.len() > MAX_MANIFEST_BYTES {
            return Err(PackError::ManifestTooLarge { bytes: json.len() });
        }
        let kind: Kind = from_json(json)?;
        if kind.format != FORMAT {
            return Err(PackError::UnknownFormat(kind.format));
        }
        if kind.version != VERSION {
            return Err(PackError::UnsupportedVersion(kind.version));
        }
        let written: Written = from_json(json)?;
        if written.network != NETWORK {
            return Err(PackError::UnknownNetwork(written.network));
        }
        if !written.mean.iter().all(|m| (0.0..=1.0).contains(m)) {
            return Err(PackError::BadMean(written.mean));
        }
        let balance = Balance::new(&written.balance)?;
        let layers = check_layers(&written.layers)?;
        let bytes = check_shards(&written.shards)?;
        let needed = layers.iter().map(|layer| layer.bytes()).sum();
        if bytes < needed {
            return Err(PackError::TooFewBytes { needed, held: bytes });
        }
        if bytes > needed {
            return Err(PackError::TrailingBytes { needed, held: bytes });
        }
        Ok(Self {
            name: written.name,
            provenance: written.provenance,
            mean: written.mean,
            balance,
            layers,
            shards: written.shards,
            bytes,
        })
    }

    /// The name of the pack.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Origin and licence of the weights.
    pub fn provenance(&self) -> &str {
        &self.provenance
    }

    /// Mean colour, RGB in 0..1, to subtract from the picture.
    pub fn mean(&self) -> [f32; 3] {
        self.mean
    }

    /// Factors on the losses.
    pub fn balance(&self) -> &Balance {
        &self.balance
    }

    /// The convolutions, in network order.
    pub fn layers(&self) -> &[LayerShape] {
        &self.layers
    }

    /// The files of the pack, in order.
    pub fn shards(&self) -> &[Shard] {
        &self.shards
    }

    /// The total length of the shards in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

fn from_json<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, PackError> {
    serde_json::from_slice(json).map_err(|error| PackError::Json(error.to_string()))
}

/// Checks that the layers are conv1_1 … conv5_1 in order, and that the channels of successive layers match.
fn check_layers(written: &[WrittenLayer]) -> Result<Vec<LayerShape>, PackError> {
    let mut named = Vec::new();
    for entry in written {
        let layer: Layer = entry.layer.parse().map_err(|_| PackError::UnknownLayer(entry.layer.clone()))?;
        if named.iter().any(|&(seen, _)| seen == layer) {
            return Err(PackError::DuplicateLayer(layer));
        }
        named.push((layer, entry)); // at most 13, since duplicates and unknown names are refused
    }
    if let Some(missing) = Layer::ALL.into_iter().find(|layer| named.iter().all(|(seen, _)| seen != layer)) {
        return Err(PackError::MissingLayer(missing));
    }
    let mut given = 3; // red, green, blue
    let mut layers = Vec::with_capacity(named.len());
    for (expected, (layer, entry)) in Layer::ALL.into_iter().zip(named) {
        if layer != expected {
            return Err(PackError::LayerOrder { expected, found: layer });
        }
        if entry.encoding != ENCODING {
            return Err(PackError::UnknownEncoding { layer, encoding: entry.encoding.clone() });
        }
        let in_channels = channels(layer, entry.in_channels)?;
        let out_channels = channels(layer, entry.out_channels)?;
        if in_channels != given {
            return Err(PackError::BrokenChain { layer, expected: given, found: in_channels });
        }
        given = out_channels;
        layers.push(LayerShape { layer, out_channels, in_channels });
    }
    Ok(layers)
}

fn channels(layer: Layer, channels: u64) -> Result<usize, PackError> {
    usize::try_from(channels)
        .ok()
        .filter(|count| (1..=MAX_CHANNELS).contains(count))
        .ok_or(PackError::BadChannels { layer, channels })
}

/// Checks names, lengths and digests of the shards, and returns their total length in bytes.
fn check_shards(shards: &[Shard]) -> Result<u64, PackError> {
    if shards.len() > MAX_SHARDS {
        return Err(PackError::TooManyShards(shards.len()));
    }
    let mut names = HashSet::new();
    let mut bytes = 0;
    for shard in shards {
        if !is_plain_file_name(&shard.file) {
            return Err(PackError::UnsafeFileName(shard.file.clone()));
        }
        if !names.insert(&shard.file) {
            return Err(PackError::DuplicateShard(shard.file.clone()));
        }
        if shard.bytes == 0 {
            return Err(PackError::EmptyShard(shard.file.clone()));
        }
        if shard.bytes > MAX_SHARD_BYTES {
            return Err(PackError::ShardTooLarge { file: shard.file.clone(), bytes: shard.bytes });
        }
        if shard.sha256.len() != 64 || !shard.sha256.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(PackError::BadDigest(shard.file.clone()));
        }
        bytes += shard.bytes; // at most MAX_SHARDS · MAX_SHARD_BYTES = 4 GiB
    }
    Ok(bytes)
}

/// Whether a name can only refer to a file in the same folder, in a path and in a URL.
pub(crate) fn is_plain_file_name(file: &str) -> bool {
    (1..=100).contains(&file.len())
        && !file.starts_with('.')
        && file.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.'))
}
