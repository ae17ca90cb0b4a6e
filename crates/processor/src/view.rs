//! Defines a view of a matrix in memory.

/// A matrix with the strides of its rows and columns, in values.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub numbers: &'a [f32],
    pub row: usize,
    pub column: usize,
}
