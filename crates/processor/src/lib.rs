//! Computes operations on feature maps on the CPU, from slices to slices: 3×3 convolutions of stride 1, pooling, and
//! the matrix products of Gram matrices and their gradients. Maps are `[H, W, channels]`. The number of channels is a
//! multiple of four, the width of the narrowest SIMD vector.
//!
//! It is a crate of its own so that it can be optimised for speed, while the rest of the page is optimised for size:
//! optimisation levels are set per package. Here the difference is a factor of three.

mod lanes;
mod matrix;
mod nearest;
mod panel;
mod pool;
#[cfg(target_arch = "wasm32")]
pub mod relaxed;
mod share;
mod view;
mod winograd;

pub use matrix::{gram, mix};
pub use nearest::nearest;
pub use pool::{max_pool, max_pool_backward, mean_pool, mean_pool_backward};
pub use share::{Share, parts, shares};
use wide::f32x4;
pub use winograd::{Transformed, convolve_2x2, convolve_4x4};

use crate::lanes::{Lanes, Loop, run};

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

impl Epilogue<'_> {
    /// Applies the epilogue to the sums of a vector of channels from `channel` on, at the pixel whose first channel has
    /// the index `pixel`.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see `lanes`")]
    fn of<L: Lanes>(self, mut sum: L, pixel: usize, channel: usize) -> L {
        if let Some(bias) = self.bias {
            sum = (sum + L::of(bias, channel)).max(L::splat(0.0));
        }
        if let Some(add) = self.add {
            sum = sum + L::of(add, pixel + channel);
        }
        if let Some(mask) = self.mask {
            sum = sum.where_positive(L::of(mask, pixel + channel));
        }
        sum
    }

    /// Applies the epilogue to all sums `[H, W, out]`, which other threads have computed.
    pub fn finish(self, sums: &mut [f32]) {
        // Without a bias all channels of all pixels are alike.
        let channels = self.bias.map_or(sums.len(), <[f32]>::len);
        run(channels, Finish { epilogue: self, channels, sums });
    }
}

/// An [`Epilogue`] to be applied to all sums.
struct Finish<'a> {
    epilogue: Epilogue<'a>,
    channels: usize,
    sums: &'a mut [f32],
}

impl Finish<'_> {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see `lanes`")]
    fn vector<L: Lanes>(&mut self, pixel: usize, channel: usize) {
        let sum = L::of(self.sums, pixel + channel);
        self.epilogue.of(sum, pixel, channel).put(self.sums, pixel + channel);
    }
}

impl Loop for Finish<'_> {
    type Output = ();

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see `lanes`")]
    fn run<L: Lanes>(mut self) {
        for pixel in (0..self.sums.len()).step_by(self.channels.max(1)) {
            let whole = self.channels / L::COUNT * L::COUNT;
            for channel in (0..whole).step_by(L::COUNT) {
                self.vector::<L>(pixel, channel);
            }
            for channel in (whole..self.channels).step_by(4) {
                self.vector::<f32x4>(pixel, channel);
            }
        }
    }
}
