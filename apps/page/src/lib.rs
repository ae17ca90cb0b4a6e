//! The page: everything that a visitor sees, and everything that needs no engine.
//!
//! Imports point downwards only: `app` → `view` → `actions` → `store` → [`model`]. Actions also use `link`, which owns
//! the worker of the engine, and `services`, the functions of the browser. The [`model`] is plain Rust, and is also
//! compiled and tested natively.
//!
//! The `data-` attributes of `main#studio` and of the elements with an id show the state of the page. Styles and the
//! tests in browsers read them; they are part of the interface.

pub mod model;

#[cfg(target_family = "wasm")]
mod actions;
#[cfg(target_family = "wasm")]
pub mod app;
#[cfg(target_family = "wasm")]
mod bench;
#[cfg(target_family = "wasm")]
mod link;
#[cfg(target_family = "wasm")]
mod services;
#[cfg(target_family = "wasm")]
mod store;
#[cfg(target_family = "wasm")]
mod view;
