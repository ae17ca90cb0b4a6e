//! What a panel of a product is computed of. The engine and the module that computes it (`panel.rs`) both have this file.

/// `[rows, inner]` by `[inner, columns]`, of 4, 8 or 12 columns, added to what is there if that is wanted. So many numbers lie
/// between two rows of each, and between two columns of the left one.
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
