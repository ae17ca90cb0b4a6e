//! Defines everything that can be chosen about a run: each option with its range, default and names, and its written
//! forms.
//!
//! [`Options`] is what the visitor chose; the crate `schedule` derives from it what will run. A [`recipe`] stores the
//! choices in the PNG of a result, a [`link`] reads them from an address. This crate depends on no engine, browser or
//! command line.

mod check;
mod choices;
mod engine;
mod error;
pub mod experiment;
mod layers;
pub mod link;
mod look;
mod looks;
pub mod number;
mod other_ways;
pub mod png_text;
mod preset;
pub mod ranges;
pub mod recipe;
pub mod settings;
pub mod shell;
mod table;
mod validate;
mod value;

pub use check::check_painting_weight;
pub use choices::{
    Color, Enlarged, Init, Optimizer, Padding, Pooling, Pyramid, Schedule, StyleLoss, Turns, Until,
};
pub use engine::Engine;
pub use error::OptionsError;
pub use experiment::Experiment;
pub use layers::{WeightedLayer, deepest, format_layers, parse_layers};
pub use look::Look;
pub use other_ways::{EXPERIMENT, LOOK, entries};
pub use preset::StyleLayers;
pub use table::{AdamOptions, Entry, Options};
