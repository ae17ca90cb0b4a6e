//! Defines the operands of a panel of a matrix product. The engine and the module that computes it (`panel.rs`) both
//! include this file.

/// `[rows, inner]` by `[inner, columns]`, with 4, 8 or 12 columns, added to the output if asked to. The strides, in
/// values, are those between rows of each matrix, and between columns of the left one.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Operands {
    pub rows: usize,
    pub inner: usize,
    pub columns: usize,
    pub out: *mut f32,
    pub out_row: usize,
    pub left: *const f32,
    pub left_row: usize,
    pub left_column: usize,
    pub right: *const f32,
    pub right_row: usize,
    pub add: bool,
}
