//! Winograd's convolutions ([`Tile`](super::Tile)).

#[cfg(feature = "cpu")]
pub mod cpu;
#[cfg(feature = "gpu")]
pub mod fused;
#[cfg(feature = "gpu")]
pub mod gpu;
