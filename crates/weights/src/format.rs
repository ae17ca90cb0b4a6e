//! Defines the constants of the pack format. `weights/README.md` specifies the format byte by byte.

/// The version of the format that this program reads and writes.
pub const VERSION: u64 = 1;
/// The maximum length of a shard in bytes: 4 MiB.
pub const MAX_SHARD_BYTES: u64 = 4 << 20;
/// The maximum number of shards in a pack.
pub const MAX_SHARDS: usize = 1024;
/// The maximum number of channels of a layer.
pub const MAX_CHANNELS: usize = 4096;
/// The maximum length of a manifest in bytes: 1 MiB.
pub const MAX_MANIFEST_BYTES: usize = 1 << 20;

pub(crate) const FORMAT: &str = "impasto-pack";
pub(crate) const NETWORK: &str = "vgg19";
pub(crate) const ENCODING: &str = "u8";
