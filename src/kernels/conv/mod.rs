//! Convolution, forward and backward to its input.
//!
//! Backward-data of a 3×3 convolution of stride 1 and padding 1 is the same convolution with the
//! kernel turned by 180° and the roles of its channels swapped: the same kernels serve, with two [`Filter`]s.
//!
//! There are two [`Algorithm`]s. On the GPU both end in the same matrix product ([`product`]); on the processor one is
//! Burn's own, which is the twin of all the others.

mod algorithms;
#[cfg(feature = "gpu")]
mod epilogue;
#[cfg(feature = "gpu")]
mod product;
mod winograd;

#[cfg(feature = "cpu")]
use std::sync::Arc;

use burn::tensor::{Device, Tensor, activation::relu, module::conv2d, ops::ConvOptions};
use serde::{Deserialize, Serialize};

pub use algorithms::Algorithms;
#[cfg(feature = "cpu")]
pub use winograd::cpu;
#[cfg(feature = "gpu")]
pub use winograd::gpu::choose as rule;

use super::{Map, Storage, from_nchw, on_device, runs_wgsl, to_nchw, upload};
use weights::Conv;

/// How a convolution is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// A product of the nine neighbours' channels with the kernel (implicit GEMM). On the processor, by Burn.
    Direct,
    /// Winograd's, by tiles: fewer multiplications, for more traffic.
    Winograd(Tile),
}

/// How many results Winograd's algorithm computes at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Tile {
    /// 2×2: 2.25 times fewer multiplications, kernels of 16 numbers.
    Two,
    /// 4×4: 4 times fewer multiplications, kernels of 36 numbers.
    Four,
}

/// The kernels of a 3×3 convolution, arranged for the device that computes.
#[derive(Clone, Debug)]
pub struct Filter {
    weight: Weight,
    /// `[out]`; a backward filter has none.
    bias: Option<Tensor<1>>,
    /// How a GPU stores what comes out.
    #[cfg_attr(not(feature = "gpu"), expect(dead_code, reason = "only a GPU has the choice"))]
    storage: Storage,
}

#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "gpu"), expect(dead_code, reason = "only a GPU needs other arrangements"))]
enum Weight {
    /// `[out, in, 3, 3]`, for Burn's own operations.
    Stock(Tensor<4>),
    /// `[3, 3, in, out]`, so that four output channels are one `vec4`.
    Direct(Tensor<4>),
    /// `[16 or 36, in, out]`: transformed.
    Winograd(Tensor<3>),
    /// The same on the processor.
    #[cfg(feature = "cpu")]
    Kernels(Arc<cpu::Kernels>),
}

impl Filter {
    /// The filter that computes a layer's features, by this algorithm; `None` chooses by rule.
    pub fn forward(conv: &Conv, algorithm: Option<Algorithm>, device: &Device) -> Self {
        let (outputs, inputs) = (conv.out_channels, padded(conv.in_channels));
        let weight = Weight::new(outputs, inputs, algorithm, device, |o, i, y, x| at(conv, o, i, y, x));
        let bias = upload(conv.bias.clone(), [outputs], device);
        Self { weight, bias: Some(bias), storage: Storage::Full }
    }

    /// The filter that computes the gradient with respect to a layer's input, by this algorithm; `None` chooses by rule.
    pub fn backward(conv: &Conv, algorithm: Option<Algorithm>, device: &Device) -> Self {
        let (outputs, inputs) = (padded(conv.in_channels), conv.out_channels);
        let at = |o, i, y: usize, x: usize| at(conv, i, o, 2 - y, 2 - x);
        Self {
            weight: Weight::new(outputs, inputs, algorithm, device, at),
            bias: None,
            storage: Storage::Full,
        }
    }

    /// What comes out on a GPU is stored in this way, and so must be the maps that are given along with the input.
    #[must_use]
    pub fn storing(self, storage: Storage) -> Self {
        Self { storage, ..self }
    }
}

/// The picture has three channels and a fourth that is zero, so that a pixel is one `vec4`.
fn padded(channels: usize) -> usize {
    channels.next_multiple_of(4)
}

/// One weight; zero for channels that exist only as padding.
fn at(conv: &Conv, output: usize, input: usize, y: usize, x: usize) -> f32 {
    if output >= conv.out_channels || input >= conv.in_channels {
        return 0.0;
    }
    conv.weight[((output * conv.in_channels + input) * 3 + y) * 3 + x]
}

impl Weight {
    /// Arranges weights that `at(output, input, y, x)` gives.
    fn new(
        outputs: usize,
        inputs: usize,
        algorithm: Option<Algorithm>,
        device: &Device,
        at: impl Fn(usize, usize, usize, usize) -> f32,
    ) -> Self {
        #[cfg(feature = "cpu")]
        if crate::device::is_cpu(device)
            && let Algorithm::Winograd(tile) =
                algorithm.unwrap_or_else(|| Algorithm::Winograd(cpu::choose(inputs, outputs)))
        {
            return Self::Kernels(Arc::new(cpu::Kernels::new(inputs, outputs, tile, at)));
        }
        let mut values = Vec::with_capacity(outputs * inputs * 9);
        if !runs_wgsl(device) {
            for o in 0..outputs {
                for i in 0..inputs {
                    values.extend((0..9).map(|tap| at(o, i, tap / 3, tap % 3)));
                }
            }
            return Self::Stock(upload(values, [outputs, inputs, 3, 3], device));
        }
        #[cfg(feature = "gpu")]
        {
            for tap in 0..9 {
                for i in 0..inputs {
                    values.extend((0..outputs).map(|o| at(o, i, tap / 3, tap % 3)));
                }
            }
            let direct = upload(values, [3, 3, inputs, outputs], device);
            match algorithm.unwrap_or_else(|| winograd::gpu::choose(inputs, outputs)) {
                Algorithm::Direct => Self::Direct(direct),
                Algorithm::Winograd(tile) => Self::Winograd(winograd::gpu::transform(&direct, tile)),
            }
        }
        #[cfg(not(feature = "gpu"))]
        unreachable!("only GPUs run WGSL, algorithm {algorithm:?}")
    }
}

/// Features of a layer: `relu(x ∗ w + b)`. `[H, W, in]` → `[H, W, out]`.
pub fn forward(x: &Map, filter: &Filter) -> Map {
    on_device!(x.device(),
        gpu: convolve(x, filter, None, None),
        cpu: convolve_cpu(x, filter, None, None))
}

/// Gradient with respect to a convolution's input: `(g ∗ w' + add) · [features > 0]`.
///
/// `gradient` `[H, W, in]` is taken before the ReLU of the convolution above. `add` `[H, W, out]` is what
/// losses at this layer contribute; `features` `[H, W, out]` are those of the layer below, whose
/// ReLU lets the gradient through where they are positive.
pub fn backward(gradient: &Map, filter: &Filter, add: Option<&Map>, features: Option<&Map>) -> Map {
    on_device!(gradient.device(),
        gpu: convolve(gradient, filter, add, features),
        cpu: convolve_cpu(gradient, filter, add, features))
}

/// The twin of [`forward`].
pub fn forward_cpu(x: &Map, filter: &Filter) -> Map {
    relu(from_nchw(stock(x, filter)))
}

/// The twin of [`backward`].
pub fn backward_cpu(gradient: &Map, filter: &Filter, add: Option<&Map>, features: Option<&Map>) -> Map {
    let mut out = from_nchw(stock(gradient, filter));
    if let Some(add) = add {
        out = out + add.clone();
    }
    match features {
        Some(features) => relu_backward_cpu(out, features),
        None => out,
    }
}

/// Padding of one on every side keeps the size.
fn stock(x: &Map, filter: &Filter) -> Tensor<4> {
    let options = ConvOptions::new([1, 1], [1, 1], [1, 1], 1);
    let Weight::Stock(weight) = &filter.weight else { unreachable!("arranged for our kernels") };
    conv2d(to_nchw(x.clone()), weight.clone(), filter.bias.clone(), options)
}

#[cfg(feature = "gpu")]
fn convolve(x: &Map, filter: &Filter, add: Option<&Map>, features: Option<&Map>) -> Map {
    let epilogue = epilogue::Epilogue::new(filter.bias.as_ref(), add, features);
    match &filter.weight {
        Weight::Direct(weight) => product::convolve(x, weight, &epilogue, filter.storage),
        Weight::Winograd(weight) => winograd::gpu::convolve(x, weight, &epilogue, filter.storage),
        _ => unreachable!("arranged for the processor"),
    }
}

#[cfg(any(feature = "cpu", feature = "stock"))]
fn convolve_cpu(x: &Map, filter: &Filter, add: Option<&Map>, features: Option<&Map>) -> Map {
    match &filter.weight {
        #[cfg(feature = "cpu")]
        Weight::Kernels(kernels) => cpu::convolve(x, kernels, filter.bias.as_ref(), add, features),
        _ if filter.bias.is_some() => forward_cpu(x, filter),
        _ => backward_cpu(x, filter, add, features),
    }
}

/// `(Σ_k x[p, k] · matrix[k, c] + offset[c] + add[p, c]) · [x[p, c] > 0]`: each pixel's channels times a `[C, C]` matrix.
///
/// The backward pass of a Gram matrix is of this form, that of means and covariances has an offset, too; x are features,
/// and the last factor is the ReLU that they came out of.
pub fn mix_channels(x: &Map, matrix: &Tensor<2>, offset: Option<&Tensor<1>>, add: Option<&Map>) -> Map {
    on_device!(x.device(),
        gpu: product::mix_channels(x, matrix, offset, add),
        cpu: mix_channels_here(x, matrix, offset, add),
        twin: mix_channels_cpu(x, matrix, offset, add))
}

#[cfg(feature = "cpu")]
fn mix_channels_here(x: &Map, matrix: &Tensor<2>, offset: Option<&Tensor<1>>, add: Option<&Map>) -> Map {
    use super::cpu::{Numbers, helpers, tensor};

    let dims @ [_, _, c] = x.dims();
    let (x, matrix) = (Numbers::of(x), Numbers::of(matrix));
    let (offset, add) = (offset.map(Numbers::of), add.map(Numbers::of));
    let [offset, add] = [&offset, &add].map(|numbers| numbers.as_ref().map(Numbers::all));
    let (x, matrix) = (x.all(), matrix.all());
    let helped = helpers().and_then(|helpers| helpers.mix(x, matrix, c, offset, add));
    tensor(helped.unwrap_or_else(|| processor::mix(x, matrix, c, offset, add)), dims)
}

/// The twin of [`mix_channels`].
pub fn mix_channels_cpu(x: &Map, matrix: &Tensor<2>, offset: Option<&Tensor<1>>, add: Option<&Map>) -> Map {
    let [h, w, c] = x.dims();
    let mut sum = x.clone().reshape([h * w, c]).matmul(matrix.clone()).reshape([h, w, c]);
    if let Some(offset) = offset {
        sum = sum + offset.clone().reshape([1, 1, c]);
    }
    if let Some(add) = add {
        sum = sum + add.clone();
    }
    relu_backward_cpu(sum, x)
}

/// `gradient · [features > 0]`: backward through a ReLU, given what came out of it.
pub fn relu_backward(gradient: &Map, features: &Map) -> Map {
    on_device!(gradient.device(),
        gpu: epilogue::relu_backward(gradient, features),
        cpu: relu_backward_cpu(gradient.clone(), features))
}

/// The twin of [`relu_backward`].
pub fn relu_backward_cpu(gradient: Map, features: &Map) -> Map {
    gradient.mask_fill(features.clone().lower_equal_elem(0.0), 0.0)
}
