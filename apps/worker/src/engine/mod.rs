//! The worker that paints: it owns a device, a network and the run, and answers the page's requests.

mod bench;
mod cache;
mod failure;
#[cfg(feature = "cpu")]
pub mod helpers;
mod inbox;
mod memory;
mod nudges;
mod opened;
#[cfg(feature = "gpu")]
mod pipelines;
mod post;
#[cfg(feature = "cpu")]
pub mod relaxed;
mod run;
pub mod session;
mod sources;
#[cfg(feature = "gpu")]
pub mod timestamps;
#[cfg(feature = "gpu")]
mod tuning;
mod yielder;

pub use failure::failure;
pub use opened::Opened;
