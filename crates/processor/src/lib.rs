//! Computes operations on feature maps on the CPU, from slices to slices: 3×3 convolutions of stride 1, pooling, and
//! the matrix products of Gram matrices and their gradients. Maps are `[H, W, channels]`. The number of channels is a
//! multiple of four, the width of a SIMD vector. The crate `gemm` computes the matrix products.
//!
//! It is a crate of its own so that it can be optimised for speed, while the rest of the page is optimised for size:
//! optimisation levels are set per package. Here the difference is a factor of three.

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

/// Four adjacent channels: one SIMD vector on every target.
type Vec4 = [f32; 4];

/// The dimensions of a convolution. Numbers of channels are multiples of four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Height of the map in pixels.
    pub height: usize,
    /// Width of the map in pixels.
    pub width: usize,
    /// Number of input channels.
    pub inputs: usize,
    /// Number of output channels.
    pub outputs: usize,
    /// Whether the input has one more row above the map, and one below: true where the map is a part of a larger one.
    /// Otherwise zeros are used there.
    pub beyond: [bool; 2],
}

/// What is applied to a sum before it is stored, in this order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Epilogue<'a> {
    /// `[out]`, added to the sum, with a ReLU after it: the bias of a layer.
    pub bias: Option<&'a [f32]>,
    /// `[H, W, out]`, added: the gradient of the losses at this layer.
    pub add: Option<&'a [f32]>,
    /// `[H, W, out]`: the result is set to zero where it is not positive. These are the features after the ReLU.
    pub mask: Option<&'a [f32]>,
}

fn vec4s(numbers: &[f32]) -> &[Vec4] {
    numbers.as_chunks().0
}

impl Epilogue<'_> {
    /// Applies the epilogue to the sum of four channels at one pixel.
    #[inline]
    fn of(self, mut sum: f32x4, index: usize, vec4: usize) -> Vec4 {
        if let Some(bias) = self.bias {
            sum = (sum + f32x4::from(vec4s(bias)[vec4])).max(f32x4::ZERO);
        }
        if let Some(add) = self.add {
            sum += f32x4::from(vec4s(add)[index]);
        }
        if let Some(mask) = self.mask {
            sum &= f32x4::from(vec4s(mask)[index]).simd_gt(f32x4::ZERO);
        }
        sum.to_array()
    }

    /// Applies the epilogue to all sums `[H, W, out]`, which other threads have computed.
    pub fn finish(self, sums: &mut [f32]) {
        let vec4s_of_bias = self.bias.map_or(1, |bias| bias.len() / 4);
        for (index, vec4) in sums.as_chunks_mut().0.iter_mut().enumerate() {
            *vec4 = self.of(f32x4::from(*vec4), index, index % vec4s_of_bias);
        }
    }
}
