//! Winograd's convolutions on the processor, which compute with the numbers in memory.

use std::{
    array::from_fn,
    sync::atomic::{AtomicU32, Ordering},
};

use burn::tensor::Tensor;
pub use processor::{Epilogue, Shape, Share, Transformed, parts, shares};
use processor::{convolve_2x2, convolve_4x4};

use crate::kernels::{
    Map,
    conv::Tile,
    cpu::{Numbers, helpers, tensor},
};

/// The tile for a convolution of so many channels.
///
/// The wide layers have most of the weights, and small maps: 4×4 tiles would need 4 times the memory of the weights, and
/// save little. 4×4 tiles round more, too, and what the first layer, which sees or makes a picture, is off by goes through all
/// others: the loss would part from PyTorch's by 3e-4 in 20 steps instead of 3e-5.
pub fn choose(inputs: usize, outputs: usize) -> Tile {
    let sees_picture = inputs.min(outputs) < 16;
    if sees_picture || inputs.max(outputs) > 256 { Tile::Two } else { Tile::Four }
}

/// A convolution's kernels, transformed: `G g Gᵀ` of each.
#[derive(Debug)]
pub struct Kernels {
    /// No others have had it: whoever helps knows them by that.
    pub id: u32,
    /// What they are transformed for.
    pub tile: Tile,
    /// What they are.
    pub transformed: Transformed,
}

impl Kernels {
    /// Of weights that `at(output, input, y, x)` gives.
    pub fn new(
        inputs: usize,
        outputs: usize,
        tile: Tile,
        at: impl Fn(usize, usize, usize, usize) -> f32,
    ) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let (g, side) = (tile.g(), tile.inputs());
        let transformed = Transformed::new([tile.places(), inputs, outputs], |input, output, places| {
            let kernel: [[f32; 3]; 3] = from_fn(|y| from_fn(|x| at(output, input, y, x)));
            for column in 0..side {
                let across = kernel.map(|taps| (0..3).map(|x| taps[x] * g[column][x]).sum::<f32>());
                for row in 0..side {
                    places[row * side + column] = (0..3).map(|y| g[row][y] * across[y]).sum();
                }
            }
        });
        Self { id: NEXT.fetch_add(1, Ordering::Relaxed), tile, transformed }
    }

    /// Channels of what comes out.
    pub fn outputs(&self) -> usize {
        let [_, _, outputs] = self.transformed.dims();
        outputs
    }
}

impl Drop for Kernels {
    fn drop(&mut self) {
        if let Some(helpers) = helpers() {
            helpers.forget(self.id);
        }
    }
}

/// A convolution's result by kernels that were transformed for this tile.
pub fn compute(tile: Tile, x: &[f32], kernels: &Transformed, shape: Shape, epilogue: Epilogue) -> Vec<f32> {
    match tile {
        Tile::Two => convolve_2x2(x, kernels, shape, epilogue),
        Tile::Four => convolve_4x4(x, kernels, shape, epilogue),
    }
}

/// `[H, W, in]` → `[H, W, out]`: forward with a bias and its ReLU, backward with what is added and the features whose ReLU
/// lets through.
pub fn convolve(
    x: &Map,
    kernels: &Kernels,
    bias: Option<&Tensor<1>>,
    add: Option<&Map>,
    features: Option<&Map>,
) -> Map {
    let [height, width, inputs] = x.dims();
    let outputs = kernels.outputs();
    let x = Numbers::of(x);
    let (bias, add, mask) = (bias.map(Numbers::of), add.map(Numbers::of), features.map(Numbers::of));
    let [bias, add, mask] = [&bias, &add, &mask].map(|numbers| numbers.as_ref().map(Numbers::all));
    let shape = Shape { height, width, inputs, outputs, beyond: [false; 2] };
    let helped = helpers().and_then(|helpers| helpers.convolve(x.all(), kernels, shape, bias));
    let out = match helped {
        Some(mut sums) => {
            if add.is_some() || mask.is_some() {
                Epilogue { bias: None, add, mask }.finish(&mut sums);
            }
            sums
        }
        None => compute(kernels.tile, x.all(), &kernels.transformed, shape, Epilogue { bias, add, mask }),
    };
    tensor(out, [height, width, outputs])
}
