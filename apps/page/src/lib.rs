//! The page: what a visitor sees, and everything that is done without an engine.
//!
//! Imports point downwards only: `app` → `view` → `actions` → `store` → [`model`]. Actions also use `link`, which owns the worker in
//! which the engine runs, and `services`, the functions of the browser. The [`model`] is plain Rust, compiled and tested natively, too.
//!
//! The element `main#studio` and the elements with an id say in `data-` attributes what the page
//! knows. Styles and the tests in real browsers read them; they are part of the interface.

pub mod model;

#[cfg(target_family = "wasm")]
mod actions;
#[cfg(target_family = "wasm")]
pub mod app;
#[cfg(target_family = "wasm")]
mod link;
#[cfg(target_family = "wasm")]
mod services;
#[cfg(target_family = "wasm")]
mod store;
#[cfg(target_family = "wasm")]
mod view;
