//! Winograd's convolutions on the processor, which compute with the numbers in memory.

use std::array::from_fn;

use burn::tensor::Tensor;
use winograd::{Epilogue, Shape, convolve_2x2, convolve_4x4};

use crate::kernels::{
    Map,
    conv::{Algorithm, Tile},
    cpu::{Numbers, tensor},
};

/// The algorithm for a convolution of so many channels.
///
/// The fewer they are, the more of the time goes to the transforms, which take as long for each channel. The wide layers
/// have most of the weights, and small maps: 4×4 tiles would need 4 times the memory of the weights, and save little.
pub fn choose(inputs: usize, outputs: usize) -> Algorithm {
    if inputs.min(outputs) < 16 {
        Algorithm::Direct
    } else if inputs.max(outputs) <= 256 {
        Algorithm::Winograd(Tile::Four)
    } else {
        Algorithm::Winograd(Tile::Two)
    }
}

/// `G g Gᵀ` of each kernel: `[places, in, out]` of weights that `at(output, input, y, x)` gives.
pub fn transform(
    inputs: usize,
    outputs: usize,
    tile: Tile,
    at: impl Fn(usize, usize, usize, usize) -> f32,
) -> Tensor<3> {
    let (g, side) = (tile.g(), tile.inputs());
    let mut transformed = vec![0.0; tile.places() * inputs * outputs];
    for input in 0..inputs {
        for output in 0..outputs {
            let kernel: [[f32; 3]; 3] = from_fn(|y| from_fn(|x| at(output, input, y, x)));
            for column in 0..side {
                let across = kernel.map(|taps| (0..3).map(|x| taps[x] * g[column][x]).sum::<f32>());
                for row in 0..side {
                    let value = (0..3).map(|y| g[row][y] * across[y]).sum();
                    transformed[((row * side + column) * inputs + input) * outputs + output] = value;
                }
            }
        }
    }
    tensor(transformed, [tile.places(), inputs, outputs])
}

/// `[H, W, in]` by `[places, in, out]` → `[H, W, out]`: forward with a bias and its ReLU, backward with what is added and
/// the features whose ReLU lets through.
pub fn convolve(
    x: &Map,
    weight: &Tensor<3>,
    bias: Option<&Tensor<1>>,
    add: Option<&Map>,
    features: Option<&Map>,
) -> Map {
    let [height, width, _] = x.dims();
    let [places, inputs, outputs] = weight.dims();
    let convolve = if places == Tile::Two.places() { convolve_2x2 } else { convolve_4x4 };
    let (bias, add, mask) = (bias.map(Numbers::of), add.map(Numbers::of), features.map(Numbers::of));
    let [bias, add, mask] = [&bias, &add, &mask].map(|numbers| numbers.as_ref().map(Numbers::all));
    let shape = Shape { height, width, inputs, outputs };
    let epilogue = Epilogue { bias, add, mask };
    tensor(
        convolve(Numbers::of(x).all(), Numbers::of(weight).all(), shape, epilogue),
        [height, width, outputs],
    )
}
