//! Defines the engine of Impasto: it optimises a photo until it has the style of a painting (Gatys, Ecker and Bethge
//! 2015). It runs natively and in the browser.
//!
//! Read [`transfer`] first: it is the algorithm, top-down.
//!
//! # Data flow of a run
//! The inputs are the photo and the paintings ([`picture::Picture`]), the network ([`weights::Weights`]) and the
//! settings ([`options::Options`]). [`Vgg`] puts the network on a [`device`]. [`StyleTransfer::new`] computes the
//! targets. Each step runs the [`network`] forward, computes the [`loss`] and its gradient, runs the network backward
//! to the picture and lets the [`optimizer`] change the picture. All of this is done by the [`kernels`]; with Adam
//! nothing is read back during a step. The crate `schedule` decides at which sizes the steps are made; the page uses
//! it too. One small readback makes a [`picture::Frame`] for display.
//!
//! The engine does not depend on a browser, on files or on a command line; those are in `apps/`.

#[cfg(feature = "gpu")]
pub mod calibration;
pub mod device;
mod error;
pub mod kernels;
pub mod loss;
pub mod memory;
pub mod network;
pub mod optimizer;
mod originals;
#[cfg(feature = "gpu")]
pub mod pipelines;
mod reading;
mod repeated;
pub mod sources;
pub mod step_time;
pub mod stop;
#[cfg(feature = "gpu")]
pub mod survey;
mod tiles;
pub mod transfer;

pub use error::Error;
pub use network::Vgg;
pub use reading::Reading;
pub use sources::Sources;
pub use transfer::{Snapshot, StyleTransfer};
