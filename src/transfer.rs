//! Neural style transfer, as the paper tells it: Gatys, Ecker and Bethge, "A Neural Algorithm of Artistic
//! Style" (2015) and "Image Style Transfer Using Convolutional Neural Networks" (CVPR 2016).
//!
//! Show the photo and the painting to a network trained to recognise objects. What the deeper layers
//! respond is the *content*; which responses occur together, whatever the place, is the *style*. Then change
//! a picture, step by step, until the network responds to it with the content of the one and the style
//! of the other.
//!
//! Departures from the paper: losses relative to their targets (see [`crate::loss`]), a total-variation
//! term against speckle, Adam instead of L-BFGS, start from the photo.

use burn::tensor::{Tensor, TensorData};

use crate::{
    kernels::{Map, adam, frame, total_variation::total_variation},
    layer::Layer,
    loss::{Kind, Targets, Term, deepest},
    message::{Failure, Frame, Losses},
    options::{Init, Options},
    picture::Picture,
    vgg::Vgg,
};

/// A picture that is being painted.
#[derive(Clone, Debug)]
pub struct StyleTransfer {
    vgg: Vgg,
    options: Options,
    deepest: Layer,
    targets: Targets,
    /// The picture and Adam's moments.
    state: adam::State,
    /// How many steps were made.
    steps: u32,
    /// The losses of the picture *before* the latest step, on the device.
    terms: Vec<Term>,
}

impl StyleTransfer {
    /// Looks at the photo and the painting; the result will be of the photo's size.
    ///
    /// Both pictures are taken as they are: scale them first ([`Picture::fit`]).
    ///
    /// # Errors
    /// [`Failure::Options`] if the options are out of range or a picture too small for the deepest layer,
    /// [`Failure::DeviceLost`] if the device fails.
    pub async fn new(
        vgg: Vgg,
        photo: &Picture,
        painting: &Picture,
        options: &Options,
    ) -> Result<Self, Failure> {
        options.validate().map_err(|error| Failure::Options(error.to_string()))?;
        let deepest_content = deepest(&options.content_layers);
        let deepest_style = deepest(&options.style_layers);
        let deepest = deepest_content.max(deepest_style);
        for (what, picture, layer) in [("photo", photo, deepest), ("painting", painting, deepest_style)] {
            let least = 1 << Layer::ALL[..layer.index()].iter().filter(|layer| layer.is_pooled()).count();
            if picture.width().min(picture.height()) < least {
                return Err(Failure::Options(format!(
                    "the {what} is {}×{} pixels, but {layer} needs {least} on each side: choose a larger size",
                    picture.width(),
                    picture.height()
                )));
            }
        }

        let content = to_map(photo, &vgg);
        let photo_features = vgg.forward(&content, options.pooling, deepest_content);
        let painting_features = vgg.forward(&to_map(painting, &vgg), options.pooling, deepest_style);
        let targets = Targets::new(&photo_features, &painting_features, options, vgg.balance()).await?;

        let x = match options.init {
            Init::Content => content,
            Init::Noise => to_map(&Picture::noise(photo.width(), photo.height(), options.seed), &vgg),
        };
        let mut transfer = Self {
            state: start(x),
            vgg,
            options: options.clone(),
            deepest,
            targets,
            steps: 0,
            terms: Vec::new(),
        };
        transfer.terms = transfer.gradient().1;
        Ok(transfer)
    }

    /// One step. It is only queued: nothing is read, nothing waits.
    pub fn step(&mut self) {
        let (gradient, terms) = self.gradient();
        self.steps += 1;
        self.state = adam::step(&self.state, &gradient, self.steps, self.options.adam);
        self.terms = terms;
    }

    /// The gradient of the total loss with respect to the picture, and the losses at this point.
    fn gradient(&self) -> (Map, Vec<Term>) {
        let Self { vgg, options, targets, .. } = self;
        let picture = &self.state.x;
        let features = vgg.forward(picture, options.pooling, self.deepest);
        let mut terms = Vec::new();
        let gradient =
            vgg.backward(&features, |layer, map| targets.gradient(layer, map, options, &mut terms));
        let (gradient, sums) = total_variation(picture, &gradient, options.tv_weight);
        terms.push(Term { kind: Kind::TotalVariation, sums, factor: options.tv_weight });
        (gradient, terms)
    }

    /// How many steps were made.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Width and height of the picture.
    pub fn size(&self) -> (usize, usize) {
        let [h, w, _] = self.state.x.dims();
        (w, h)
    }

    /// Changes α, from the next step on: closer to the photo, or closer to the painting.
    pub fn set_content_weight(&mut self, content_weight: f32) {
        self.options.content_weight = content_weight;
    }

    /// Goes on from another picture of the same size, as if it had just been started there.
    ///
    /// # Errors
    /// [`Failure::Options`] if the size differs.
    pub fn restart_from(&mut self, picture: &Picture) -> Result<(), Failure> {
        if (picture.width(), picture.height()) != self.size() {
            return Err(Failure::Options("the picture to go on from has another size".into()));
        }
        self.state = start(to_map(picture, &self.vgg));
        self.steps = 0;
        Ok(())
    }

    /// The picture as it is now, with the losses of the picture before the latest step (of the first picture,
    /// if none was made). Waits for the device.
    ///
    /// # Errors
    /// [`Failure::DeviceLost`] if the device fails.
    pub async fn frame(&self) -> Result<Frame, Failure> {
        let sums = self.terms.iter().map(|term| term.sums.clone()).collect();
        let (rgba, sums) = frame::read(&self.state.x, sums).await?;
        let (width, height) = self.size();
        let losses = Losses::from_terms(self.terms.iter().zip(&sums));
        Ok(Frame { width, height, step: self.steps, losses, rgba })
    }

    /// The losses of the picture before the latest step. Waits for the device.
    ///
    /// # Errors
    /// [`Failure::DeviceLost`] if the device fails.
    pub async fn losses(&self) -> Result<Losses, Failure> {
        Ok(self.frame().await?.losses)
    }

    /// The losses of the picture as it is now. Costs a pass through the network, and waits for the device.
    ///
    /// # Errors
    /// [`Failure::DeviceLost`] if the device fails.
    pub async fn evaluate(&mut self) -> Result<Losses, Failure> {
        self.terms = self.gradient().1;
        self.losses().await
    }

    /// The losses of any picture and their gradient, RGB interleaved: for checks against other implementations.
    ///
    /// # Errors
    /// As [`Self::restart_from`] and [`Self::frame`].
    pub async fn loss_and_gradient(&mut self, picture: &Picture) -> Result<(Losses, Vec<f32>), Failure> {
        self.restart_from(picture)?;
        let (gradient, terms) = self.gradient();
        self.terms = terms;
        let gradient = frame::read_values(gradient).await?;
        Ok((self.losses().await?, gradient.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect()))
    }
}

/// Adam's state at the start.
fn start(x: Map) -> adam::State {
    let zeros = || Tensor::from_data(TensorData::zeros::<f32, _>(x.dims()), &x.device());
    adam::State { first: zeros(), second: zeros(), x }
}

/// A picture on the network's device: `[H, W, 4]`, the fourth channel zero.
pub fn to_map(picture: &Picture, vgg: &Vgg) -> Map {
    let values = picture.rgb().chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 0.0]).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(values, [picture.height(), picture.width(), 4]), vgg.device())
}
