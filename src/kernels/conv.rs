//! Convolution, forward and backward to its input: a matrix product of pixels by channels, whose rows are
//! gathered from nine neighbours (implicit GEMM).
//!
//! Backward-data of a 3×3 convolution of stride 1 and padding 1 is the same convolution with the
//! kernel turned by 180° and the roles of its channels swapped: one kernel, two [`Filter`]s.

use burn::tensor::{Device, Tensor, TensorData, activation::relu, module::conv2d, ops::ConvOptions};

use super::{Map, from_nchw, on_device, runs_wgsl, to_nchw};
use crate::weights::Conv;

/// The kernels of a 3×3 convolution, arranged for the device that computes.
#[derive(Clone, Debug)]
pub struct Filter {
    /// On the GPU `[3, 3, in, out]`, so that four output channels are one `vec4`; else `[out, in, 3, 3]`.
    weight: Tensor<4>,
    /// `[out]`; a backward filter has none.
    bias: Option<Tensor<1>>,
}

impl Filter {
    /// The filter that computes a layer's features.
    pub fn forward(conv: &Conv, device: &Device) -> Self {
        let (outputs, inputs) = (conv.out_channels, padded(conv.in_channels));
        let weight = arrange(outputs, inputs, device, |o, i, y, x| conv.at(o, i, y, x));
        let bias = TensorData::new(conv.bias.clone(), [outputs]);
        Self { weight, bias: Some(Tensor::from_data(bias, device)) }
    }

    /// The filter that computes the gradient with respect to a layer's input.
    pub fn backward(conv: &Conv, device: &Device) -> Self {
        let (outputs, inputs) = (padded(conv.in_channels), conv.out_channels);
        let weight = arrange(outputs, inputs, device, |o, i, y, x| conv.at(i, o, 2 - y, 2 - x));
        Self { weight, bias: None }
    }
}

/// The picture has three channels and a fourth that is zero, so that a pixel is one `vec4`.
fn padded(channels: usize) -> usize {
    channels.next_multiple_of(4)
}

impl Conv {
    /// One weight; zero for channels that exist only as padding.
    fn at(&self, output: usize, input: usize, y: usize, x: usize) -> f32 {
        if output >= self.out_channels || input >= self.in_channels {
            return 0.0;
        }
        self.weight[((output * self.in_channels + input) * 3 + y) * 3 + x]
    }
}

fn arrange(
    outputs: usize,
    inputs: usize,
    device: &Device,
    at: impl Fn(usize, usize, usize, usize) -> f32,
) -> Tensor<4> {
    let mut values = Vec::with_capacity(outputs * inputs * 9);
    let shape = if runs_wgsl(device) {
        for tap in 0..9 {
            for i in 0..inputs {
                values.extend((0..outputs).map(|o| at(o, i, tap / 3, tap % 3)));
            }
        }
        [3, 3, inputs, outputs]
    } else {
        for o in 0..outputs {
            for i in 0..inputs {
                values.extend((0..9).map(|tap| at(o, i, tap / 3, tap % 3)));
            }
        }
        [outputs, inputs, 3, 3]
    };
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Features of a layer: `relu(x ∗ w + b)`. `[H, W, in]` → `[H, W, out]`.
pub fn forward(x: &Map, filter: &Filter) -> Map {
    on_device!(x.device(),
        gpu: gpu::convolve(x, filter, None, None),
        cpu: forward_cpu(x, filter))
}

/// Gradient with respect to a convolution's input: `(g ∗ w' + add) · [features > 0]`.
///
/// `gradient` `[H, W, in]` is taken before the ReLU of the convolution above. `add` `[H, W, out]` is what
/// losses at this layer contribute; `features` `[H, W, out]` are those of the layer below, whose
/// ReLU lets the gradient through where they are positive.
pub fn backward(gradient: &Map, filter: &Filter, add: Option<&Map>, features: Option<&Map>) -> Map {
    on_device!(gradient.device(),
        gpu: gpu::convolve(gradient, filter, add, features),
        cpu: backward_cpu(gradient, filter, add, features))
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
    conv2d(to_nchw(x.clone()), filter.weight.clone(), filter.bias.clone(), options)
}

/// `Σ_k x[p, k] · matrix[k, c] + add[p, c]`: each pixel's channels times a `[C, C]` matrix.
///
/// The backward pass of a Gram matrix is of this form.
pub fn mix_channels(x: &Map, matrix: &Tensor<2>, add: Option<&Map>) -> Map {
    on_device!(x.device(),
        gpu: gpu::mix_channels(x, matrix, add),
        cpu: mix_channels_cpu(x, matrix, add))
}

/// The twin of [`mix_channels`].
pub fn mix_channels_cpu(x: &Map, matrix: &Tensor<2>, add: Option<&Map>) -> Map {
    let [h, w, c] = x.dims();
    let mixed = x.clone().reshape([h * w, c]).matmul(matrix.clone()).reshape([h, w, c]);
    match add {
        Some(add) => mixed + add.clone(),
        None => mixed,
    }
}

/// `gradient · [features > 0]`: backward through a ReLU, given what came out of it.
pub fn relu_backward(gradient: Map, features: &Map) -> Map {
    on_device!(gradient.device(),
        gpu: gpu::relu_backward(&gradient, features),
        cpu: relu_backward_cpu(gradient, features))
}

/// The twin of [`relu_backward`].
pub fn relu_backward_cpu(gradient: Map, features: &Map) -> Map {
    gradient.mask_fill(features.clone().lower_equal_elem(0.0), 0.0)
}

#[cfg(feature = "gpu")]
mod gpu {
    use std::fmt::Write as _;

    use super::{Filter, Map, Tensor};
    use crate::kernels::gpu::{Buffer, Wgsl};

    /// What the text of the kernel depends on.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Shape {
        /// 9 for a 3×3 convolution, 1 for a 1×1.
        taps: u32,
        /// Pixels that one thread computes.
        pixels: u32,
        /// Output channels that one thread computes, in fours.
        quads: u32,
        /// Adds the bias and applies the ReLU.
        activate: bool,
        /// Adds a map.
        add: bool,
        /// Lets through only where a map is positive.
        mask: bool,
    }

    impl Shape {
        /// Loads cost far more than arithmetic: a tile of `pixels × 4·quads` needs `pixels + 4·quads` loads of
        /// four values for `16 · pixels · quads` multiply-adds, so it is as large as the registers allow. A
        /// software adapter spills into the processor's cache, which still beats loading.
        fn new(taps: u32, pixels: usize, output_quads: usize, software: bool) -> Self {
            let quads =
                [4, 2, 1].into_iter().find(|&quads| output_quads.is_multiple_of(quads as usize)).unwrap_or(1);
            let pixels = match pixels {
                ..64 => 4,
                64.. if software => 16,
                64.. => 8,
            };
            Self { taps, pixels, quads, activate: false, add: false, mask: false }
        }
    }

    pub fn convolve(x: &Map, filter: &Filter, add: Option<&Map>, features: Option<&Map>) -> Map {
        let bias = filter.bias.as_ref().map(Buffer::of);
        let [_, _, _, outputs] = filter.weight.dims();
        launch(9, x, &Buffer::of(&filter.weight), outputs, bias.as_ref(), add, features)
    }

    pub fn mix_channels(x: &Map, matrix: &Tensor<2>, add: Option<&Map>) -> Map {
        let [_, _, c] = x.dims();
        launch(1, x, &Buffer::of(matrix), c, None, add, None)
    }

    fn launch(
        taps: u32,
        x: &Map,
        weight: &Buffer,
        outputs: usize,
        bias: Option<&Buffer>,
        add: Option<&Map>,
        mask: Option<&Map>,
    ) -> Map {
        let [h, w, c] = x.dims();
        let x = Buffer::of(x);
        let shape = Shape {
            activate: bias.is_some(),
            add: add.is_some(),
            mask: mask.is_some(),
            ..Shape::new(taps, h * w, outputs / 4, x.is_in_software())
        };
        let (add, mask) = (add.map(Buffer::of), mask.map(Buffer::of));
        let y = x.new_like([h, w, outputs]);
        let inputs: Vec<&Buffer> =
            [Some(&x), Some(weight), bias, add.as_ref(), mask.as_ref()].into_iter().flatten().collect();
        let columns = (outputs / 4).div_ceil((shape.quads * WORKGROUP) as usize);
        let rows = (h * w).div_ceil((shape.pixels * WORKGROUP) as usize);
        Wgsl { name: "convolution", variant: shape, text, workgroup: [WORKGROUP, WORKGROUP, 1] }.launch(
            columns * rows,
            &inputs,
            &[&y],
            &[h as u32, w as u32, (c / 4) as u32, (outputs / 4) as u32, columns as u32],
        );
        y.into_tensor()
    }

    pub fn relu_backward(gradient: &Map, features: &Map) -> Map {
        let [h, w, c] = gradient.dims();
        let (g, f) = (Buffer::of(gradient), Buffer::of(features));
        let out = g.new_like([h, w, c]);
        let quads = h * w * c / 4;
        Wgsl { name: "relu_backward", variant: (), text: |()| MASK.into(), workgroup: [256, 1, 1] }.launch(
            quads.div_ceil(256),
            &[&g, &f],
            &[&out],
            &[quads as u32],
        );
        out.into_tensor()
    }

    const MASK: &str = "
struct Parameters { quads: u32 }
@group(0) @binding(0) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> features: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> masked: array<vec4<f32>>;
@group(0) @binding(3) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    if (i >= parameters.quads) { return; }
    masked[i] = select(vec4<f32>(), gradient[i], features[i] > vec4<f32>());
}
";

    /// Threads of a workgroup in each direction: channels along x, pixels along y.
    const WORKGROUP: u32 = 8;

    /// Writes the kernel. Everything that can be is unrolled into registers with names: compilers for
    /// WGSL do not unroll, and arrays indexed in a loop end up in memory.
    fn text(shape: &Shape) -> String {
        let Shape { taps, pixels, quads, activate, add, mask } = *shape;
        let mut binding = 0;
        let mut bindings = String::new();
        let mut bind = |present: bool, declaration: &str| {
            if present {
                writeln!(bindings, "@group(0) @binding({binding}) var<{declaration};").expect("to a string");
                binding += 1;
            }
        };
        bind(true, "storage, read> x: array<vec4<f32>>");
        bind(true, "storage, read> weight: array<vec4<f32>>");
        bind(activate, "storage, read> bias: array<vec4<f32>>");
        bind(add, "storage, read> add: array<vec4<f32>>");
        bind(mask, "storage, read> features: array<vec4<f32>>");
        bind(true, "storage, read_write> y: array<vec4<f32>>");
        bind(true, "uniform> parameters: Parameters");

        let mut code = format!(
            "struct Parameters {{ height: u32, width: u32, inputs: u32, outputs: u32, columns: u32 }}
{bindings}
@compute @workgroup_size({WORKGROUP}, {WORKGROUP})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_id) local: vec3<u32>) {{
    let height = parameters.height;
    let width = parameters.width;
    let inputs = parameters.inputs;
    let outputs = parameters.outputs;
    let count = height * width;
    let tile = group.y * groups.x + group.x;
    let channel = ((tile % parameters.columns) * {WORKGROUP}u + local.x) * {quads}u;
    let first = ((tile / parameters.columns) * {WORKGROUP}u + local.y) * {pixels}u;
    if (channel >= outputs || first >= count) {{ return; }}
    var w = channel;
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
                line!("    let at{p} = min(ny{p} * width + nx{p}, count - 1u) * inputs;");
            } else {
                line!("    let at{p} = i{p} * inputs;");
            }
        }
        line!("    for (var k = 0u; k < inputs; k++) {{");
        for p in 0..pixels {
            line!(
                "    let x{p} = x[at{p} + k]{};",
                if taps == 9 { format!(" * in{p}") } else { String::new() }
            );
        }
        for component in ["x", "y", "z", "w"] {
            line!("    {{");
            for q in 0..quads {
                line!("    let w{q} = weight[w + {q}u];");
            }
            for p in 0..pixels {
                for q in 0..quads {
                    line!("    sum{p}_{q} += x{p}.{component} * w{q};");
                }
            }
            line!("    }}");
            line!("    w += outputs;");
        }
        line!("    }}");
        if taps == 9 {
            line!("    }}");
        }
        for p in 0..pixels {
            line!("    {{");
            line!("    let to = i{p} * outputs + channel;");
            for q in 0..quads {
                let mut value = format!("sum{p}_{q}");
                if activate {
                    value = format!("max({value} + bias[channel + {q}u], vec4<f32>())");
                }
                if add {
                    value = format!("({value} + add[to + {q}u])");
                }
                if mask {
                    value = format!("select(vec4<f32>(), {value}, features[to + {q}u] > vec4<f32>())");
                }
                line!("    y[to + {q}u] = {value};");
            }
            line!("    }}");
        }
        line!("}}");
        code
    }
}
