//! Convolution, forward and backward to its input.
//!
//! The gradient of a 3×3 convolution of stride 1 and padding 1 with respect to its input is the same convolution, with the
//! kernel rotated by 180° and the roles of its channels swapped. So the same code computes both, with two [`Filter`]s.
//!
//! There are two [`Algorithm`]s. On the GPU both end in the same matrix product (`product`). On the CPU the direct one is
//! Burn's own convolution, which is the reference for all others.

mod algorithms;
#[cfg(feature = "gpu")]
pub(super) mod epilogue;
#[cfg(feature = "gpu")]
pub(super) mod product;
pub(super) mod winograd;

#[cfg(feature = "cpu")]
use std::sync::Arc;

pub use algorithms::{Algorithm, Algorithms, Choice, RegisterTile};
use burn::tensor::{Device, Tensor, activation::relu, module::conv2d, ops::ConvOptions};
#[cfg(feature = "gpu")]
use options::Pooling;
use weights::Conv;
#[cfg(feature = "cpu")]
pub use winograd::cpu;

pub use super::tile::Tile;
use super::{Map, Storage, from_nchw, normalize::normalize, on_device, padded, runs_wgsl, to_nchw, upload};

/// The algorithm for a convolution with these numbers of channels on a GPU, where none was measured.
#[cfg(feature = "gpu")]
pub fn rule(inputs: usize, outputs: usize, device: &Device) -> Algorithm {
    winograd::gpu::choose(inputs, outputs, super::gpu::is_in_software(device))
}

/// The kernels of a 3×3 convolution, in the layout of the device and the algorithm.
#[derive(Clone, Debug)]
pub struct Filter {
    weight: Weight,
    /// `[out]`; a backward filter has none.
    bias: Option<Tensor<1>>,
    /// How a GPU stores the output.
    #[cfg_attr(not(feature = "gpu"), expect(dead_code, reason = "only a GPU has the choice"))]
    storage: Storage,
    /// The register tile on a hardware GPU; `None` chooses by rule.
    #[cfg_attr(not(feature = "gpu"), expect(dead_code, reason = "only a GPU has the choice"))]
    tile: Option<RegisterTile>,
    /// What is subtracted from the input before the convolution, whose padding stays zero.
    mean: Option<[f32; 3]>,
}

#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "gpu"), expect(dead_code, reason = "only a GPU needs other layouts"))]
enum Weight {
    /// `[out, in, 3, 3]`, for Burn's own operations.
    Stock(Tensor<4>),
    /// `[3, 3, in, out]`, so that four output channels are one `vec4`.
    Direct(Tensor<4>),
    /// Transformed, `[16 or 36, in, out]`.
    Winograd(Tensor<3>),
    /// Transformed, on the CPU.
    #[cfg(feature = "cpu")]
    Kernels(Arc<cpu::Kernels>),
}

impl Filter {
    /// The filter that computes a layer's features, by this algorithm; `None` chooses by rule.
    pub fn forward(conv: &Conv, algorithm: Option<Algorithm>, device: &Device) -> Self {
        let (outputs, inputs) = (conv.out_channels, padded(conv.in_channels));
        let weight =
            Weight::new(outputs, inputs, algorithm, device, |o, i, y, x| weight_at(conv, o, i, y, x));
        let bias = upload(conv.bias.clone(), [outputs], device);
        Self { weight, bias: Some(bias), storage: Storage::Full, tile: None, mean: None }
    }

    /// The filter that computes the gradient with respect to a layer's input, by this algorithm; `None` chooses by rule.
    pub fn backward(conv: &Conv, algorithm: Option<Algorithm>, device: &Device) -> Self {
        let (outputs, inputs) = (padded(conv.in_channels), conv.out_channels);
        let at = |o, i, y: usize, x: usize| weight_at(conv, i, o, 2 - y, 2 - x);
        Self {
            weight: Weight::new(outputs, inputs, algorithm, device, at),
            bias: None,
            storage: Storage::Full,
            tile: None,
            mean: None,
        }
    }

    /// With this storage of the output on a GPU. The maps that are given along with the input must have the same.
    #[must_use]
    pub fn storing(self, storage: Storage) -> Self {
        Self { storage, ..self }
    }

    /// For pictures `[H, W, 4]`: first subtracts this mean of the training set ([`normalize`]).
    #[must_use]
    pub fn centring(self, mean: [f32; 3]) -> Self {
        Self { mean: Some(mean), ..self }
    }

    /// With this register tile on a hardware GPU; `None` chooses by rule.
    #[must_use]
    pub fn in_tiles(self, tile: Option<RegisterTile>) -> Self {
        Self { tile, ..self }
    }
}

/// One weight; zero for channels that exist only as padding.
fn weight_at(conv: &Conv, output: usize, input: usize, y: usize, x: usize) -> f32 {
    if output >= conv.out_channels || input >= conv.in_channels {
        return 0.0;
    }
    conv.weight[((output * conv.in_channels + input) * 3 + y) * 3 + x]
}

impl Weight {
    /// Lays out the weights that `at(output, input, y, x)` gives.
    fn new(
        outputs: usize,
        inputs: usize,
        algorithm: Option<Algorithm>,
        device: &Device,
        at: impl Fn(usize, usize, usize, usize) -> f32 + Sync,
    ) -> Self {
        #[cfg(feature = "cpu")]
        if super::is_cpu(device)
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
            match algorithm.unwrap_or_else(|| rule(inputs, outputs, device)) {
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

/// The input of a convolution whose kernel does not subtract the mean itself.
fn normalized(x: &Map, filter: &Filter) -> Map {
    filter.mean.map_or_else(|| x.clone(), |mean| normalize(x, mean))
}

/// Gradient with respect to a convolution's input: `(g ∗ w' + add) · [features > 0]`.
///
/// `gradient` `[H, W, in]` is the gradient before the ReLU of the convolution. `add` `[H, W, out]` is the gradient of the
/// losses at the layer that the input comes from; `features` `[H, W, out]` are the features of that layer, whose ReLU passes
/// the gradient where they are positive.
pub fn backward(gradient: &Map, filter: &Filter, add: Option<&Map>, features: Option<&Map>) -> Map {
    on_device!(gradient.device(),
        gpu: convolve(gradient, filter, add, features),
        cpu: convolve_cpu(gradient, filter, add, features))
}

/// The twin of [`forward`].
pub fn forward_cpu(x: &Map, filter: &Filter) -> Map {
    relu(from_nchw(stock(&normalized(x, filter), filter)))
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
    let Weight::Stock(weight) = &filter.weight else { unreachable!("laid out for our kernels") };
    conv2d(to_nchw(x.clone()), weight.clone(), filter.bias.clone(), options)
}

#[cfg(feature = "gpu")]
fn convolve(x: &Map, filter: &Filter, add: Option<&Map>, features: Option<&Map>) -> Map {
    with_epilogue(x, filter, epilogue::Epilogue::new(filter.bias.as_ref(), add, features))
}

#[cfg(feature = "gpu")]
#[allow(clippy::match_wildcard_for_single_variants, reason = "there are more with the processor's engine")]
fn with_epilogue(x: &Map, filter: &Filter, epilogue: epilogue::Epilogue) -> Map {
    match &filter.weight {
        Weight::Direct(weight) => {
            let epilogue = match filter.mean {
                Some(mean) => epilogue.centring(mean),
                None => epilogue,
            };
            product::convolve(x, weight, &epilogue, filter.storage, filter.tile)
        }
        Weight::Winograd(weight) => {
            let x = normalized(x, filter);
            winograd::gpu::convolve(&x, weight, &epilogue, filter.storage, filter.tile)
        }
        _ => unreachable!("laid out for the CPU"),
    }
}

/// The features of a layer as by [`forward`], and what a pooling makes of them, `[h, w, out]`. `None` where a GPU does not
/// compute both at once: in software, and by products whose blocks are no windows.
#[cfg(feature = "gpu")]
pub(super) fn forward_pooled(
    x: &Map,
    filter: &Filter,
    pooling: Pooling,
    [h, w]: [usize; 2],
) -> Option<(Map, Map)> {
    use super::gpu::{Buffer, is_in_software};

    let outputs = filter.bias.as_ref()?.dims()[0];
    if is_in_software(&x.device()) || !matches!(filter.weight, Weight::Winograd(_)) {
        return None;
    }
    let pooled = Buffer::of(x).new_stored(filter.storage, [h, w, outputs]);
    let epilogue =
        epilogue::Epilogue::new(filter.bias.as_ref(), None, None).pooling(pooling, pooled.clone(), [h, w]);
    Some((with_epilogue(x, filter, epilogue), pooled.into_tensor()))
}

/// As [`backward`], for `features` `[H, W, out]` that were pooled before the convolution: the gradient with respect to them.
/// `None` where a GPU does not compute both at once: in software.
#[cfg(feature = "gpu")]
pub(super) fn backward_unpooled(
    gradient: &Map,
    filter: &Filter,
    features: &Map,
    add: Option<&Map>,
    pooling: Pooling,
) -> Option<Map> {
    if super::gpu::is_in_software(&gradient.device()) {
        return None;
    }
    let [h, w, _] = features.dims();
    let epilogue = epilogue::Epilogue::new(None, add, Some(features)).unpooling(pooling, [h, w]);
    Some(with_epilogue(gradient, filter, epilogue))
}

#[cfg(any(feature = "cpu", feature = "stock"))]
fn convolve_cpu(x: &Map, filter: &Filter, add: Option<&Map>, features: Option<&Map>) -> Map {
    match &filter.weight {
        #[cfg(feature = "cpu")]
        Weight::Kernels(kernels) => {
            cpu::convolve(&normalized(x, filter), kernels, filter.bias.as_ref(), add, features)
        }
        _ if filter.bias.is_some() => forward_cpu(x, filter),
        _ => backward_cpu(x, filter, add, features),
    }
}

/// A 1×1 convolution: `(Σ_k x[p, k] · matrix[k, c] + offset[c] + add[p, c]) · [x[p, c] > 0]`.
///
/// `x` and `add` are `[H, W, C]`, `matrix` is `[C, C]`, `offset` is `[C]`; the result is `[H, W, C]`. The gradient of a loss
/// on a Gram matrix has this form, with x the features; for a loss on means and covariances there is an offset, too. The
/// last factor is the ReLU that computed x.
pub fn conv1x1(x: &Map, matrix: &Tensor<2>, offset: Option<&Tensor<1>>, add: Option<&Map>) -> Map {
    on_device!(x.device(),
        gpu: product::conv1x1(x, matrix, offset, add),
        cpu: conv1x1_own(x, matrix, offset, add),
        twin: conv1x1_cpu(x, matrix, offset, add))
}

#[cfg(feature = "cpu")]
fn conv1x1_own(x: &Map, matrix: &Tensor<2>, offset: Option<&Tensor<1>>, add: Option<&Map>) -> Map {
    use super::cpu::{Numbers, helpers, tensor};

    let dims @ [_, _, c] = x.dims();
    let (x, matrix) = (Numbers::of(x), Numbers::of(matrix));
    let (offset, add) = (offset.map(Numbers::of), add.map(Numbers::of));
    let [offset, add] = [&offset, &add].map(|numbers| numbers.as_ref().map(Numbers::all));
    let (x, matrix) = (x.all(), matrix.all());
    let helped = helpers().and_then(|helpers| helpers.mix(x, matrix, c, offset, add));
    tensor(helped.unwrap_or_else(|| processor::mix(x, matrix, c, offset, add)), dims)
}

/// The twin of [`conv1x1`].
pub fn conv1x1_cpu(x: &Map, matrix: &Tensor<2>, offset: Option<&Tensor<1>>, add: Option<&Map>) -> Map {
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

/// `gradient · [features > 0]`: backward through a ReLU, given its output. All `[H, W, C]`.
pub fn relu_backward(gradient: &Map, features: &Map) -> Map {
    on_device!(gradient.device(),
        gpu: epilogue::relu_backward(gradient, features),
        cpu: relu_backward_cpu(gradient.clone(), features))
}

/// The twin of [`relu_backward`].
pub fn relu_backward_cpu(gradient: Map, features: &Map) -> Map {
    gradient.mask_fill(features.clone().lower_equal_elem(0.0), 0.0)
}
