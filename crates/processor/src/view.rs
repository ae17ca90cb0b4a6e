//! Defines a view of a matrix in memory.

/// A matrix with the strides of its rows and columns, in values.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub numbers: &'a [f32],
    pub row: usize,
    pub column: usize,
}

/// Columns of a right matrix, row by row.
#[derive(Clone, Copy)]
pub struct Block<'a> {
    pub numbers: &'a [f32],
    /// The stride between rows, in values.
    pub row: usize,
}
