//! Defines the parameters of a network as the engine takes them.

use crate::{balance::Balance, layer::Layer};

/// The parameters of one convolution, in f32.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv {
    /// Which convolution this is.
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

/// The parameters of a network, ready for the engine: it expects RGB values 0..1 minus `mean`.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// What the pack or file calls itself.
    pub name: String,
    /// Subtracted from the picture, RGB, in 0..1.
    pub mean: [f32; 3],
    /// What its losses are multiplied by.
    pub balance: Balance,
    /// conv1_1 … conv5_1, in that order.
    pub convs: Vec<Conv>,
}
