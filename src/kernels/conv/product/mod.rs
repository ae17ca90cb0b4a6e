//! Computes the product of a matrix, pixels × channels, and a matrix of weights. Every convolution on the GPU is such
//! a product.
//!
//! The rows of the first matrix are the pixels of a map (1×1 convolution), nine neighbours of each pixel (3×3,
//! implicit GEMM), or tiles transformed by Winograd's algorithm, as a batch of products.
//!
//! There are two kernels: one for hardware, one for GPUs in software.

mod sizes;
mod tiled;
mod unrolled;

use burn::tensor::Tensor;
use sizes::Sizes;
pub use tiled::Tiled;
pub use unrolled::Unrolled;

use super::{
    algorithms::RegisterTile,
    epilogue::{Epilogue, Kind},
};
use crate::kernels::{
    Map, Storage,
    gpu::{Buffer, Registered, Shader},
};

/// A 3×3 convolution. `[H, W, in]` by `[3, 3, in, out]` → `[H, W, out]`.
pub fn convolve(
    x: &Map,
    weight: &Tensor<4>,
    epilogue: &Epilogue,
    storage: Storage,
    tile: Option<RegisterTile>,
) -> Map {
    let [height, width, _] = x.dims();
    let [_, _, inputs, outputs] = weight.dims();
    let x = Buffer::of(x);
    let y = epilogue.output(&x, storage, [height, width, outputs]);
    let sizes = Sizes { batches: 1, height, width, inputs, outputs };
    launch(9, sizes, [&x, &Buffer::of(weight)], epilogue, &y, tile);
    y.into_tensor()
}

/// A 1×1 convolution. `[H, W, C]` by `[C, C]`, plus an offset `[C]` and a map `add` → `[H, W, C]`, where `x` is positive.
pub fn conv1x1(x: &Map, matrix: &Tensor<2>, offset: Option<&Tensor<1>>, add: Option<&Map>) -> Map {
    let [height, width, c] = x.dims();
    let epilogue = Epilogue::new(offset, add, Some(x));
    let x = Buffer::of(x);
    let y = x.new_stored(x.storage(), [height, width, c]);
    let sizes = Sizes { batches: 1, height, width, inputs: c, outputs: c };
    launch(1, sizes, [&x, &Buffer::of(matrix)], &epilogue, &y, None);
    y.into_tensor()
}

/// Many products at once: `[batches, rows, in]` by `[batches, in, out]` → `[batches, rows, out]`.
pub fn batched(x: &Buffer, weight: &Buffer, dims: [usize; 4], y: &Buffer, tile: Option<RegisterTile>) {
    let [batches, rows, inputs, outputs] = dims;
    let sizes = Sizes { batches, height: 1, width: rows, inputs, outputs };
    launch(1, sizes, [x, weight], &Epilogue::new(None, None, None), y, tile);
}

/// Queues the product of `[x, weight]`. The register tile counts on hardware only; `None` chooses by rule.
fn launch(
    taps: u32,
    sizes: Sizes,
    inputs: [&Buffer; 2],
    epilogue: &Epilogue,
    y: &Buffer,
    tile: Option<RegisterTile>,
) {
    let [x, _] = inputs;
    let kind = epilogue.kind(x, y);
    if x.is_in_software() {
        let product = Unrolled::new(taps, sizes.pixels(), sizes.outputs / 4, kind);
        queue(product, product.grid(sizes), sizes, inputs, epilogue, y);
    } else {
        let product = match tile {
            Some(tile) => Tiled::new(taps, tile, sizes.outputs / 4, kind),
            None => rule(taps, sizes, kind),
        };
        queue(product, product.grid(sizes), sizes, inputs, epilogue, y);
    }
}

/// Queues either kernel, in a grid of columns and rows of workgroups.
fn queue(
    product: impl Shader + Registered,
    [columns, rows]: [usize; 2],
    sizes: Sizes,
    inputs: [&Buffer; 2],
    epilogue: &Epilogue,
    y: &Buffer,
) {
    let Sizes { batches, height, width, inputs: channels, outputs } = sizes;
    let numbers = [height, width, channels / 4, outputs / 4, columns, rows, batches];
    let numbers = numbers.map(|number| number as u32);
    let parameters = [&numbers[..], &epilogue.parameters(), &epilogue.mean()].concat();
    let buffers: Vec<&Buffer> = inputs.into_iter().chain(epilogue.inputs()).collect();
    product.launch(columns * rows * batches, &buffers, &epilogue.outputs(y), &parameters);
}

/// The workgroups that keep a GPU busy.
const ENOUGH: usize = 160;

/// The kernel with the largest register tile that still leaves enough workgroups.
fn rule(taps: u32, sizes: Sizes, kind: Kind) -> Tiled {
    let of = |tile| Tiled::new(taps, tile, sizes.outputs / 4, kind);
    let enough = |product: &Tiled| {
        let [columns, rows] = product.grid(sizes);
        columns * rows * sizes.batches >= ENOUGH
    };
    let mut large = [RegisterTile::EightByEight, RegisterTile::EightByFour].into_iter().map(of);
    large.find(enough).unwrap_or_else(|| of(RegisterTile::FourByFour))
}
