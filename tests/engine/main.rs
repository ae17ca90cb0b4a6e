//! The tests of the engine. One program, since each would contain the whole engine and take as long to link as all of them.
//!
//! One file of them: `cargo test --test engine kernels::`. Two programs of their own are `faults.rs`, whose devices break, and
//! `memory.rs`, whose devices are measured.

mod bundled;
mod calibration;
mod colors;
mod edges;
mod example;
mod follow;
mod gradients;
mod helpers;
mod kernels;
mod launches;
#[path = "../network_shape/mod.rs"]
mod network_shape;
mod pipelines;
mod reference;
#[path = "../reference_data/mod.rs"]
mod reference_data;
mod regions;
mod samples;
mod schedule;
mod shaders;
