//! Winograd's convolution F(2×2, 3×3) (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR
//! 2016, section 4.1): `Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A`.
//!
//! A tile of 2×2 results needs 36 multiplications by definition and 16 this way: the 4×4 inputs around the
//! tile are transformed, multiplied one by one with the transformed kernel, and transformed back. Summed over
//! channels, the multiplications are sixteen matrix products, tiles by channels.

use std::fmt::Write as _;

use burn::tensor::Tensor;

use super::{
    Algorithm, Map,
    epilogue::{Epilogue, Kind},
    product,
};
use crate::kernels::gpu::{Buffer, Wgsl};

/// Products side by side: the elements of a transformed tile.
const PLACES: usize = 16;

/// What a band of transformed tiles may take. It bounds the memory, whatever the picture's size, and stays within
/// WebGPU's smallest limit for a binding.
const BAND_BYTES: usize = 16 << 20;

/// The algorithm for these weights, `[3, 3, in, out]`, on their device.
///
/// For each pixel the transforms move `32·(in + out)` bytes more, and `10·in·out` operations fall away
/// (of 18). A GPU does some 10 to 20 operations in the time of a byte, so that both are even at about 64
/// channels, and Winograd is ahead from 128 on. In software the bytes come from the same cache as everything else, and 64
/// channels suffice; 16 would, but no network has them.
pub fn choose(weight: &Tensor<4>) -> Algorithm {
    let [_, _, inputs, outputs] = weight.dims();
    let least = if Buffer::of(weight).is_in_software() { 32 } else { 128 };
    if inputs.min(outputs) >= least { Algorithm::Winograd } else { Algorithm::Direct }
}

/// `G g Gᵀ` of each kernel. `[3, 3, in, out]` → `[16, in, out]`.
pub fn transform(weight: &Tensor<4>) -> Tensor<3> {
    let [_, _, inputs, outputs] = weight.dims();
    let weight = Buffer::of(weight);
    let out = weight.new_like([PLACES, inputs, outputs]);
    let quads = inputs * outputs / 4;
    Wgsl { name: "winograd_filter", variant: (), text: filter, workgroup: [64, 1, 1] }.launch(
        quads.div_ceil(64),
        &[&weight],
        &[&out],
        &[quads as u32],
    );
    out.into_tensor()
}

/// A thread transforms four kernels: G g Gᵀ.
fn filter((): &()) -> String {
    let row = |a: &str, b: &str, c: &str| {
        [a.to_owned(), format!("0.5 * ({a} + {b} + {c})"), format!("0.5 * ({a} - {b} + {c})"), c.to_owned()]
    };
    let mut code = String::new();
    for x in 0..3 {
        for y in 0..3 {
            writeln!(code, "    let g{y}{x} = weight[{}u * n + i];", 3 * y + x).expect("to a string");
        }
        for (y, value) in row(&format!("g0{x}"), &format!("g1{x}"), &format!("g2{x}")).iter().enumerate() {
            writeln!(code, "    let t{y}{x} = {value};").expect("to a string");
        }
    }
    for y in 0..4 {
        for (x, value) in row(&format!("t{y}0"), &format!("t{y}1"), &format!("t{y}2")).iter().enumerate() {
            writeln!(code, "    transformed[{}u * n + i] = {value};", 4 * y + x).expect("to a string");
        }
    }
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

/// `[H, W, in]` by `[16, in, out]` → `[H, W, out]`.
pub fn convolve(x: &Map, weight: &Tensor<3>, epilogue: &Epilogue) -> Map {
    let [h, w, _] = x.dims();
    let [_, inputs, outputs] = weight.dims();
    let (x, weight) = (Buffer::of(x), Buffer::of(weight));
    let y = x.new_like([h, w, outputs]);

    let across = w.div_ceil(2);
    let tiles = h.div_ceil(2) * across;
    let band = tiles.min(BAND_BYTES / (size_of::<f32>() * PLACES * inputs.max(outputs)));
    let transformed = x.new_like([PLACES, band, inputs]);
    let products = x.new_like([PLACES, band, outputs]);
    for first in (0..tiles).step_by(band) {
        let count = band.min(tiles - first);
        let place = |quads: usize| [h, w, quads, across, first, count].map(|number| number as u32);
        Wgsl { name: "winograd_input", variant: (), text: input, workgroup: [64, 1, 1] }.launch(
            (count * inputs / 4).div_ceil(64),
            &[&x],
            &[&transformed],
            &place(inputs / 4),
        );
        product::batched(&transformed, &weight, [PLACES, count, inputs, outputs], &products);
        let buffers: Vec<&Buffer> = std::iter::once(&products).chain(epilogue.buffers()).collect();
        Wgsl { name: "winograd_output", variant: epilogue.kind(), text: output, workgroup: [64, 1, 1] }
            .launch((count * outputs / 4).div_ceil(64), &buffers, &[&y], &place(outputs / 4));
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
    let py = 2u * (tile / parameters.across);
    let px = 2u * (tile % parameters.across);
";

/// Bᵀ d B.
fn input((): &()) -> String {
    let row = |[a, b, c, d]: [String; 4]| {
        [format!("{a} - {c}"), format!("{b} + {c}"), format!("{c} - {b}"), format!("{b} - {d}")]
    };
    let mut code = String::new();
    macro_rules! line {
        ($($argument:tt)*) => { writeln!(code, $($argument)*).expect("to a string") };
    }
    // Zero outside the picture: the load is clamped to it, and multiplied away. Minus one wraps around to a number
    // that is too large as well.
    for k in 0..4 {
        line!("    let y{k} = py + {k}u - 1u; let x{k} = px + {k}u - 1u;");
    }
    for x in 0..4 {
        for y in 0..4 {
            line!("    let d{y}{x} = x[min(y{y} * width + x{x}, height * width - 1u) * quads + quad]");
            line!("        * f32((y{y} < height) & (x{x} < width));");
        }
        for (y, value) in row([0, 1, 2, 3].map(|y| format!("d{y}{x}"))).iter().enumerate() {
            line!("    let t{y}{x} = {value};");
        }
    }
    for y in 0..4 {
        for (x, value) in row([0, 1, 2, 3].map(|x| format!("t{y}{x}"))).iter().enumerate() {
            line!("    transformed[{}u * n + i] = {value};", 4 * y + x);
        }
    }
    format!(
        "{PARAMETERS}
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> transformed: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> parameters: Parameters;
{THREAD}{code}}}
"
    )
}

/// Aᵀ m A.
fn output(kind: &Kind) -> String {
    let row = |[a, b, c, d]: [String; 4]| [format!("{a} + {b} + {c}"), format!("{b} - {c} - {d}")];
    let mut code = String::new();
    macro_rules! line {
        ($($argument:tt)*) => { writeln!(code, $($argument)*).expect("to a string") };
    }
    for x in 0..4 {
        for y in 0..4 {
            line!("    let m{y}{x} = products[{}u * n + i];", 4 * y + x);
        }
        for (y, value) in row([0, 1, 2, 3].map(|y| format!("m{y}{x}"))).iter().enumerate() {
            line!("    let t{y}{x} = {value};");
        }
    }
    // An odd last row or column leaves its tiles half empty: they store the pixel beside it once more, rather than
    // under a condition.
    line!("    let right = min(px + 1u, width - 1u); let below = min(py + 1u, height - 1u);");
    let [a, b] = row([0, 1, 2, 3].map(|x| format!("t0{x}")));
    let [c, d] = row([0, 1, 2, 3].map(|x| format!("t1{x}")));
    line!("    let v00 = {a};");
    line!("    let v01 = select({b}, v00, right == px);");
    line!("    let v10 = select({c}, v00, below == py);");
    line!("    let v11 = select(select({d}, v10, right == px), v01, below == py);");
    for (y, py) in ["py", "below"].iter().enumerate() {
        for (x, px) in ["px", "right"].iter().enumerate() {
            line!("    let to{y}{x} = ({py} * width + {px}) * quads + quad;");
            let value = kind.of(&format!("v{y}{x}"), "quad", &format!("to{y}{x}"));
            line!("    y[to{y}{x}] = {value};");
        }
    }
    let bindings = kind.declarations(&["products"]);
    format!("{PARAMETERS}\n{bindings}{THREAD}{code}}}\n")
}
