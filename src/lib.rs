//! Neural style transfer after Gatys, Ecker and Bethge, natively and in the browser.

pub mod layer;
pub mod message;
pub mod options;
pub mod picture;
pub mod weights;
