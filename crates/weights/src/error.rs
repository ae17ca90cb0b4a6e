//! Each way in which a pack can be wrong, in words that name the culprit and say what to do.

use crate::{
    format::{MAX_CHANNELS, MAX_MANIFEST_BYTES, MAX_SHARD_BYTES, MAX_SHARDS, VERSION},
    layer::Layer,
};

/// Why a pack is refused. No variant leaves half a network behind: it is all of it or nothing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PackError {
    /// The manifest is longer than any honest one.
    #[error(
        "the manifest has {bytes} bytes, more than the {MAX_MANIFEST_BYTES} allowed: this is not the manifest of a pack; make one with `cargo xtask weights`"
    )]
    ManifestTooLarge {
        /// Its length in bytes.
        bytes: usize,
    },
    /// The manifest is not JSON, or a field is missing or of the wrong type.
    #[error("the manifest cannot be read ({0}): make the pack again with `cargo xtask weights`")]
    Json(String),
    /// The manifest describes something else.
    #[error(
        "the manifest is of the format \"{0}\", not \"impasto-pack\": point to a pack made with `cargo xtask weights`"
    )]
    UnknownFormat(String),
    /// The pack was made by a newer (or a long gone) version.
    #[error(
        "the pack has format version {0}, this program reads version {VERSION}: make the pack again with the `cargo xtask weights` of this version"
    )]
    UnsupportedVersion(u64),
    /// The layers are wired in a way that the engine does not know.
    #[error("the pack holds a network \"{0}\", this program knows \"vgg19\": use a pack of that network")]
    UnknownNetwork(String),
    /// The mean is no colour.
    #[error("the mean {0:?} is not three values in 0..1: make the pack again with `cargo xtask weights`")]
    BadMean([f32; 3]),
    /// A loss is weighted that is none, or by what is no weight.
    #[error(
        "the balance \"{name}\": {factor} is not `content` or a layer with a factor from 0.01 to 100: make the pack again \
         with `cargo xtask weights`"
    )]
    BadBalance {
        /// What is said to be weighted.
        name: String,
        /// By what.
        factor: f32,
    },
    /// A layer has a name outside conv1_1 … conv5_1.
    #[error("the manifest lists an unknown layer \"{0}\": make the pack again with `cargo xtask weights`")]
    UnknownLayer(String),
    /// A layer is listed twice.
    #[error("the manifest lists {0} twice: make the pack again with `cargo xtask weights`")]
    DuplicateLayer(Layer),
    /// A layer is not listed.
    #[error("the manifest does not list {0}: make the pack again with `cargo xtask weights`")]
    MissingLayer(Layer),
    /// The layers are not in the order in which a picture meets them.
    #[error(
        "the manifest lists {found} where {expected} belongs: make the pack again with `cargo xtask weights`"
    )]
    LayerOrder {
        /// The layer that belongs at this place.
        expected: Layer,
        /// The layer that is listed there.
        found: Layer,
    },
    /// A layer has no channels, or absurdly many.
    #[error(
        "{layer} claims {channels} channels, outside 1..={MAX_CHANNELS}: make the pack again with `cargo xtask weights`"
    )]
    BadChannels {
        /// The layer.
        layer: Layer,
        /// What it claims.
        channels: u64,
    },
    /// A layer does not take what the layer before it gives.
    #[error(
        "{layer} takes {found} channels but is given {expected}: the manifest does not fit together; make the pack again with `cargo xtask weights`"
    )]
    BrokenChain {
        /// The layer.
        layer: Layer,
        /// The output channels of the layer before it (3 before conv1_1).
        expected: usize,
        /// Its input channels.
        found: usize,
    },
    /// A layer is encoded in a way that this version cannot read.
    #[error(
        "{layer} is encoded as \"{encoding}\", this program reads \"u8\": make the pack again with the `cargo xtask weights` of this version"
    )]
    UnknownEncoding {
        /// The layer.
        layer: Layer,
        /// What the manifest says.
        encoding: String,
    },
    /// More shards than any honest pack has.
    #[error(
        "the manifest lists {0} shards, more than {MAX_SHARDS}: make the pack again with `cargo xtask weights`"
    )]
    TooManyShards(usize),
    /// A shard's file name could lead out of the pack's folder.
    #[error(
        "\"{0}\" is not a plain file name for a shard (letters, digits, `-`, `_`, `.`): do not trust this pack; make one with `cargo xtask weights`"
    )]
    UnsafeFileName(String),
    /// Two shards have the same file name.
    #[error("the manifest lists the shard {0} twice: make the pack again with `cargo xtask weights`")]
    DuplicateShard(String),
    /// A shard claims no bytes at all.
    #[error("the manifest says that {0} is empty: make the pack again with `cargo xtask weights`")]
    EmptyShard(String),
    /// A shard claims more than 4 MiB.
    #[error(
        "the manifest says that {file} has {bytes} bytes, more than the {MAX_SHARD_BYTES} allowed: make the pack again with `cargo xtask weights`"
    )]
    ShardTooLarge {
        /// The shard's file name.
        file: String,
        /// What the manifest claims.
        bytes: u64,
    },
    /// A shard's SHA-256 is not 64 hexadecimal digits.
    #[error(
        "the manifest gives no proper SHA-256 for {0} (64 lower-case hexadecimal digits): make the pack again with `cargo xtask weights`"
    )]
    BadDigest(String),
    /// The shards hold fewer bytes than the layers need.
    #[error(
        "the layers need {needed} bytes but the shards hold {held}: shards are missing from the manifest; make the pack again with `cargo xtask weights`"
    )]
    TooFewBytes {
        /// What the layers need.
        needed: u64,
        /// What the shards hold.
        held: u64,
    },
    /// The shards hold more bytes than the layers need.
    #[error(
        "the layers need {needed} bytes but the shards hold {held}: the rest belongs to nothing; make the pack again with `cargo xtask weights`"
    )]
    TrailingBytes {
        /// What the layers need.
        needed: u64,
        /// What the shards hold.
        held: u64,
    },
    /// A shard was handed in that the manifest does not list.
    #[error("there is no shard number {index}: the manifest lists {count}")]
    NoSuchShard {
        /// The number handed in, from 0.
        index: usize,
        /// How many shards there are.
        count: usize,
    },
    /// A shard is shorter than the manifest says.
    #[error("{file} is cut off: {found} of {expected} bytes; load it again, or copy the pack again, whole")]
    ShardTruncated {
        /// The shard's file name.
        file: String,
        /// Bytes according to the manifest.
        expected: u64,
        /// Bytes handed in.
        found: u64,
    },
    /// A shard is longer than the manifest says.
    #[error(
        "{file} has bytes behind its end: {found} instead of {expected}; load it again, or copy the pack again, whole"
    )]
    ShardTooLong {
        /// The shard's file name.
        file: String,
        /// Bytes according to the manifest.
        expected: u64,
        /// Bytes handed in.
        found: u64,
    },
    /// A shard's bytes are not those that the manifest promises.
    #[error(
        "{file} is damaged (SHA-256 {found} instead of {expected}); load it again, or make the pack again with `cargo xtask weights`"
    )]
    ShardDamaged {
        /// The shard's file name.
        file: String,
        /// SHA-256 according to the manifest, in hexadecimal.
        expected: String,
        /// SHA-256 of the bytes handed in, in hexadecimal.
        found: String,
    },
    /// A shard was never handed in.
    #[error("{0} is missing: fetch it, or copy the pack again, whole")]
    MissingShard(String),
    /// The scale of a channel is NaN, infinite, zero or negative, or so large that values overflow.
    #[error(
        "the scale of channel {channel} of {layer} is {scale}, not a positive number of sensible size: make the pack again with `cargo xtask weights`"
    )]
    BadScale {
        /// The layer.
        layer: Layer,
        /// The output channel, from 0.
        channel: usize,
        /// What the pack says.
        scale: f32,
    },
    /// A bias is NaN or infinite.
    #[error(
        "the bias of channel {channel} of {layer} is {bias}, not a finite number: make the pack again with `cargo xtask weights`"
    )]
    BadBias {
        /// The layer.
        layer: Layer,
        /// The output channel, from 0.
        channel: usize,
        /// What the pack says.
        bias: f32,
    },
}
