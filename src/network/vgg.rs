//! VGG-19 (Simonyan and Zisserman 2014) as far as conv5_1: forward to the features of its layers,
//! backward to the picture.
//!
//! The weights never change and the network is a fixed chain, so the backward pass is written by hand:
//! it needs one stored map per layer and one gradient at a time, and no graph.

use burn::tensor::Device;
use options::Pooling;
use picture::{Picture, rect::Remainder};
use weights::{Balance, Layer, Weights};

use super::gradient::Gradient;
use crate::{
    error::Error,
    kernels::{
        Map, Storage,
        conv::{self, Algorithms, Filter},
        normalize, pool, upload,
    },
};

/// The network on a device. Cloning shares the weights.
#[derive(Clone, Debug)]
pub struct Vgg {
    /// conv1_1 … conv5_1.
    layers: Vec<Convolution>,
    mean: [f32; 3],
    balance: Balance,
    device: Device,
}

#[derive(Clone, Debug)]
struct Convolution {
    forward: Filter,
    backward: Filter,
}

/// What a picture looks like to each layer, from conv1_1 to the deepest that was asked for.
#[derive(Clone, Debug)]
pub struct Features {
    /// After the ReLU, `[⌈H/2ᵇ⌉, ⌈W/2ᵇ⌉, C]` where b poolings lie above; indexed by [`Layer::index`].
    maps: Vec<Map>,
    pooling: Pooling,
}

impl Features {
    /// The features of a layer, `[H, W, C]`.
    ///
    /// # Panics
    /// If the forward pass stopped above this layer.
    pub fn at(&self, layer: Layer) -> &Map {
        &self.maps[layer.index()]
    }
}

impl Vgg {
    /// Puts the weights on a device. Where a GPU computes, feature maps are stored in halves.
    ///
    /// # Errors
    /// [`Error::Channels`] if a layer's channels are no multiple of four (but for the picture's three).
    pub fn new(weights: &Weights, device: &Device) -> Result<Self, Error> {
        Self::by(&Algorithms::default(), weights, device)
    }

    /// As [`Self::new`], with convolutions by these algorithms.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn by(algorithms: &Algorithms, weights: &Weights, device: &Device) -> Result<Self, Error> {
        if let Some(conv) = weights.convs.iter().find(|conv| conv.out_channels % 4 != 0) {
            let (layer, network, channels) = (conv.layer, weights.name.clone(), conv.out_channels);
            return Err(Error::Channels { layer, network, channels });
        }
        let layers = weights.convs.iter().map(|conv| {
            let (inputs, outputs) = (conv.in_channels, conv.out_channels);
            Convolution {
                forward: Filter::forward(conv, algorithms.of(inputs, outputs), device),
                backward: Filter::backward(conv, algorithms.of(outputs, inputs), device),
            }
        });
        let (mean, balance) = (weights.mean, weights.balance.clone());
        Ok(Self { layers: layers.collect(), mean, balance, device: device.clone() }.storing(Storage::Half))
    }

    /// What the losses are multiplied by that this network sees.
    pub fn balance(&self) -> &Balance {
        &self.balance
    }

    /// Stores feature maps and their gradients in this way, where a GPU computes.
    #[must_use]
    pub fn storing(mut self, storage: Storage) -> Self {
        let layers = std::mem::take(&mut self.layers).into_iter().enumerate();
        self.layers = layers
            .map(|(index, Convolution { forward, backward })| Convolution {
                forward: forward.storing(storage),
                // The gradient with respect to the picture is no map of features, but as exact as that.
                backward: backward.storing(if index == 0 { Storage::Full } else { storage }),
            })
            .collect();
        self
    }

    /// Where the network computes.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// A picture on the network's device: `[H, W, 4]`, the fourth channel zero.
    pub fn upload(&self, picture: &Picture) -> Map {
        upload(picture.rgb0(), [picture.height(), picture.width(), 4], &self.device)
    }

    /// The features of a picture `[H, W, 4]` in all layers down to `deepest`.
    pub fn forward(&self, picture: &Map, pooling: Pooling, remainder: Remainder, deepest: Layer) -> Features {
        let mut maps = Vec::with_capacity(deepest.index() + 1);
        let mut x = normalize::normalize(picture, self.mean);
        for (layer, convolution) in Layer::ALL.into_iter().zip(&self.layers) {
            let y = conv::forward(&x, &convolution.forward);
            maps.push(y.clone());
            if layer == deepest {
                break;
            }
            x = if layer.is_pooled() { pool::forward(&y, pooling, remainder) } else { y };
        }
        Features { maps, pooling }
    }

    /// The gradient with respect to the picture, `[H, W, 4]`; its remainder was kept.
    ///
    /// `at` gives the gradient of the losses that look at a layer with these features; it is asked once per layer, from
    /// the deepest up.
    ///
    /// Memory is needed most in the end, where the maps are largest: the features are let go layer by layer, as they
    /// have served, and what the losses want is added last, so that three maps suffice.
    ///
    /// # Panics
    /// If no loss looks at the deepest layer.
    pub fn backward(&self, features: Features, mut at: impl FnMut(Layer, &Map) -> Gradient) -> Map {
        let mut above: Option<Map> = None; // the gradient of the layer below in the network, before its ReLU
        let Features { maps, pooling } = features;
        for (layer, y) in Layer::ALL.into_iter().zip(maps).rev() {
            let Gradient { map, style } = at(layer, &y);
            let passed = match above.take() {
                None => map.map(|map| conv::relu_backward(&map, &y)),
                Some(above) => {
                    let filter = &self.layers[layer.index() + 1].backward;
                    Some(if layer.is_pooled() {
                        let gradient = conv::backward(&above, filter, None, None);
                        pool::backward(&y, &gradient, map.as_ref(), pooling)
                    } else {
                        // The ReLU comes last, once.
                        let features = style.is_none().then_some(&y);
                        conv::backward(&above, filter, map.as_ref(), features)
                    })
                }
            };
            above = match style {
                Some(style) => Some(style.before_relu(&y, passed.as_ref())),
                None => passed,
            };
        }
        let gradient = above.expect("a loss looks at the deepest layer");
        conv::backward(&gradient, &self.layers[0].backward, None, None)
    }
}
