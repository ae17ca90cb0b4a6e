//! Defines a network between a file and the engine or a pack, with kernels in f32 or still quantised.

use crate::{
    balance::Balance,
    layer::Layer,
    network::{Conv, Weights},
    quantize::Quantized,
};

/// A network whose kernels may still be quantised, so that quantised kernels are not quantised again for a pack.
///
/// Its input is RGB values in 0..1 minus `mean`, as for [`Weights`].
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The name from the pack or the file.
    pub name: String,
    /// Origin and licence of the values.
    pub provenance: String,
    /// Mean colour, RGB in 0..1, to subtract from the picture.
    pub mean: [f32; 3],
    /// Factors on the losses.
    pub balance: Balance,
    /// conv1_1 … conv5_1, in that order.
    pub convs: Vec<SourceConv>,
}

/// One convolution of a [`Source`].
#[derive(Clone, Debug, PartialEq)]
pub struct SourceConv {
    /// The convolution.
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

/// The kernels of one convolution, OIHW, 3×3.
#[derive(Clone, Debug, PartialEq)]
pub enum Kernel {
    /// f32 values.
    F32(Vec<f32>),
    /// Quantised to 8 bits.
    U8(Quantized),
}

impl Source {
    /// The network with f32 kernels; codes are dequantised.
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
