//! Defines the epilogue of a convolution, which is applied to a sum before it is stored. Forward: bias and ReLU.
//! Backward: the gradient of the losses at this layer (one value per channel, or a map), and the mask of the ReLU
//! before it. And what may come before the sum: the picture's mean is subtracted.

use burn::tensor::Tensor;
use options::Pooling;

use crate::kernels::{
    Map, Storage,
    gpu::{Buffer, Shader, bindings, shader},
    template::fill,
};

/// The buffers of an epilogue, but for the output.
pub struct Epilogue {
    bias: Option<Buffer>,
    add: Option<Buffer>,
    mask: Option<Buffer>,
    beside: Beside,
    /// The second output.
    pooled: Option<Buffer>,
    /// Height and width of the other map of a pooling.
    other: [usize; 2],
    /// Subtracted from the first three channels of the input, not from its padding.
    mean: [f32; 3],
}

/// What is computed beside the convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Beside {
    Nothing,
    /// Forward: the mean of pictures is subtracted from the input, which is stored in full.
    Centred,
    /// Forward: the features are stored, and once more pooled.
    Pooled(Pooling),
    /// Backward: the sum is the gradient of pooled features. That of the features themselves is stored.
    Unpooled(Pooling),
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
    beside: Beside,
    /// How the convolution's input is stored.
    from: Storage,
    /// How its output is stored, and the maps of the epilogue.
    to: Storage,
}

/// Where a sum of four channels belongs: names of variables in WGSL.
pub struct Place<'a> {
    /// Row and column of its pixel.
    pub row: &'a str,
    pub column: &'a str,
    /// The number of its vec4 of channels, and how many there are.
    pub channel: &'a str,
    pub vec4s: &'a str,
    /// Its index in `y`, unless the gradient is that of pooled features.
    pub to: &'a str,
}

impl Epilogue {
    /// With a bias `[C]`, a map to add and the features whose ReLU masks, both `[H, W, C]`.
    pub fn new(bias: Option<&Tensor<1>>, add: Option<&Map>, mask: Option<&Map>) -> Self {
        Self {
            bias: bias.map(Buffer::of),
            add: add.map(Buffer::of),
            mask: mask.map(Buffer::of),
            beside: Beside::Nothing,
            pooled: None,
            other: [0; 2],
            mean: [0.0; 3],
        }
    }

    /// Stores the features pooled, too, to `pooled` of this height and width.
    pub fn pooling(self, pooling: Pooling, pooled: Buffer, other: [usize; 2]) -> Self {
        Self { beside: Beside::Pooled(pooling), pooled: Some(pooled), other, ..self }
    }

    /// Stores the gradient of the features before this pooling, which have this height and width, as have the maps to add and
    /// to mask.
    pub fn unpooling(self, pooling: Pooling, other: [usize; 2]) -> Self {
        Self { beside: Beside::Unpooled(pooling), other, ..self }
    }

    /// Subtracts this mean from the input, a picture.
    pub fn centring(self, mean: [f32; 3]) -> Self {
        debug_assert_eq!(self.beside, Beside::Nothing);
        Self { mean, beside: Beside::Centred, ..self }
    }

    /// A new output, for a convolution whose result is `[H, W, C]`.
    pub fn output(&self, x: &Buffer, storage: Storage, [h, w, c]: [usize; 3]) -> Buffer {
        let [h, w] = if matches!(self.beside, Beside::Unpooled(_)) { self.other } else { [h, w] };
        x.new_stored(storage, [h, w, c])
    }

    /// The kind for a convolution from one buffer to another.
    pub fn kind(&self, from: &Buffer, to: &Buffer) -> Kind {
        let (from, to) = (from.storage(), to.storage());
        debug_assert!([&self.add, &self.mask].into_iter().flatten().all(|map| map.storage() == to));
        let [bias, add, mask] = [&self.bias, &self.add, &self.mask].map(Option::is_some);
        Kind { bias, add, mask, beside: self.beside, from, to }
    }

    /// The inputs, in the order of [`Kind::declarations`].
    pub fn inputs(&self) -> impl Iterator<Item = &Buffer> {
        [&self.bias, &self.add, &self.mask].into_iter().flatten()
    }

    /// The outputs, in the order of [`Kind::declarations`].
    pub fn outputs<'a>(&'a self, y: &'a Buffer) -> Vec<&'a Buffer> {
        std::iter::once(y).chain(&self.pooled).collect()
    }

    /// The parameters `other_height` and `other_width`.
    pub fn parameters(&self) -> [u32; 2] {
        self.other.map(|side| side as u32)
    }

    /// The parameters `mean_red`, `mean_green` and `mean_blue`.
    pub fn mean(&self) -> [u32; 3] {
        self.mean.map(f32::to_bits)
    }
}

impl Kind {
    /// No epilogue, all maps in 32 bits.
    pub fn none() -> Self {
        let full = Storage::Full;
        Self { bias: false, add: false, mask: false, beside: Beside::Nothing, from: full, to: full }
    }

    /// All kinds of a layer's forward pass.
    pub fn forward() -> impl Iterator<Item = Self> {
        Self::none().with(|kind| Self { bias: true, ..kind }).into_iter()
    }

    /// All kinds of the forward pass of the first layer.
    pub fn centred() -> impl Iterator<Item = Self> {
        Self::forward()
            .filter(|kind| kind.from == Storage::Full)
            .map(|kind| Self { beside: Beside::Centred, ..kind })
    }

    /// All kinds of the forward pass of a layer with a pooling after it.
    pub fn pooled() -> impl Iterator<Item = Self> {
        let beside = [Pooling::Max, Pooling::Avg].map(Beside::Pooled);
        beside.into_iter().flat_map(|beside| Self::forward().map(move |kind| Self { beside, ..kind }))
    }

    /// All kinds of a layer's backward pass.
    pub fn backward() -> impl Iterator<Item = Self> {
        let endings = [(false, false), (true, false), (false, true), (true, true)];
        endings.into_iter().flat_map(|(add, mask)| Self::none().with(|kind| Self { add, mask, ..kind }))
    }

    /// All kinds of the backward pass of a layer with a pooling before it.
    pub fn unpooled() -> impl Iterator<Item = Self> {
        let beside = [Pooling::Max, Pooling::Avg].map(Beside::Unpooled);
        let masked = || Self::backward().filter(|kind| kind.mask);
        beside.into_iter().flat_map(move |beside| masked().map(move |kind| Self { beside, ..kind }))
    }

    /// All kinds of a 1×1 convolution.
    pub fn conv1x1() -> impl Iterator<Item = Self> {
        let kinds = [false, true].into_iter().flat_map(|bias| [(bias, false), (bias, true)]);
        kinds
            .flat_map(|(bias, add)| Self::none().with(|kind| Self { bias, add, mask: true, ..kind }))
            .filter(|kind| kind.from == kind.to)
    }

    /// What `change` makes of this, with each storage of input and output.
    fn with(self, change: impl Fn(Self) -> Self) -> Vec<Self> {
        let stored = |from| Storage::ALL.map(|to| change(Self { from, to, ..self }));
        Storage::ALL.into_iter().flat_map(stored).collect()
    }

    /// How the convolution's input is stored.
    pub fn input(self) -> Storage {
        self.from
    }

    /// What follows the input in an expression: the subtraction of the mean.
    pub fn minus_mean(self) -> &'static str {
        let mean = " - vec4<f32>(parameters.mean_red, parameters.mean_green, parameters.mean_blue, 0.0)";
        if self.beside == Beside::Centred { mean } else { "" }
    }

    /// Whether the features are stored pooled, too.
    pub fn is_pooled(self) -> bool {
        matches!(self.beside, Beside::Pooled(_))
    }

    /// Declares the convolution's map `x`, its other `inputs` in 32 bits, the epilogue's own inputs, the outputs `y` and
    /// `pooled`, and the uniform `parameters`; and the functions of [`Storage::functions`] and of a pooling.
    pub fn declarations(self, x: &str, inputs: &[&str]) -> String {
        self.declarations_of((x, self.from.wgsl_type()), inputs)
    }

    /// As [`Self::declarations`], with the name and the element type of the map.
    pub fn declarations_of(self, x: (&str, &str), inputs: &[&str]) -> String {
        let (full, map) = (Storage::Full.wgsl_type(), self.to.wgsl_type());
        let own = [(self.bias, "bias", full), (self.add, "add", map), (self.mask, "features", map)];
        let own = own.into_iter().filter(|(present, ..)| *present).map(|(_, name, element)| (name, element));
        let inputs: Vec<_> =
            std::iter::once(x).chain(inputs.iter().map(|name| (*name, full))).chain(own).collect();
        let outputs = [("y", map), ("pooled", map)];
        let outputs = if self.is_pooled() { &outputs[..] } else { &outputs[..1] };
        Storage::functions(self.from, self.to) + &bindings(&inputs, outputs) + &self.functions()
    }

    fn functions(self) -> String {
        let added =
            |at: &str| if self.add { format!("unpack_output(add[{at}])") } else { "vec4<f32>()".to_owned() };
        match self.beside {
            Beside::Nothing | Beside::Centred => String::new(),
            Beside::Pooled(Pooling::Max) => include_str!("pooled_max.wgsl").to_owned(),
            Beside::Pooled(Pooling::Avg) => include_str!("pooled_avg.wgsl").to_owned(),
            Beside::Unpooled(pooling) => {
                let shares = match pooling {
                    Pooling::Max => include_str!("shares_max.wgsl"),
                    Pooling::Avg => include_str!("shares_avg.wgsl"),
                };
                let places = ["at", "at + right", "at + below", "at + below + right"];
                let [a, b, c, d] = places.map(added);
                fill(
                    include_str!("unpool.wgsl"),
                    &[("shares", &shares), ("add_a", &a), ("add_b", &b), ("add_c", &c), ("add_d", &d)],
                )
            }
        }
    }

    /// The expression of the four features, or gradients, for the sum `value`.
    pub fn value(self, value: &str, Place { channel, to, .. }: &Place) -> String {
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
        value
    }

    /// The statement that stores what becomes of the sum `value`. The pooled features are left to the caller.
    pub fn store(self, value: &str, place: &Place) -> String {
        let Place { row, column, channel, vec4s, to } = place;
        if matches!(self.beside, Beside::Unpooled(_)) {
            return format!("unpool({value}, {row}, {column}, {vec4s}, {channel});");
        }
        format!("y[{to}] = pack({});", self.value(value, place))
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
