//! Computes the product of a matrix, pixels × channels, and a matrix of weights. Every convolution on the GPU is such
//! a product.
//!
//! The rows of the first matrix are the pixels of a map (1×1 convolution), nine neighbours of each pixel (3×3,
//! implicit GEMM), or tiles transformed by Winograd's algorithm, as a batch of products.

use std::collections::HashSet;

use burn::tensor::Tensor;

use super::epilogue::{Epilogue, Kind};
use crate::kernels::{
    Map, Storage,
    gpu::{Buffer, Shader},
    template::{fill, unroll, up_to},
};

/// A variant of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Product {
    /// 9 for a 3×3 convolution, 1 for a 1×1.
    taps: u32,
    /// Pixels that one thread computes.
    pixels: usize,
    /// Output channels that one thread computes, divided by 4.
    vec4s: usize,
    /// Threads of a workgroup: along x the channels, along y the pixels.
    workgroup: [u32; 2],
    epilogue: Kind,
}

impl Product {
    /// A thread's tile of `pixels × 4·vec4s` sums needs `pixels + 4·vec4s` loads of four values for `16 · pixels ·
    /// vec4s` multiply-adds, so it is as large as the registers allow. In software (SwiftShader) a load costs as
    /// much as eight multiply-adds, whatever its width and pattern, and spilling into the processor's cache costs
    /// less: there the tile is twice as high, and twice as wide where no neighbours are gathered.
    fn new(taps: u32, pixels: usize, output_vec4s: usize, software: bool, epilogue: Kind) -> Self {
        let high = if software { 16 } else { 8 };
        let wide = if software && taps == 1 { 8 } else { 4 };
        let pixels = match pixels {
            ..=4 => 4,
            5..=8 => 8,
            9.. => high,
        };
        // Four adjacent threads share their pixels, if there are enough channels.
        let divisor = |most: usize, of: usize| {
            (1..=most).rev().find(|&n| n.is_power_of_two() && of.is_multiple_of(n)).unwrap_or(1)
        };
        let share = if output_vec4s.is_multiple_of(4) { output_vec4s / 4 } else { output_vec4s };
        let vec4s = divisor(wide, share);
        let across = divisor(4, output_vec4s / vec4s) as u32;
        Self { taps, pixels, vec4s, workgroup: [across, 64 / across], epilogue }
    }

    /// The variants for each number of pixels and each kind of adapter.
    fn of_any_size(taps: u32, outputs: usize, epilogue: Kind) -> impl Iterator<Item = Self> {
        let sizes = [4, 8, usize::MAX].into_iter().flat_map(|pixels| [(pixels, false), (pixels, true)]);
        sizes.map(move |(pixels, software)| Self::new(taps, pixels, outputs / 4, software, epilogue))
    }
}

impl Shader for Product {
    fn workgroup(self) -> [u32; 3] {
        let [across, down] = self.workgroup;
        [across, down, 1]
    }

    fn text(self) -> String {
        let Self { taps, pixels, vec4s, workgroup: [across, down], epilogue } = self;
        let template = match taps {
            9 => include_str!("product_3x3.wgsl"),
            _ => include_str!("product.wgsl"),
        };
        let text = fill(
            template,
            &[
                ("bindings", &epilogue.declarations(&["x", "weight"])),
                ("across", &across),
                ("down", &down),
                ("pixels", &pixels),
                ("vec4s", &vec4s),
                ("value", &epilogue.value("sum{{p}}_{{q}}", "channel + {{q}}u", "to + {{q}}u")),
            ],
        );
        unroll(&unroll(&text, ["q"], &up_to(vec4s)), ["p"], &up_to(pixels))
    }

    fn variants(channels: &[(usize, usize)]) -> Vec<Self> {
        let mut variants = HashSet::new();
        for &(inputs, outputs) in channels {
            let inputs = crate::kernels::padded(inputs);
            variants.extend(Kind::forward().flat_map(|kind| Self::of_any_size(9, outputs, kind)));
            variants.extend(Kind::backward().flat_map(|kind| Self::of_any_size(9, inputs, kind)));
            variants.extend(Kind::conv1x1().flat_map(|kind| Self::of_any_size(1, outputs, kind)));
            for outputs in [inputs, outputs] {
                variants.extend(Self::of_any_size(1, outputs, Kind::none()));
            }
        }
        variants.into_iter().collect()
    }

    fn on_hardware(self) -> bool {
        self.pixels <= 8 && self.vec4s <= 4
    }
}

/// A 3×3 convolution. `[H, W, in]` by `[3, 3, in, out]` → `[H, W, out]`.
pub fn convolve(x: &Map, weight: &Tensor<4>, epilogue: &Epilogue, storage: Storage) -> Map {
    let [h, w, _] = x.dims();
    let [_, _, inputs, outputs] = weight.dims();
    let x = Buffer::of(x);
    let y = x.new_stored(storage, [h, w, outputs]);
    launch(9, [1, h, w, inputs, outputs], &x, &Buffer::of(weight), epilogue, &y);
    y.into_tensor()
}

/// A 1×1 convolution. `[H, W, C]` by `[C, C]`, plus an offset `[C]` and a map `add` → `[H, W, C]`, where `x` is positive.
pub fn conv1x1(x: &Map, matrix: &Tensor<2>, offset: Option<&Tensor<1>>, add: Option<&Map>) -> Map {
    let [h, w, c] = x.dims();
    let epilogue = Epilogue::new(offset, add, Some(x));
    let x = Buffer::of(x);
    let y = x.new_stored(x.storage(), [h, w, c]);
    launch(1, [1, h, w, c, c], &x, &Buffer::of(matrix), &epilogue, &y);
    y.into_tensor()
}

/// Many products at once: `[batches, rows, in]` by `[batches, in, out]` → `[batches, rows, out]`.
pub fn batched(x: &Buffer, weight: &Buffer, dims: [usize; 4], y: &Buffer) {
    let [batches, rows, inputs, outputs] = dims;
    launch(1, [batches, 1, rows, inputs, outputs], x, weight, &Epilogue::new(None, None, None), y);
}

/// `dims` are batches, height, width, input channels and output channels.
fn launch(taps: u32, dims: [usize; 5], x: &Buffer, weight: &Buffer, epilogue: &Epilogue, y: &Buffer) {
    let [batches, h, w, inputs, outputs] = dims;
    let product = Product::new(taps, h * w, outputs / 4, x.is_in_software(), epilogue.kind(x, y));
    let [across, down] = product.workgroup;
    let columns = (outputs / 4) / (product.vec4s * across as usize);
    let rows = (h * w).div_ceil(product.pixels * down as usize);
    let buffers: Vec<&Buffer> = [x, weight].into_iter().chain(epilogue.buffers()).collect();
    product.launch(
        columns * rows * batches,
        &buffers,
        &[y],
        &[h, w, inputs / 4, outputs / 4, columns, rows, batches].map(|number| number as u32),
    );
}
