//! Loops over feature maps on the processor, slices in and slices out: 3×3 convolutions of stride 1, pooling, and the products
//! that Gram matrices and their gradients are. Maps are `[H, W, channels]`, and channels multiples of four, which an
//! instruction computes with at once; `gemm` makes the matrix products.
//!
//! A crate of its own so that it is optimised for speed, where the rest of a page is for size: that is a setting of
//! packages, and makes three times as much of a difference here.

mod matrix;
mod pool;
#[cfg(target_arch = "wasm32")]
pub mod relaxed;
mod share;
mod view;
mod winograd;

pub use matrix::{gram, mix};
pub use pool::{max_pool, max_pool_backward, mean_pool, mean_pool_backward};
pub use share::{Share, parts, shares};
use wide::f32x4;
pub use winograd::{Transformed, convolve_2x2, convolve_4x4};

/// Channels beside each other that one instruction computes with everywhere.
type Quad = [f32; 4];

/// How large a convolution is. Channels are multiples of four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Of the map, in pixels.
    pub height: usize,
    /// Of the map, in pixels.
    pub width: usize,
    /// Channels of what goes in.
    pub inputs: usize,
    /// Channels of what comes out.
    pub outputs: usize,
    /// Whether there is a row of what goes in above those of the map, and one below: where it is a part of a larger map.
    /// Otherwise there are zeros.
    pub beyond: [bool; 2],
}

/// What happens to a sum before it is stored, in this order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Epilogue<'a> {
    /// `[out]` is added, and what is negative then becomes zero: a layer's bias and its ReLU.
    pub bias: Option<&'a [f32]>,
    /// `[H, W, out]` is added: what losses at this layer contribute to a gradient.
    pub add: Option<&'a [f32]>,
    /// `[H, W, out]` lets through where it is positive: the features that a ReLU let through.
    pub mask: Option<&'a [f32]>,
}

fn quads(numbers: &[f32]) -> &[Quad] {
    numbers.as_chunks().0
}

impl Epilogue<'_> {
    /// Of the sum at this place of the map, and of its channels.
    #[inline]
    fn of(self, mut sum: f32x4, place: usize, quad: usize) -> Quad {
        if let Some(bias) = self.bias {
            sum = (sum + f32x4::from(quads(bias)[quad])).max(f32x4::ZERO);
        }
        if let Some(add) = self.add {
            sum += f32x4::from(quads(add)[place]);
        }
        if let Some(mask) = self.mask {
            sum &= f32x4::from(quads(mask)[place]).simd_gt(f32x4::ZERO);
        }
        sum.to_array()
    }

    /// Of sums `[H, W, out]` that were computed elsewhere, in shares.
    pub fn finish(self, sums: &mut [f32]) {
        let quads_of_bias = self.bias.map_or(1, |bias| bias.len() / 4);
        for (place, quad) in sums.as_chunks_mut().0.iter_mut().enumerate() {
            *quad = self.of(f32x4::from(*quad), place, place % quads_of_bias);
        }
    }
}
