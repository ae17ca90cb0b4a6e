//! Defines how a GPU stores feature maps.

/// How a GPU stores feature maps and their gradients. Arithmetic and sums are f32 in any case.
///
/// `Half` is bfloat16, the upper half of an f32: 8 bits of precision, and the range of f32. IEEE's f16 has 11 bits of
/// precision, but features above 65,504 overflow and gradients below 6e-8 underflow, so each layer would have to be scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Storage {
    /// 32 bits per value: for comparisons with other implementations.
    Full,
    /// 16 bits per value.
    Half,
}
