//! Impasto paints a photo in the style of a painting (Gatys, Ecker and Bethge 2015), natively and in the browser.
//!
//! # The way of a picture
//! A visitor picks a file. The page hands it, unread, to the worker with the [`options`] ([`message`]). The worker
//! decodes it to a [`picture::Picture`], scales it and uploads it once; the network's [`weights`] are fetched,
//! verified and put on the [`device`]. [`transfer::StyleTransfer`] computes the targets and then loops on the
//! device: forward through [`vgg`], [`loss`], backward, Adam, by the [`kernels`], reading nothing back; first on small
//! pictures, then on larger ones, as the [`schedule`] says. Every
//! few steps one small readback makes a [`message::Frame`] that is transferred to the page, drawn, and kept in the
//! [`timeline`].
//!
//! Read [`transfer`] first: it is the algorithm, top-down.
//!
//! The library knows no browser: only `web`, behind the feature of that name, does.

pub mod chosen;
pub mod color;
pub mod crop;
pub mod layer;
pub mod link;
pub mod marks;
pub mod mask;
pub mod message;
pub mod mode;
pub mod options;
pub mod picture;
pub mod preset;
pub mod recipe;
pub mod rect;
pub mod schedule;
pub mod timeline;
pub mod until;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod web;
pub mod weights;

#[cfg(feature = "gpu")]
pub mod calibration;
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod device;
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod kernels;
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod lbfgs;
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod loss;
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod optimizer;
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod sources;
#[cfg(any(feature = "cpu", feature = "gpu"))]
mod statistics;
#[cfg(any(feature = "cpu", feature = "gpu"))]
mod tiled;
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod transfer;
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod vgg;
