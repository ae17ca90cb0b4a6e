//! The product of a matrix, pixels by channels, with a matrix of weights: what every convolution comes down to.
//!
//! Its rows are pixels as they are (1×1: the channels are mixed), or gathered from nine neighbours (3×3,
//! implicit GEMM), or what Winograd's transform made of them, many matrices side by side.

use std::fmt::Write as _;

use burn::tensor::Tensor;

use super::{
    Map,
    epilogue::{Epilogue, Kind},
};
use crate::kernels::{
    Storage,
    gpu::{Buffer, Wgsl},
    is_in_software,
};

/// What the text of the kernel depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Shape {
    /// 9 for a 3×3 convolution, 1 for a 1×1.
    taps: u32,
    /// Pixels that one thread computes.
    pixels: u32,
    /// Output channels that one thread computes, in fours.
    quads: u32,
    /// Threads of a workgroup, channels along x, pixels along y.
    workgroup: [u32; 2],
    epilogue: Kind,
}

impl Shape {
    /// A thread's tile of `pixels × 4·quads` sums needs `pixels + 4·quads` loads of four values for `16 · pixels ·
    /// quads` multiply-adds, so it is as large as the registers allow. In software (SwiftShader) a load costs as
    /// much as eight multiply-adds, whatever its width and pattern, and spilling into the processor's cache costs
    /// less: there the tile is twice as high, and twice as wide where no neighbours are gathered.
    fn new(taps: u32, pixels: usize, output_quads: usize, software: bool, epilogue: Kind) -> Self {
        let high = if software { 16 } else { 8 };
        let wide = if software && taps == 1 { 8 } else { 4 };
        let pixels = match pixels {
            ..=4 => 4,
            5..=8 => 8,
            9.. => high,
        };
        // Four threads beside each other share their pixels, if there are channels enough.
        let divisor = |most: usize, of: usize| {
            (1..=most).rev().find(|&n| n.is_power_of_two() && of.is_multiple_of(n)).unwrap_or(1)
        };
        let share = if output_quads.is_multiple_of(4) { output_quads / 4 } else { output_quads };
        let quads = divisor(wide, share);
        let across = divisor(4, output_quads / quads) as u32;
        Self { taps, pixels, quads: quads as u32, workgroup: [across, 64 / across], epilogue }
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

/// `[H, W, C]` by `[C, C]`, plus an offset `[C]` → `[H, W, C]`, where `x` is positive.
pub fn mix_channels(x: &Map, matrix: &Tensor<2>, offset: Option<&Tensor<1>>, add: Option<&Map>) -> Map {
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

/// `dims` are batches, height, width, channels in and out.
fn launch(taps: u32, dims: [usize; 5], x: &Buffer, weight: &Buffer, epilogue: &Epilogue, y: &Buffer) {
    let [batches, h, w, inputs, outputs] = dims;
    let shape = Shape::new(taps, h * w, outputs / 4, is_in_software(), epilogue.kind(x, y));
    let [across, down] = shape.workgroup;
    let columns = (outputs / 4) / (shape.quads * across) as usize;
    let rows = (h * w).div_ceil((shape.pixels * down) as usize);
    let buffers: Vec<&Buffer> = [x, weight].into_iter().chain(epilogue.buffers()).collect();
    Wgsl { name: "product", variant: shape, text, workgroup: [across, down, 1] }.launch(
        columns * rows * batches,
        &buffers,
        &[y],
        &[h, w, inputs / 4, outputs / 4, columns, rows, batches].map(|number| number as u32),
    );
}

/// Writes the kernel. Everything that can be is unrolled into registers with names: compilers for
/// WGSL do not unroll, and arrays indexed in a loop end up in memory.
fn text(shape: Shape) -> String {
    let Shape { taps, pixels, quads, workgroup: [across, down], epilogue } = shape;
    let bindings = epilogue.declarations(&["x", "weight"]);
    let mut code = format!(
        "struct Parameters {{
    height: u32, width: u32, inputs: u32, outputs: u32, columns: u32, rows: u32, batches: u32,
}}
{bindings}
@compute @workgroup_size({across}, {down})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_id) local: vec3<u32>) {{
    let height = parameters.height;
    let width = parameters.width;
    let inputs = parameters.inputs;
    let outputs = parameters.outputs;
    let count = height * width;
    let tile = group.y * groups.x + group.x;
    let row = tile / parameters.columns;
    let batch = row / parameters.rows;
    let channel = ((tile % parameters.columns) * {across}u + local.x) * {quads}u;
    let first = ((row % parameters.rows) * {down}u + local.y) * {pixels}u;
    if (batch >= parameters.batches || first >= count) {{ return; }}
    let start = batch * count * inputs;
    var w = batch * inputs * 4u * outputs + channel;
"
    );
    macro_rules! line {
        ($($argument:tt)*) => { writeln!(code, $($argument)*).expect("to a string") };
    }
    // The last tile may reach past the picture: it computes the last pixel again. Nothing in here branches but
    // the loops: SwiftShader's compiler takes half a minute where every load or store has a condition.
    for p in 0..pixels {
        line!("    let i{p} = min(first + {p}u, count - 1u);");
        if taps == 9 {
            line!("    let py{p} = i{p} / width; let px{p} = i{p} % width;");
        }
        for q in 0..quads {
            line!("    var sum{p}_{q} = vec4<f32>();");
        }
    }
    if taps == 9 {
        line!("    for (var tap = 0u; tap < 9u; tap++) {{");
        line!("    let dy = tap / 3u; let dx = tap % 3u;");
    }
    for p in 0..pixels {
        if taps == 9 {
            // Outside the picture the input counts as zero: the load is clamped to it, and multiplied away.
            // Minus one wraps around to a number that is too large as well.
            line!("    let ny{p} = py{p} + dy - 1u; let nx{p} = px{p} + dx - 1u;");
            line!("    let in{p} = f32((ny{p} < height) & (nx{p} < width));");
            line!("    let at{p} = start + min(ny{p} * width + nx{p}, count - 1u) * inputs;");
        } else {
            line!("    let at{p} = start + i{p} * inputs;");
        }
    }
    line!("    for (var k = 0u; k < inputs; k++) {{");
    for p in 0..pixels {
        let inside = if taps == 9 { format!(" * in{p}") } else { String::new() };
        line!("    let x{p} = load(x[at{p} + k]){inside};");
    }
    // Four input channels by four output channels are a matrix. Written as such, a product costs two thirds of what
    // SwiftShader makes of the four multiply-adds that it stands for.
    for q in 0..quads {
        line!("    let m{q} = mat4x4<f32>(weight[w + {q}u], weight[w + outputs + {q}u],");
        line!("        weight[w + 2u * outputs + {q}u], weight[w + 3u * outputs + {q}u]);");
    }
    for p in 0..pixels {
        for q in 0..quads {
            line!("    sum{p}_{q} += m{q} * x{p};");
        }
    }
    line!("    w += 4u * outputs;");
    line!("    }}");
    if taps == 9 {
        line!("    }}");
    }
    for p in 0..pixels {
        line!("    {{");
        line!("    let to = (batch * count + i{p}) * outputs + channel;");
        for q in 0..quads {
            let value =
                epilogue.of(&format!("sum{p}_{q}"), &format!("channel + {q}u"), &format!("to + {q}u"));
            line!("    y[to + {q}u] = {value};");
        }
        line!("    }}");
    }
    line!("}}");
    code
}
