//! Defines the errors of a pack, one variant for each invariant of the format. Each message names the file or layer and
//! says what to do.

use crate::{
    format::{MAX_CHANNELS, MAX_MANIFEST_BYTES, MAX_SHARD_BYTES, MAX_SHARDS, VERSION},
    layer::Layer,
};

/// Why a pack is refused. A pack is accepted as a whole or not at all.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PackError {
    /// The manifest is longer than [`MAX_MANIFEST_BYTES`].
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
    /// The manifest is of another format.
    #[error(
        "the manifest is of the format \"{0}\", not \"impasto-pack\": point to a pack made with `cargo xtask weights`"
    )]
    UnknownFormat(String),
    /// The pack has an unsupported format version, newer or obsolete.
    #[error(
        "the pack has format version {0}, this program reads version {VERSION}: make the pack again with the `cargo xtask weights` of this version"
    )]
    UnsupportedVersion(u64),
    /// The network's architecture is unknown.
    #[error("the pack holds a network \"{0}\", this program knows \"vgg19\": use a pack of that network")]
    UnknownNetwork(String),
    /// A component of the mean colour is outside 0..1.
    #[error("the mean {0:?} is not three values in 0..1: make the pack again with `cargo xtask weights`")]
    BadMean([f32; 3]),
    /// An entry of the balance has an unknown name or a factor out of range.
    #[error(
        "the balance \"{name}\": {factor} is not `content` or a layer with a factor from 0.01 to 100: make the pack again \
         with `cargo xtask weights`"
    )]
    BadBalance {
        /// The name of the entry.
        name: String,
        /// The factor.
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
    /// The layers are not in network order.
    #[error(
        "the manifest lists {found} where {expected} belongs: make the pack again with `cargo xtask weights`"
    )]
    LayerOrder {
        /// The layer that is expected at this position.
        expected: Layer,
        /// The layer that is listed there.
        found: Layer,
    },
    /// A layer has no channels, or more than [`MAX_CHANNELS`].
    #[error(
        "{layer} claims {channels} channels, outside 1..={MAX_CHANNELS}: make the pack again with `cargo xtask weights`"
    )]
    BadChannels {
        /// The layer.
        layer: Layer,
        /// The number in the manifest.
        channels: u64,
    },
    /// A layer's input channels differ from the output channels of the layer before it.
    #[error(
        "{layer} takes {found} channels but is given {expected}: the manifest does not fit together; make the pack again with `cargo xtask weights`"
    )]
    BrokenChain {
        /// The layer.
        layer: Layer,
        /// The output channels of the layer before it (3 for conv1_1).
        expected: usize,
        /// Its input channels.
        found: usize,
    },
    /// The encoding of a layer is unknown.
    #[error(
        "{layer} is encoded as \"{encoding}\", this program reads \"u8\": make the pack again with the `cargo xtask weights` of this version"
    )]
    UnknownEncoding {
        /// The layer.
        layer: Layer,
        /// The encoding in the manifest.
        encoding: String,
    },
    /// The manifest lists more than [`MAX_SHARDS`] shards.
    #[error(
        "the manifest lists {0} shards, more than {MAX_SHARDS}: make the pack again with `cargo xtask weights`"
    )]
    TooManyShards(usize),
    /// A shard's file name could refer to a file outside the pack's folder.
    #[error(
        "\"{0}\" is not a plain file name for a shard (letters, digits, `-`, `_`, `.`): do not trust this pack; make one with `cargo xtask weights`"
    )]
    UnsafeFileName(String),
    /// Two shards have the same file name.
    #[error("the manifest lists the shard {0} twice: make the pack again with `cargo xtask weights`")]
    DuplicateShard(String),
    /// The stated length of a shard is 0.
    #[error("the manifest says that {0} is empty: make the pack again with `cargo xtask weights`")]
    EmptyShard(String),
    /// The stated length of a shard is more than 4 MiB.
    #[error(
        "the manifest says that {file} has {bytes} bytes, more than the {MAX_SHARD_BYTES} allowed: make the pack again with `cargo xtask weights`"
    )]
    ShardTooLarge {
        /// The shard's file name.
        file: String,
        /// The length in the manifest.
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
        /// The number of bytes that the layers need.
        needed: u64,
        /// The total length of the shards in bytes.
        held: u64,
    },
    /// The shards hold more bytes than the layers need.
    #[error(
        "the layers need {needed} bytes but the shards hold {held}: the rest belongs to nothing; make the pack again with `cargo xtask weights`"
    )]
    TrailingBytes {
        /// The number of bytes that the layers need.
        needed: u64,
        /// The total length of the shards in bytes.
        held: u64,
    },
    /// A shard was added that the manifest does not list.
    #[error("there is no shard number {index}: the manifest lists {count}")]
    NoSuchShard {
        /// The index, from 0.
        index: usize,
        /// The number of shards.
        count: usize,
    },
    /// A shard is shorter than the manifest says.
    #[error("{file} is cut off: {found} of {expected} bytes; load it again, or copy the pack again, whole")]
    ShardTruncated {
        /// The shard's file name.
        file: String,
        /// The length in the manifest, in bytes.
        expected: u64,
        /// The length of the added bytes.
        found: u64,
    },
    /// A shard is longer than the manifest says.
    #[error(
        "{file} has bytes behind its end: {found} instead of {expected}; load it again, or copy the pack again, whole"
    )]
    ShardTooLong {
        /// The shard's file name.
        file: String,
        /// The length in the manifest, in bytes.
        expected: u64,
        /// The length of the added bytes.
        found: u64,
    },
    /// The SHA-256 of a shard differs from that in the manifest.
    #[error(
        "{file} is damaged (SHA-256 {found} instead of {expected}); load it again, or make the pack again with `cargo xtask weights`"
    )]
    ShardDamaged {
        /// The shard's file name.
        file: String,
        /// SHA-256 according to the manifest, in hexadecimal.
        expected: String,
        /// SHA-256 of the added bytes, in hexadecimal.
        found: String,
    },
    /// A shard is missing.
    #[error("{0} is missing: fetch it, or copy the pack again, whole")]
    MissingShard(String),
    /// The scale of a channel is NaN, infinite, zero, negative, or so large that dequantised values overflow.
    #[error(
        "the scale of channel {channel} of {layer} is {scale}, not a positive number of sensible size: make the pack again with `cargo xtask weights`"
    )]
    BadScale {
        /// The layer.
        layer: Layer,
        /// The output channel, from 0.
        channel: usize,
        /// The scale in the pack.
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
        /// The bias in the pack.
        bias: f32,
    },
}
