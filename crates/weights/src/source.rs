//! A network on its way from a file to the engine or into a pack: values at full precision, or codes as they came.

use crate::{
    balance::Balance,
    layer::Layer,
    network::{Conv, Weights},
    quantize::Quantized,
};

/// A network whose kernels may still be codes, so that nothing that came as codes is quantised twice.
///
/// It takes RGB values 0..1 minus `mean`, as [`Weights`] does.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// What the pack or file calls itself.
    pub name: String,
    /// Where the values come from and under which licence.
    pub provenance: String,
    /// Subtracted from the picture, RGB, in 0..1.
    pub mean: [f32; 3],
    /// What its losses are multiplied by.
    pub balance: Balance,
    /// conv1_1 … conv5_1, in that order.
    pub convs: Vec<SourceConv>,
}

/// One convolution of a [`Source`].
#[derive(Clone, Debug, PartialEq)]
pub struct SourceConv {
    /// Which convolution this is.
    pub layer: Layer,
    /// Number of output channels.
    pub out_channels: usize,
    /// Number of input channels.
    pub in_channels: usize,
    /// The kernels, OIHW.
    pub kernel: Kernel,
    /// One bias per output channel.
    pub bias: Vec<f32>,
}

/// The kernels of one convolution, OIHW.
#[derive(Clone, Debug, PartialEq)]
pub enum Kernel {
    /// At full precision.
    F32(Vec<f32>),
    /// As codes.
    U8(Quantized),
}

impl Source {
    /// Everything in f32; codes are dequantised.
    pub fn into_weights(self) -> Weights {
        let convs = self
            .convs
            .into_iter()
            .map(|conv| Conv {
                layer: conv.layer,
                out_channels: conv.out_channels,
                in_channels: conv.in_channels,
                weight: conv.kernel.into_f32(),
                bias: conv.bias,
            })
            .collect();
        Weights { name: self.name, mean: self.mean, balance: self.balance, convs }
    }
}

impl Kernel {
    /// The values; codes are dequantised.
    pub fn into_f32(self) -> Vec<f32> {
        match self {
            Self::F32(weight) => weight,
            Self::U8(quantized) => quantized.dequantize(),
        }
    }
}
