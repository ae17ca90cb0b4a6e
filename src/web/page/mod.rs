//! The page: what a visitor sees, and everything that is done without an engine.
//!
//! Imports point downwards only: [`app`] → [`view`] → [`actions`] → [`store`] → [`model`]. Actions also use [`link`], which
//! owns the worker in which the engine runs, and [`services`], the functions of the browser.
//!
//! The element `main#studio` and the elements with an id say in `data-` attributes what the page
//! knows. Styles and the tests in real browsers read them; they are part of the interface.

pub mod actions;
pub mod app;
pub mod link;
pub mod model;
pub mod services;
pub mod store;
pub mod view;
