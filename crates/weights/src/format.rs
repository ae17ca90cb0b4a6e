//! Defines the constants of the pack format; `weights/README.md` specifies it byte by byte.

/// The version of the format that this program reads and writes.
pub const VERSION: u64 = 1;
/// The most bytes that a shard may have: 4 MiB.
pub const MAX_SHARD_BYTES: u64 = 4 << 20;
/// The most shards that a pack may have.
pub const MAX_SHARDS: usize = 1024;
/// The most channels that a layer may have.
pub const MAX_CHANNELS: usize = 4096;
/// The most bytes that a manifest may have: 1 MiB.
pub const MAX_MANIFEST_BYTES: usize = 1 << 20;

pub(crate) const FORMAT: &str = "impasto-pack";
pub(crate) const NETWORK: &str = "vgg19";
pub(crate) const ENCODING: &str = "u8";
