//! Defines the epilogue of a convolution, which is applied to a sum before it is stored. Forward: bias and ReLU.
//! Backward: the gradient of the losses at this layer (one value per channel, or a map), and the mask of the ReLU
//! before it.

use burn::tensor::Tensor;

use crate::kernels::{
    Map, Storage,
    gpu::{Buffer, Shader, bindings, shader},
};

/// The buffers of an epilogue.
pub struct Epilogue {
    bias: Option<Buffer>,
    add: Option<Buffer>,
    mask: Option<Buffer>,
}

/// Which buffers there are and how maps are stored: the variant of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    /// Adds the bias. Without a mask it is a layer's own bias, and the layer's ReLU follows.
    bias: bool,
    /// Adds a map.
    add: bool,
    /// Sets to zero where the features of a map are not positive.
    mask: bool,
    /// How the convolution's input is stored.
    from: Storage,
    /// How its output is stored, and the maps of the epilogue.
    to: Storage,
}

impl Epilogue {
    /// With a bias `[C]`, a map to add and the features whose ReLU masks, both `[H, W, C]`.
    pub fn new(bias: Option<&Tensor<1>>, add: Option<&Map>, mask: Option<&Map>) -> Self {
        Self { bias: bias.map(Buffer::of), add: add.map(Buffer::of), mask: mask.map(Buffer::of) }
    }

    /// The kind for a convolution from one buffer to another.
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
    /// No epilogue, all maps in 32 bits.
    pub fn none() -> Self {
        Self { bias: false, add: false, mask: false, from: Storage::Full, to: Storage::Full }
    }

    /// All kinds of a layer's forward pass.
    pub fn forward() -> impl Iterator<Item = Self> {
        Self::stored([(true, false, false)])
    }

    /// All kinds of a layer's backward pass.
    pub fn backward() -> impl Iterator<Item = Self> {
        Self::stored([false, true].into_iter().flat_map(|add| [(false, add, false), (false, add, true)]))
    }

    /// All kinds of a 1×1 convolution.
    pub fn conv1x1() -> impl Iterator<Item = Self> {
        let kinds = [false, true].into_iter().flat_map(|bias| [(bias, false, true), (bias, true, true)]);
        Self::stored(kinds).filter(|kind| kind.from == kind.to)
    }

    /// Each of these combinations of bias, add and mask, with each storage of input and output.
    fn stored(combinations: impl IntoIterator<Item = (bool, bool, bool)>) -> impl Iterator<Item = Self> {
        let all = combinations.into_iter().flat_map(|(bias, add, mask)| {
            let full = Self { bias, add, mask, ..Self::none() };
            Storage::ALL.map(|from| Storage::ALL.map(|to| Self { from, to, ..full }))
        });
        all.flatten()
    }

    /// How the convolution's input is stored.
    pub fn input(self) -> Storage {
        self.from
    }

    /// Declares the convolution's `inputs`, the first of which is its map, then the epilogue's own inputs, the output `y` and
    /// the uniform `parameters`; and the functions of [`Storage::functions`].
    pub fn declarations(self, inputs: &[&str]) -> String {
        let (full, map) = (Storage::Full.wgsl_type(), self.to.wgsl_type());
        let given = inputs
            .iter()
            .enumerate()
            .map(|(at, name)| (*name, if at == 0 { self.from.wgsl_type() } else { full }));
        let own = [(self.bias, "bias", full), (self.add, "add", map), (self.mask, "features", map)];
        let own = own.into_iter().filter(|(present, ..)| *present).map(|(_, name, element)| (name, element));
        let inputs: Vec<_> = given.chain(own).collect();
        Storage::functions(self.from, self.to) + &bindings(&inputs, ("y", map))
    }

    /// The expression that is stored at `y[to]` for the sum `value` of the four channels at `channel`.
    pub fn value(self, value: &str, channel: &str, to: &str) -> String {
        let mut value = value.to_owned();
        if self.bias {
            value = format!("({value} + bias[{channel}])");
        }
        if self.add {
            value = format!("({value} + unpack_output(add[{to}]))");
        }
        if self.mask {
            value = format!("select(vec4<f32>(), {value}, unpack_output(features[{to}]) > vec4<f32>())");
        } else if self.bias {
            value = format!("max({value}, vec4<f32>())");
        }
        format!("pack({value})")
    }
}

/// The ReLU mask alone. `gradient` and `features` `[H, W, C]` → `[H, W, C]`.
pub fn relu_backward(gradient: &Map, features: &Map) -> Map {
    let [h, w, c] = gradient.dims();
    let (g, f) = (Buffer::of(gradient), Buffer::of(features));
    let out = g.new_stored(g.storage(), [h, w, c]);
    let vec4s = h * w * c / 4;
    ReluBackward(g.storage()).launch(vec4s.div_ceil(256), &[&g, &f], &[&out], &[vec4s as u32]);
    out.into_tensor()
}

shader!(ReluBackward(Storage), "relu_backward.wgsl", 256);
