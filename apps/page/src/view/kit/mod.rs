//! Defines general controls. They depend on no store: they receive values, and functions that take new ones.

pub mod file_button;
pub mod number;
pub mod pick;
pub mod slider;
