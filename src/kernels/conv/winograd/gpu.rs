//! Winograd's convolutions in WGSL.

use std::fmt::Write as _;

use burn::tensor::Tensor;

use crate::kernels::{
    Map, Storage,
    conv::{
        Algorithm, Tile,
        epilogue::{Epilogue, Kind},
        product,
    },
    gpu::{Buffer, Wgsl},
    is_in_software,
};

/// What a band of transformed tiles may take. It bounds the memory, whatever the picture's size, and stays within
/// WebGPU's smallest limit for a binding.
const BAND_BYTES: usize = 16 << 20;

/// The algorithm for a convolution of so many channels.
///
/// For each pixel the transforms of 4×4 tiles move `18·(in + out)` bytes more, and `13·in·out` operations fall
/// away (of 18). A GPU does some 10 to 20 operations in the time of a byte, so that both are even at about 40
/// channels, and Winograd is ahead from 128 on. In software the bytes come from the same cache as everything else.
///
/// The wide layers have small maps, so few tiles that larger ones gain nothing, and most of the weights: 2×2 there.
pub fn choose(inputs: usize, outputs: usize) -> Algorithm {
    let least = if is_in_software() { 32 } else { 128 };
    if inputs.min(outputs) < least {
        Algorithm::Direct
    } else if inputs.max(outputs) <= 256 {
        Algorithm::Winograd(Tile::Four)
    } else {
        Algorithm::Winograd(Tile::Two)
    }
}

/// Writes statements: `left · m · leftᵀ` for a matrix `m` whose elements are named `{from}{y}{x}`; the result's are
/// named `{to}{y}{x}`.
#[expect(clippy::float_cmp, reason = "the factors are exact")]
fn sandwich(code: &mut String, left: &[&[f32]], from: &str, to: &str) {
    // Σ of what is not zero; by ±1 nothing is multiplied.
    let row = |factors: &[f32], name: &dyn Fn(usize) -> String| {
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
    };
    for x in 0..left[0].len() {
        for (y, factors) in left.iter().enumerate() {
            let value = row(factors, &|k| format!("{from}{k}{x}"));
            writeln!(code, "    let {to}_{y}{x} = {value};").expect("to a string");
        }
    }
    for y in 0..left.len() {
        for (x, factors) in left.iter().enumerate() {
            let value = row(factors, &|k| format!("{to}_{y}{k}"));
            writeln!(code, "    let {to}{y}{x} = {value};").expect("to a string");
        }
    }
}

/// `G g Gᵀ` of each kernel. `[3, 3, in, out]` → `[places, in, out]`.
pub fn transform(weight: &Tensor<4>, tile: Tile) -> Tensor<3> {
    let [_, _, inputs, outputs] = weight.dims();
    let weight = Buffer::of(weight);
    let out = weight.new_like([tile.places(), inputs, outputs]);
    let quads = inputs * outputs / 4;
    Wgsl { name: "winograd_filter", variant: tile, text: filter, workgroup: [64, 1, 1] }.launch(
        quads.div_ceil(64),
        &[&weight],
        &[&out],
        &[quads as u32],
    );
    out.into_tensor()
}

/// A thread transforms four kernels: G g Gᵀ.
fn filter(tile: Tile) -> String {
    let mut code = String::new();
    for y in 0..3 {
        for x in 0..3 {
            writeln!(code, "    let g{y}{x} = weight[{}u * n + i];", 3 * y + x).expect("to a string");
        }
    }
    sandwich(&mut code, tile.g(), "g", "u");
    store_all(&mut code, tile, "u");
    format!(
        "
struct Parameters {{ quads: u32 }}
@group(0) @binding(0) var<storage, read> weight: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> transformed: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {{
    let i = (group.y * groups.x + group.x) * 64u + local;
    let n = parameters.quads;
    if (i >= n) {{ return; }}
{code}}}
"
    )
}

/// Writes statements: all elements `{name}{y}{x}` of a transformed tile go where the products expect them.
fn store_all(code: &mut String, tile: Tile, name: &str) {
    for y in 0..tile.inputs() {
        for x in 0..tile.inputs() {
            writeln!(code, "    transformed[{}u * n + i] = {name}{y}{x};", tile.inputs() * y + x)
                .expect("to a string");
        }
    }
}

/// `[H, W, in]` by `[places, in, out]` → `[H, W, out]`.
pub fn convolve(x: &Map, weight: &Tensor<3>, epilogue: &Epilogue, storage: Storage) -> Map {
    let [h, w, _] = x.dims();
    let [places, inputs, outputs] = weight.dims();
    let tile = if places == Tile::Two.places() { Tile::Two } else { Tile::Four };
    let (x, weight) = (Buffer::of(x), Buffer::of(weight));
    let y = x.new_stored(storage, [h, w, outputs]);

    let across = w.div_ceil(tile.side());
    let tiles = h.div_ceil(tile.side()) * across;
    let fit = BAND_BYTES / (size_of::<f32>() * places * inputs.max(outputs));
    let band = tiles.min(fit.max(1));
    // One size for all layers, so that all share them.
    let [transformed, products] = [(); 2].map(|()| x.new_kept([BAND_BYTES / size_of::<f32>()]));
    for first in (0..tiles).step_by(band) {
        let count = band.min(tiles - first);
        let place = |quads: usize| [h, w, quads, across, first, count].map(|number| number as u32);
        Wgsl { name: "winograd_input", variant: (tile, x.storage()), text: input, workgroup: [64, 1, 1] }
            .launch((count * inputs / 4).div_ceil(64), &[&x], &[&transformed], &place(inputs / 4));
        product::batched(&transformed, &weight, [places, count, inputs, outputs], &products);
        let buffers: Vec<&Buffer> = std::iter::once(&products).chain(epilogue.buffers()).collect();
        let variant = (tile, epilogue.kind(&products, &y));
        Wgsl { name: "winograd_output", variant, text: output, workgroup: [64, 1, 1] }.launch(
            (count * outputs / 4).div_ceil(64),
            &buffers,
            &[&y],
            &place(outputs / 4),
        );
    }
    y.into_tensor()
}

/// What a thread of the two transforms of maps knows: four channels of one tile are its part.
const PARAMETERS: &str =
    "struct Parameters { height: u32, width: u32, quads: u32, across: u32, first: u32, count: u32 }";
const THREAD: &str = "
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let height = parameters.height;
    let width = parameters.width;
    let quads = parameters.quads;
    let i = (group.y * groups.x + group.x) * 64u + local;
    let n = parameters.count * quads;
    if (i >= n) { return; }
    let quad = i % quads;
    let tile = parameters.first + i / quads;
    let py = SIDE * (tile / parameters.across);
    let px = SIDE * (tile % parameters.across);
";

/// Bᵀ d B.
fn input((tile, storage): (Tile, Storage)) -> String {
    let mut code = String::new();
    macro_rules! line {
        ($($argument:tt)*) => { writeln!(code, $($argument)*).expect("to a string") };
    }
    // Zero outside the picture: the load is clamped to it, and multiplied away. Minus one wraps around to a number
    // that is too large as well.
    let side = tile.inputs();
    for k in 0..side {
        line!("    let y{k} = py + {k}u - 1u; let x{k} = px + {k}u - 1u;");
    }
    for y in 0..side {
        for x in 0..side {
            line!("    let d{y}{x} = load(x[min(y{y} * width + x{x}, height * width - 1u) * quads + quad])");
            line!("        * f32((y{y} < height) & (x{x} < width));");
        }
    }
    sandwich(&mut code, tile.b(), "d", "v");
    store_all(&mut code, tile, "v");
    let side = tile.side();
    let functions = Storage::functions(storage, storage);
    let quad = storage.quad();
    format!(
        "const SIDE = {side}u;
{PARAMETERS}
{functions}
@group(0) @binding(0) var<storage, read> x: array<{quad}>;
@group(0) @binding(1) var<storage, read_write> transformed: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> parameters: Parameters;
{THREAD}{code}}}
"
    )
}

/// Aᵀ m A.
fn output((tile, kind): (Tile, Kind)) -> String {
    let mut code = String::new();
    macro_rules! line {
        ($($argument:tt)*) => { writeln!(code, $($argument)*).expect("to a string") };
    }
    for y in 0..tile.inputs() {
        for x in 0..tile.inputs() {
            line!("    let m{y}{x} = products[{}u * n + i];", tile.inputs() * y + x);
        }
    }
    sandwich(&mut code, tile.a(), "m", "t");
    // A tile at the edge may reach past the picture. What is outside takes place and value of its neighbour inside,
    // and stores them once more: a condition around the store would cost more.
    let side = tile.side();
    for k in 0..side {
        line!("    let y{k} = min(py + {k}u, height - 1u); let x{k} = min(px + {k}u, width - 1u);");
    }
    for y in 0..side {
        for x in 0..side {
            match y.checked_sub(1) {
                None => line!("    let r{y}{x} = t{y}{x};"),
                Some(above) => line!("    let r{y}{x} = select(t{y}{x}, r{above}{x}, y{y} == y{above});"),
            }
            match x.checked_sub(1) {
                None => line!("    let s{y}{x} = r{y}{x};"),
                Some(left) => line!("    let s{y}{x} = select(r{y}{x}, s{y}{left}, x{x} == x{left});"),
            }
            line!("    let to{y}{x} = (y{y} * width + x{x}) * quads + quad;");
            let value = kind.of(&format!("s{y}{x}"), "quad", &format!("to{y}{x}"));
            line!("    y[to{y}{x}] = {value};");
        }
    }
    let bindings = kind.declarations(&["products"]);
    format!("const SIDE = {side}u;\n{PARAMETERS}\n{bindings}{THREAD}{code}}}\n")
}
