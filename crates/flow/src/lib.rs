//! Defines optical flow: how each pixel of a frame of a film moves to another frame, where that can be trusted, and pictures that
//! are moved along it.
//!
//! The flow is TV-L1: Zach, Pock and Bischof 2007, "A duality based approach for realtime TV-L1 optical flow", with the
//! numerics of Sánchez, Meinhardt-Llopis and Facciolo 2013, "TV-L1 optical flow estimation" (IPOL 3). It keeps the edges of motion sharp,
//! and light that changes or parts that appear pull at their surroundings but little.
//!
//! The trust is that of Ruder, Dosovitskiy and Brox 2016, "Artistic style transfer for videos", section 4.2.

mod field;
mod plane;
mod trust;
mod tv_l1;
mod warp;

pub use field::Flow;
pub use trust::trust;
pub use tv_l1::flow;
pub use warp::warped;
