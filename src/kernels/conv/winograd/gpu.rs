//! Computes Winograd's convolutions on the GPU.

use std::fmt::Write as _;

use burn::tensor::Tensor;

use super::fused;
use crate::kernels::{
    Map, Storage,
    conv::{
        algorithms::{Algorithm, RegisterTile},
        epilogue::{Epilogue, Kind, Place},
        product,
    },
    gpu::{Buffer, Shader},
    template::{fill, unroll, up_to},
    tile::Tile,
};

/// The size of a band of transformed tiles. It bounds the memory for any size of the picture, and is within WebGPU's
/// default limit for a binding.
const BAND_BYTES: usize = 16 << 20;

/// The algorithm for a convolution with these numbers of channels, on a GPU device that is `software` or not.
///
/// For each pixel the transforms of 4×4 tiles move `18·(in + out)` bytes more, and save `13·in·out` operations (of 18).
/// A GPU does some 10 to 20 operations in the time of a byte, so that both are even at about 40 channels. In software the bytes
/// come from the same cache as everything else.
///
/// Hardware computes 2×2 tiles in a single launch, without transformed maps in memory. By the estimates of `cargo xtask
/// shaders` 4×4 tiles are ahead of that where the channels fill the blocks of a product, which are up to 128 wide.
///
/// The wide layers have small maps, so few tiles that larger ones gain nothing, and most of the weights: 2×2 there.
pub fn choose(inputs: usize, outputs: usize, software: bool) -> Algorithm {
    let [least, most] = [inputs.min(outputs), inputs.max(outputs)];
    let fills_products = software || inputs.is_multiple_of(128) && outputs.is_multiple_of(128);
    if least < if software { 32 } else { 16 } {
        Algorithm::Direct
    } else if most <= 256 && fills_products {
        Algorithm::Winograd(Tile::Four)
    } else {
        Algorithm::Winograd(Tile::Two)
    }
}

/// Whether hardware computes 2×2 tiles in one launch: products of layers of many channels have better blocks by themselves.
fn in_one_launch(tiles: usize, inputs: usize, outputs: usize) -> bool {
    tiles < 128 || inputs.min(outputs) <= 256
}

/// `G g Gᵀ` of each kernel. `[3, 3, in, out]` → `[elements, in, out]`.
pub fn transform(weight: &Tensor<4>, tile: Tile) -> Tensor<3> {
    let [_, _, inputs, outputs] = weight.dims();
    let weight = Buffer::of(weight);
    let out = weight.new_like([tile.elements(), inputs, outputs]);
    let vec4s = inputs * outputs / 4;
    FilterTransform(tile).launch(vec4s.div_ceil(64), &[&weight], &[&out], &[vec4s as u32]);
    out.into_tensor()
}

/// `[H, W, in]` by `[elements, in, out]` → `[H, W, out]`.
pub fn convolve(
    x: &Map,
    weight: &Tensor<3>,
    epilogue: &Epilogue,
    storage: Storage,
    registers: Option<RegisterTile>,
) -> Map {
    let [h, w, _] = x.dims();
    let [elements, inputs, outputs] = weight.dims();
    let tile = if elements == Tile::Two.elements() { Tile::Two } else { Tile::Four };
    let (x, weight) = (Buffer::of(x), Buffer::of(weight));
    let y = epilogue.output(&x, storage, [h, w, outputs]);
    let across = w.div_ceil(tile.side());
    let tiles = h.div_ceil(tile.side()) * across;
    if tile == Tile::Two && !x.is_in_software() && in_one_launch(tiles, inputs, outputs) {
        let sizes = fused::Sizes { height: h, width: w, inputs, outputs };
        fused::convolve([&x, &weight, &y], sizes, epilogue, registers);
        return y.into_tensor();
    }
    let fit = BAND_BYTES / (size_of::<f32>() * elements * inputs.max(outputs));
    let band = tiles.min(fit.max(1));
    // One size for all layers, so that all share them.
    let [transformed, products] = [(); 2].map(|()| x.new_persistent([BAND_BYTES / size_of::<f32>()]));
    for first in (0..tiles).step_by(band) {
        let count = band.min(tiles - first);
        let parameters = |vec4s: usize| {
            let numbers = [h, w, vec4s, across, first, count].map(|number| number as u32);
            [&numbers[..], &epilogue.parameters()].concat()
        };
        InputTransform(tile, x.storage()).launch(
            (count * inputs / 4).div_ceil(64),
            &[&x],
            &[&transformed],
            &parameters(inputs / 4),
        );
        product::batched(&transformed, &weight, [elements, count, inputs, outputs], &products, registers);
        let buffers: Vec<&Buffer> = std::iter::once(&products).chain(epilogue.inputs()).collect();
        OutputTransform(tile, epilogue.kind(&products, &y)).launch(
            (count * outputs / 4).div_ceil(64),
            &buffers,
            &epilogue.outputs(&y),
            &parameters(outputs / 4),
        );
    }
    y.into_tensor()
}

/// Threads per workgroup of the three transforms.
const WORKGROUP: [u32; 3] = [64, 1, 1];

/// The transform of kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FilterTransform(Tile);

impl Shader for FilterTransform {
    fn workgroup(self) -> [u32; 3] {
        WORKGROUP
    }

    fn text(self) -> String {
        let Self(tile) = self;
        let text = fill(include_str!("filter.wgsl"), &[("transform", &sandwich(tile.g(), "g", "u"))]);
        let text = unroll(&text, ["ky", "kx", "tap"], &square(3));
        unroll(&text, ["y", "x", "e"], &square(tile.inputs()))
    }

    fn variants(_: &[(usize, usize)]) -> Vec<Self> {
        Tile::ALL.map(Self).to_vec()
    }
}

/// The transform of inputs, whose map is stored in this way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InputTransform(Tile, Storage);

impl Shader for InputTransform {
    fn workgroup(self) -> [u32; 3] {
        WORKGROUP
    }

    fn text(self) -> String {
        let Self(tile, storage) = self;
        let text = fill(
            include_str!("input.wgsl"),
            &[
                ("side", &tile.side()),
                ("functions", &Storage::functions(storage, storage)),
                ("stored", &storage.wgsl_type()),
                ("transform", &sandwich(tile.b(), "d", "v")),
            ],
        );
        let text = unroll(&text, ["k"], &up_to(tile.inputs()));
        unroll(&text, ["y", "x", "e"], &square(tile.inputs()))
    }

    fn variants(_: &[(usize, usize)]) -> Vec<Self> {
        let with_storages = |tile| Storage::ALL.map(|storage| Self(tile, storage));
        Tile::ALL.into_iter().flat_map(with_storages).collect()
    }
}

/// The transform of products, with the epilogue of the convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OutputTransform(Tile, Kind);

impl Shader for OutputTransform {
    fn workgroup(self) -> [u32; 3] {
        WORKGROUP
    }

    fn text(self) -> String {
        let Self(tile, kind) = self;
        let text = fill(
            include_str!("output.wgsl"),
            &[
                ("side", &tile.side()),
                ("bindings", &kind.declarations("products", &[])),
                ("transform", &sandwich(tile.a(), "m", "t")),
                ("stores", &stores(tile.side(), kind)),
            ],
        );
        let text = unroll(&text, ["k"], &up_to(tile.side()));
        unroll(&text, ["y", "x", "e"], &square(tile.inputs()))
    }

    fn variants(_: &[(usize, usize)]) -> Vec<Self> {
        let apart = Kind::forward().chain(Kind::backward());
        // Products are stored in full.
        let kinds =
            apart.chain(Kind::pooled()).chain(Kind::unpooled()).filter(|kind| kind.input() == Storage::Full);
        kinds.flat_map(|kind| Tile::ALL.map(|tile| Self(tile, kind))).collect()
    }
}

/// Row, column and position of each element of a square matrix, row by row.
fn square(side: usize) -> Vec<[usize; 3]> {
    (0..side * side).map(|element| [element / side, element % side, element]).collect()
}

/// Writes statements: `left · m · leftᵀ` for a matrix `m` whose elements are named `{from}{y}{x}`. The elements of the result
/// are named `{to}{y}{x}`.
fn sandwich(left: &[&[f32]], from: &str, to: &str) -> String {
    let mut code = String::new();
    for x in 0..left[0].len() {
        for (y, factors) in left.iter().enumerate() {
            let value = weighted_sum(factors, |k| format!("{from}{k}{x}"));
            writeln!(code, "    let {to}_{y}{x} = {value};").expect("to a string");
        }
    }
    for y in 0..left.len() {
        for (x, factors) in left.iter().enumerate() {
            let value = weighted_sum(factors, |k| format!("{to}_{y}{k}"));
            writeln!(code, "    let {to}{y}{x} = {value};").expect("to a string");
        }
    }
    code
}

/// Writes an expression: the sum of `factors[k] · name(k)`. Leaves out zeros, and multiplications by ±1.
#[expect(clippy::float_cmp, reason = "the factors are exact")]
fn weighted_sum(factors: &[f32], name: impl Fn(usize) -> String) -> String {
    let mut sum = String::new();
    for (k, factor) in factors.iter().enumerate().filter(|(_, factor)| **factor != 0.0) {
        sum += match (sum.is_empty(), *factor < 0.0) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        if factor.abs() != 1.0 {
            write!(sum, "{:?} * ", factor.abs()).expect("to a string");
        }
        sum += &name(k);
    }
    sum
}

/// Writes statements: stores the results `t{y}{x}` of a tile at the rows `y{y}` and columns `x{x}`, which are those of the
/// neighbour where the tile reaches past the map.
fn stores(side: usize, kind: Kind) -> String {
    let mut code = String::new();
    for (y, x) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
        let in_column = match y.checked_sub(1) {
            None => format!("t{y}{x}"),
            Some(above) => format!("select(t{y}{x}, r{above}{x}, y{y} == y{above})"),
        };
        let in_row = match x.checked_sub(1) {
            None => format!("r{y}{x}"),
            Some(left) => format!("select(r{y}{x}, s{y}{left}, x{x} == x{left})"),
        };
        let (row, column, to) = (&format!("y{y}"), &format!("x{x}"), &format!("to{y}{x}"));
        let place = Place { row, column, channel: "c4", vec4s: "vec4s", to };
        let store = if kind.is_pooled() {
            format!(
                "let v{y}{x} = {};\n    y[{to}] = pack(v{y}{x});",
                kind.value(&format!("s{y}{x}"), &place)
            )
        } else {
            kind.store(&format!("s{y}{x}"), &place)
        };
        write!(
            code,
            "    let r{y}{x} = {in_column};
    let s{y}{x} = {in_row};
    let to{y}{x} = (y{y} * width + x{x}) * vec4s + c4;
    {store}
"
        )
        .expect("to a string");
    }
    if kind.is_pooled() {
        code += &unroll(
            include_str!("output_pooled.wgsl"),
            ["wy", "wx", "y", "x", "below", "right"],
            &windows(side),
        );
    }
    code
}

/// Row and column of each window of a tile, those of its first feature, and of its last.
fn windows(side: usize) -> Vec<[usize; 6]> {
    let all = (0..side / 2).flat_map(|y| (0..side / 2).map(move |x| [y, x]));
    all.map(|[y, x]| [y, x, 2 * y, 2 * x, 2 * y + 1, 2 * x + 1]).collect()
}
