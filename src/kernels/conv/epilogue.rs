//! What happens to a sum before it is stored: forward the bias and the ReLU; backward what the losses at
//! this layer add (one number for each channel, or a map), and the mask of the ReLU below.

use std::fmt::Write as _;

use burn::tensor::Tensor;

use super::Map;
use crate::kernels::{
    Storage,
    gpu::{Buffer, Wgsl},
};

/// The buffers that take part.
pub struct Epilogue {
    bias: Option<Buffer>,
    add: Option<Buffer>,
    mask: Option<Buffer>,
}

/// Which of them there are: what the text of a kernel depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    /// Adds the bias. Where there is no mask, it is a layer's own, and its ReLU follows.
    bias: bool,
    /// Adds a map.
    add: bool,
    /// Lets through only where a map is positive.
    mask: bool,
    /// How what goes into the convolution is stored.
    from: Storage,
    /// How its result is, and the maps that take part here.
    to: Storage,
}

impl Epilogue {
    pub fn new(bias: Option<&Tensor<1>>, add: Option<&Map>, mask: Option<&Map>) -> Self {
        Self { bias: bias.map(Buffer::of), add: add.map(Buffer::of), mask: mask.map(Buffer::of) }
    }

    /// Where the map `from` goes in and `to` comes out.
    pub fn kind(&self, from: &Buffer, to: &Buffer) -> Kind {
        let (from, to) = (from.storage(), to.storage());
        debug_assert!([&self.add, &self.mask].into_iter().flatten().all(|map| map.storage() == to));
        Kind { bias: self.bias.is_some(), add: self.add.is_some(), mask: self.mask.is_some(), from, to }
    }

    /// In the order of [`Kind::declarations`].
    pub fn buffers(&self) -> impl Iterator<Item = &Buffer> {
        [&self.bias, &self.add, &self.mask].into_iter().flatten()
    }
}

impl Kind {
    /// The declarations of the inputs, the epilogue's own and `inputs` before them, the first of which is what goes into
    /// the convolution; then of the output `y` and the uniform `parameters`.
    pub fn declarations(self, inputs: &[&str]) -> String {
        let mut text = Storage::functions(self.from, self.to);
        let (full, map) = (Storage::Full.quad(), self.to.quad());
        let given = inputs
            .iter()
            .enumerate()
            .map(|(at, name)| (if at == 0 { self.from.quad() } else { full }, *name));
        let own = [(self.bias, full, "bias"), (self.add, map, "add"), (self.mask, map, "features")];
        let own = own.into_iter().filter(|(there, ..)| *there).map(|(_, quad, name)| (quad, name));
        let mut bindings = 0;
        for (quad, name) in given.chain(own) {
            writeln!(text, "@group(0) @binding({bindings}) var<storage, read> {name}: array<{quad}>;")
                .expect("to a string");
            bindings += 1;
        }
        writeln!(text, "@group(0) @binding({bindings}) var<storage, read_write> y: array<{map}>;")
            .expect("to a string");
        writeln!(text, "@group(0) @binding({}) var<uniform> parameters: Parameters;", bindings + 1)
            .expect("to a string");
        text
    }

    /// The expression that is stored at `y[to]` for the sum `value` of the four channels at `channel`.
    pub fn of(self, value: &str, channel: &str, to: &str) -> String {
        let mut value = value.to_owned();
        if self.bias {
            value = format!("({value} + bias[{channel}])");
        }
        if self.add {
            value = format!("({value} + load_beside(add[{to}]))");
        }
        if self.mask {
            value = format!("select(vec4<f32>(), {value}, load_beside(features[{to}]) > vec4<f32>())");
        } else if self.bias {
            value = format!("max({value}, vec4<f32>())");
        }
        format!("keep({value})")
    }
}

/// The mask alone, where no sum stands before it.
pub fn relu_backward(gradient: &Map, features: &Map) -> Map {
    let [h, w, c] = gradient.dims();
    let (g, f) = (Buffer::of(gradient), Buffer::of(features));
    let storage = g.storage();
    let out = g.new_stored(storage, [h, w, c]);
    let quads = h * w * c / 4;
    let text = |storage: Storage| storage.written(MASK);
    Wgsl { name: "relu_backward", variant: storage, text, workgroup: [256, 1, 1] }.launch(
        quads.div_ceil(256),
        &[&g, &f],
        &[&out],
        &[quads as u32],
    );
    out.into_tensor()
}

const MASK: &str = "
struct Parameters { quads: u32 }
@group(0) @binding(0) var<storage, read> gradient: array<Quad>;
@group(0) @binding(1) var<storage, read> features: array<Quad>;
@group(0) @binding(2) var<storage, read_write> masked: array<Quad>;
@group(0) @binding(3) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    if (i >= parameters.quads) { return; }
    masked[i] = keep(select(vec4<f32>(), load(gradient[i]), load(features[i]) > vec4<f32>()));
}
";
