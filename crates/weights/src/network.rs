//! Defines the parameters of a network as the engine uses them: f32 kernels and biases of all convolutions.

use crate::{balance::Balance, layer::Layer};

/// The parameters of one convolution, in f32.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv {
    /// The convolution.
    pub layer: Layer,
    /// Number of output channels.
    pub out_channels: usize,
    /// Number of input channels.
    pub in_channels: usize,
    /// Kernels, OIHW: `out_channels · in_channels · 3 · 3` values.
    pub weight: Vec<f32>,
    /// One bias per output channel.
    pub bias: Vec<f32>,
}

/// The parameters of a network. Its input is RGB values in 0..1 minus `mean`.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// The name from the pack or the file.
    pub name: String,
    /// Mean colour, RGB in 0..1, to subtract from the picture.
    pub mean: [f32; 3],
    /// Factors on the losses.
    pub balance: Balance,
    /// conv1_1 … conv5_1, in that order.
    pub convs: Vec<Conv>,
}
