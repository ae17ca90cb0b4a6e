//! Defines what products are asked for: their dimensions, and all that a network may use.

use crate::kernels::conv::epilogue::Kind;

/// The dimensions of a batch of products.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub batches: usize,
    pub height: usize,
    pub width: usize,
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
}

impl Sizes {
    /// The rows of one matrix.
    pub fn pixels(self) -> usize {
        self.height * self.width
    }
}

/// The products that networks whose layers have these channels, in and out, may ask for: taps, output channels and epilogue.
pub fn uses(channels: &[(usize, usize)]) -> impl Iterator<Item = (u32, usize, Kind)> {
    channels.iter().flat_map(|&(inputs, outputs)| {
        let inputs = crate::kernels::padded(inputs);
        let forward = Kind::forward().map(move |kind| (9, outputs, kind));
        let backward = Kind::backward().map(move |kind| (9, inputs, kind));
        let style = Kind::conv1x1().map(move |kind| (1, outputs, kind));
        let transformed = [inputs, outputs].map(|outputs| (1, outputs, Kind::none()));
        let first = Kind::centred().map(move |kind| (9, outputs, kind)).filter(move |_| inputs == 4);
        first.chain(forward).chain(backward).chain(style).chain(transformed)
    })
}

/// Those of backward passes with a pooling before the layer, which only hardware computes in one launch.
pub fn unpooled_uses(channels: &[(usize, usize)]) -> impl Iterator<Item = (u32, usize, Kind)> {
    channels
        .iter()
        .flat_map(|&(inputs, _)| Kind::unpooled().map(move |kind| (9, crate::kernels::padded(inputs), kind)))
}
