//! Controls of general use. They know no store: they are given values, and functions that take new ones.

pub mod file_button;
pub mod number;
pub mod pick;
pub mod slider;
