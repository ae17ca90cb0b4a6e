//! The connection to the worker in which the engine runs.

pub mod bridge;
