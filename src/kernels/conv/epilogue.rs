//! What happens to a sum before it is stored: forward the bias and the ReLU; backward what the losses at
//! this layer add, and the mask of the ReLU below.

use std::fmt::Write as _;

use burn::tensor::Tensor;

use super::Map;
use crate::kernels::gpu::{Buffer, Wgsl};

/// The buffers that take part.
pub struct Epilogue {
    bias: Option<Buffer>,
    add: Option<Buffer>,
    mask: Option<Buffer>,
}

/// Which of them there are: what the text of a kernel depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    /// Adds the bias and applies the ReLU.
    activate: bool,
    /// Adds a map.
    add: bool,
    /// Lets through only where a map is positive.
    mask: bool,
}

impl Epilogue {
    pub fn new(bias: Option<&Tensor<1>>, add: Option<&Map>, mask: Option<&Map>) -> Self {
        Self { bias: bias.map(Buffer::of), add: add.map(Buffer::of), mask: mask.map(Buffer::of) }
    }

    pub fn kind(&self) -> Kind {
        Kind { activate: self.bias.is_some(), add: self.add.is_some(), mask: self.mask.is_some() }
    }

    /// In the order of [`Kind::declarations`].
    pub fn buffers(&self) -> impl Iterator<Item = &Buffer> {
        [&self.bias, &self.add, &self.mask].into_iter().flatten()
    }
}

impl Kind {
    /// The declarations of the inputs, the epilogue's own and `inputs` before them, then of the output `y` and the
    /// uniform `parameters`.
    pub fn declarations(self, inputs: &[&str]) -> String {
        let mut text = String::new();
        let own = [(self.activate, "bias"), (self.add, "add"), (self.mask, "features")];
        let names = inputs.iter().chain(own.iter().filter(|(there, _)| *there).map(|(_, name)| name));
        let mut bindings = 0;
        for name in names {
            writeln!(text, "@group(0) @binding({bindings}) var<storage, read> {name}: array<vec4<f32>>;")
                .expect("to a string");
            bindings += 1;
        }
        writeln!(text, "@group(0) @binding({bindings}) var<storage, read_write> y: array<vec4<f32>>;")
            .expect("to a string");
        writeln!(text, "@group(0) @binding({}) var<uniform> parameters: Parameters;", bindings + 1)
            .expect("to a string");
        text
    }

    /// The expression that is stored at `y[to]` for the sum `value` of the four channels at `channel`.
    pub fn of(self, value: &str, channel: &str, to: &str) -> String {
        let mut value = value.to_owned();
        if self.activate {
            value = format!("max({value} + bias[{channel}], vec4<f32>())");
        }
        if self.add {
            value = format!("({value} + add[{to}])");
        }
        if self.mask {
            value = format!("select(vec4<f32>(), {value}, features[{to}] > vec4<f32>())");
        }
        value
    }
}

/// The mask alone, where no sum stands before it.
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
