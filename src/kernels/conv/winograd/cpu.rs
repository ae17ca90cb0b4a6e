//! Computes Winograd's convolutions on the CPU.

use burn::tensor::Tensor;
pub use processor::{Epilogue, Shape, Share, Transformed, parts, shares};
use processor::{convolve_2x2, convolve_4x4};

pub use crate::kernels::cpu::Kernels;
use crate::kernels::{
    Map,
    cpu::{Numbers, helpers, tensor},
    tile::Tile,
};

/// The tile for a convolution with these numbers of channels.
///
/// The wide layers have most of the weights, and small maps: 4×4 tiles would need 4 times the memory of the weights, and
/// save little. 4×4 tiles also round more, and an error of the first layer, whose input or output is a picture, passes through
/// all others: the loss would differ from PyTorch's by 3e-4 after 20 steps instead of 3e-5.
pub fn choose(inputs: usize, outputs: usize) -> Tile {
    let has_picture = inputs.min(outputs) < 16;
    if has_picture || inputs.max(outputs) > 256 { Tile::Two } else { Tile::Four }
}

/// A convolution with kernels that were transformed for this tile. `[H, W, in]` → `[H, W, out]`.
pub fn compute(tile: Tile, x: &[f32], kernels: &Transformed, shape: Shape, epilogue: Epilogue) -> Vec<f32> {
    match tile {
        Tile::Two => convolve_2x2(x, kernels, shape, epilogue),
        Tile::Four => convolve_4x4(x, kernels, shape, epilogue),
    }
}

/// `[H, W, in]` → `[H, W, out]`: forward with a bias `[out]` and the ReLU after it, backward with a map `add` and the ReLU mask
/// of `features`, both `[H, W, out]`.
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
