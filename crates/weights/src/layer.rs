//! Defines the layers of VGG-19 that style transfer uses, in network order.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A convolution of VGG-19 (Simonyan and Zisserman 2014, configuration E), conv1_1 … conv5_1.
///
/// Each is 3×3 with stride 1 and zero padding 1, followed by a ReLU. The features of a layer are always those *after*
/// its ReLU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Layer {
    #[serde(rename = "conv1_1")]
    Conv1_1,
    #[serde(rename = "conv1_2")]
    Conv1_2,
    #[serde(rename = "conv2_1")]
    Conv2_1,
    #[serde(rename = "conv2_2")]
    Conv2_2,
    #[serde(rename = "conv3_1")]
    Conv3_1,
    #[serde(rename = "conv3_2")]
    Conv3_2,
    #[serde(rename = "conv3_3")]
    Conv3_3,
    #[serde(rename = "conv3_4")]
    Conv3_4,
    #[serde(rename = "conv4_1")]
    Conv4_1,
    #[serde(rename = "conv4_2")]
    Conv4_2,
    #[serde(rename = "conv4_3")]
    Conv4_3,
    #[serde(rename = "conv4_4")]
    Conv4_4,
    #[serde(rename = "conv5_1")]
    Conv5_1,
}

impl Layer {
    /// All layers, in network order.
    pub const ALL: [Self; 13] = [
        Self::Conv1_1,
        Self::Conv1_2,
        Self::Conv2_1,
        Self::Conv2_2,
        Self::Conv3_1,
        Self::Conv3_2,
        Self::Conv3_3,
        Self::Conv3_4,
        Self::Conv4_1,
        Self::Conv4_2,
        Self::Conv4_3,
        Self::Conv4_4,
        Self::Conv5_1,
    ];

    /// The name in the literature: `conv4_2`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Conv1_1 => "conv1_1",
            Self::Conv1_2 => "conv1_2",
            Self::Conv2_1 => "conv2_1",
            Self::Conv2_2 => "conv2_2",
            Self::Conv3_1 => "conv3_1",
            Self::Conv3_2 => "conv3_2",
            Self::Conv3_3 => "conv3_3",
            Self::Conv3_4 => "conv3_4",
            Self::Conv4_1 => "conv4_1",
            Self::Conv4_2 => "conv4_2",
            Self::Conv4_3 => "conv4_3",
            Self::Conv4_4 => "conv4_4",
            Self::Conv5_1 => "conv5_1",
        }
    }

    /// The position in [`Layer::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether a 2×2 pooling (stride 2) follows this layer.
    pub const fn is_pooled(self) -> bool {
        matches!(self, Self::Conv1_2 | Self::Conv2_2 | Self::Conv3_4 | Self::Conv4_4)
    }

    /// Whether it is the first layer of its block. The style layers of the paper are.
    pub fn is_first_of_block(self) -> bool {
        self.index() == 0 || Self::ALL[self.index() - 1].is_pooled()
    }

    /// The number of poolings before this layer.
    pub fn poolings(self) -> usize {
        Self::ALL[..self.index()].iter().filter(|layer| layer.is_pooled()).count()
    }

    /// The index among the `features` of torchvision's VGG-19 (`features.21` is conv4_2).
    pub const fn torchvision_index(self) -> usize {
        [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28][self.index()]
    }

    /// The number of output channels in VGG-19; a smaller network may have fewer.
    pub const fn vgg19_channels(self) -> usize {
        [64, 64, 128, 128, 256, 256, 256, 256, 512, 512, 512, 512, 512][self.index()]
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is not one of conv1_1 … conv5_1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no layer \"{0}\": choose one of conv1_1, conv1_2, conv2_1, conv2_2, conv3_1 … conv3_4, conv4_1 … conv4_4, conv5_1"
)]
pub struct UnknownLayer(pub String);

impl FromStr for Layer {
    type Err = UnknownLayer;

    fn from_str(name: &str) -> Result<Self, UnknownLayer> {
        Self::ALL.into_iter().find(|layer| layer.name() == name).ok_or_else(|| UnknownLayer(name.to_owned()))
    }
}
