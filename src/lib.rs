//! Impasto's engine: paints a photo in the style of a painting (Gatys, Ecker and Bethge 2015), natively and in the browser.
//!
//! Read [`transfer`] first: it is the algorithm, top-down.
//!
//! # The way of a picture
//! Photo and painting come as [`picture::Picture`]s, the network as [`weights::Weights`], and what was chosen as
//! [`options::Options`]. [`Vgg`] puts the network on a [`device`]. [`StyleTransfer::new`] computes the targets; each step then
//! goes forward through the [`network`], takes the [`loss`] and its gradient, backward to the picture, and lets the
//! [`optimizer`] change it, all by the [`kernels`] and reading nothing back. The `schedule` (a crate that the page
//! uses, too) says at which sizes. One small
//! readback makes a [`picture::Frame`] to look at.
//!
//! The engine knows no browser, no files and no command line; those are in `apps/`.

#[cfg(feature = "gpu")]
pub mod calibration;
pub mod device;
mod error;
pub mod kernels;
pub mod loss;
pub mod network;
pub mod optimizer;
pub mod sources;
pub mod stop;
mod tiles;
pub mod transfer;

pub use error::Error;
pub use network::Vgg;
pub use sources::Sources;
pub use transfer::StyleTransfer;
