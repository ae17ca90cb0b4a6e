//! Defines VGG-19 (Simonyan and Zisserman 2014) from conv1_1 to conv5_1: the forward pass to the features of its
//! layers, and the backward pass to the picture.
//!
//! The weights never change and the layers are a fixed chain. So the backward pass is written by hand, without a
//! graph: it needs one stored map per layer and one gradient at a time.
//!
//! As in the paper, features are taken after the ReLU, and either maximum or average pooling can be chosen.

use burn::tensor::Device;
use options::Pooling;
use picture::{Picture, rect::Remainder};
use weights::{Balance, Layer, Weights};

use super::gradient::Gradient;
use crate::{
    error::Error,
    kernels::{
        Map, Storage,
        conv::{self, Algorithms, Choice, Filter},
        inspect, pooled, runs_wgsl, upload,
    },
    memory::{PerPixel, room},
};

/// The network on a device. A clone shares the weights.
#[derive(Clone, Debug)]
pub struct Vgg {
    /// conv1_1 … conv5_1, indexed by [`Layer::index`].
    layers: Vec<Convolution>,
    balance: Balance,
    device: Device,
    most_at_once: usize,
}

#[derive(Clone, Debug)]
struct Convolution {
    forward: Filter,
    backward: Filter,
}

/// The features of a picture in each layer, from conv1_1 to the deepest one that was asked for.
#[derive(Clone, Debug)]
pub struct Features {
    /// After the ReLU, `[⌈H/2ᵇ⌉, ⌈W/2ᵇ⌉, C]` (rounded down if the remainder is dropped), where b is the number of
    /// poolings before the layer. Indexed by [`Layer::index`].
    maps: Vec<Map>,
    pooling: Pooling,
}

impl Features {
    /// The features of `layer` after its ReLU, `[H, W, C]`.
    ///
    /// # Panics
    /// If the forward pass stopped before this layer.
    pub fn at(&self, layer: Layer) -> &Map {
        &self.maps[layer.index()]
    }
}

impl Vgg {
    /// Uploads the weights to `device`. A GPU stores feature maps in 16 bits per value ([`Storage::Half`]).
    ///
    /// # Errors
    /// [`Error::Channels`] if the number of output channels of a layer is not a multiple of four.
    pub fn new(weights: &Weights, device: &Device) -> Result<Self, Error> {
        Self::by(&Algorithms::default(), weights, device)
    }

    /// As [`Self::new`], with a choice of algorithm for each convolution.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn by(algorithms: &Algorithms, weights: &Weights, device: &Device) -> Result<Self, Error> {
        if let Some(conv) = weights.convs.iter().find(|conv| conv.out_channels % 4 != 0) {
            let (layer, network, channels) = (conv.layer, weights.name.clone(), conv.out_channels);
            return Err(Error::Channels { layer, network, channels });
        }
        let layers = weights.convs.iter().enumerate().map(|(index, conv)| {
            let (inputs, outputs) = (conv.in_channels, conv.out_channels);
            let [there, back] = [algorithms.of(inputs, outputs), algorithms.of(outputs, inputs)];
            let algorithm = |choice: Option<Choice>| choice.map(|choice| choice.algorithm);
            let tile = |choice: Option<Choice>| choice.and_then(|choice| choice.tile);
            let forward = Filter::forward(conv, algorithm(there), device).in_tiles(tile(there));
            Convolution {
                forward: if index == 0 { forward.centring(weights.mean) } else { forward },
                backward: Filter::backward(conv, algorithm(back), device).in_tiles(tile(back)),
            }
        });
        let balance = weights.balance.clone();
        let value = if runs_wgsl(device) { 2 } else { 4 };
        let most_at_once = PerPixel::of(weights, value).most_at_once(room(device));
        let vgg = Self { layers: layers.collect(), balance, device: device.clone(), most_at_once };
        Ok(vgg.storing(Storage::Half))
    }

    /// The factors of the losses that come with this network. In a smaller network they give more weight to the
    /// layers that reproduce VGG-19 well.
    pub fn balance(&self) -> &Balance {
        &self.balance
    }

    /// Sets how a GPU stores feature maps and their gradients. No effect on the CPU.
    #[must_use]
    pub fn storing(mut self, storage: Storage) -> Self {
        let layers = std::mem::take(&mut self.layers).into_iter().enumerate();
        self.layers = layers
            .map(|(index, Convolution { forward, backward })| Convolution {
                forward: forward.storing(storage),
                // The gradient with respect to the picture stays in 32 bits: it is the input of the optimiser, not a
                // feature map.
                backward: backward.storing(if index == 0 { Storage::Full } else { storage }),
            })
            .collect();
        self
    }

    /// The device that the weights are on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The most pixels of a picture that is evaluated as a whole: its features fit into the device's memory
    /// ([`crate::memory`]).
    pub fn most_at_once(&self) -> usize {
        self.most_at_once
    }

    /// Uploads a picture to the device: `[H, W, 4]`, values 0..1, the fourth channel zero.
    pub fn upload(&self, picture: &Picture) -> Map {
        upload(picture.rgb0(), [picture.height(), picture.width(), 4], &self.device)
    }

    /// The features of a picture `[H, W, 4]`, values 0..1, in all layers from conv1_1 to `deepest`. Queues the work
    /// and does not wait.
    pub fn forward(&self, picture: &Map, pooling: Pooling, remainder: Remainder, deepest: Layer) -> Features {
        let mut maps = Vec::with_capacity(deepest.index() + 1);
        // [H, W, 4]; the first layer subtracts the mean
        let mut x = picture.clone();
        for (layer, convolution) in Layer::ALL.into_iter().zip(&self.layers) {
            inspect::label(|| layer.to_string());
            // [H, W, C], and the input of the next layer
            let (y, next) = if layer.is_pooled() && layer != deepest {
                pooled::forward(&x, &convolution.forward, pooling, remainder)
            } else {
                let y = conv::forward(&x, &convolution.forward);
                (y.clone(), y)
            };
            maps.push(y);
            if layer == deepest {
                break;
            }
            x = next;
        }
        Features { maps, pooling }
    }

    /// The gradient with respect to the picture, `[H, W, 4]`. The forward pass must have kept the remainder of the
    /// poolings ([`Remainder::Kept`]). Queues the work and does not wait.
    ///
    /// `at` returns the gradient of the losses at a layer, given its features `[H, W, C]`. It is called once per
    /// layer, from the deepest to conv1_1.
    ///
    /// Memory use peaks at the end, where the maps are largest. So the features of each layer are dropped after their
    /// use, and the gradient of a style loss is added last. At most three maps of a layer then exist at a time.
    ///
    /// # Panics
    /// If there is no loss at the deepest layer of `features`.
    pub fn backward(&self, features: Features, mut at: impl FnMut(Layer, &Map) -> Gradient) -> Map {
        let mut above: Option<Map> = None; // gradient at the next deeper layer, before its ReLU
        let Features { maps, pooling } = features;
        for (layer, y) in Layer::ALL.into_iter().zip(maps).rev() {
            inspect::label(|| format!("{layer} backward"));
            let Gradient { map, style } = at(layer, &y);
            let passed = match above.take() {
                None => map.map(|map| conv::relu_backward(&map, &y)),
                Some(above) => {
                    let filter = &self.layers[layer.index() + 1].backward;
                    Some(if layer.is_pooled() {
                        pooled::backward(&above, filter, &y, map.as_ref(), pooling)
                    } else {
                        // With a style gradient the ReLU mask is applied once, by `before_relu` below.
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
        inspect::label(|| "picture".to_owned());
        conv::backward(&gradient, &self.layers[0].backward, None, None)
    }
}
