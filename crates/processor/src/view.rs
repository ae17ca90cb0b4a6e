//! Defines a matrix in memory.

/// A matrix: how far apart its rows and its columns are.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub numbers: &'a [f32],
    pub row: usize,
    pub column: usize,
}
