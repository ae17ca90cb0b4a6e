//! Neural style transfer, as the paper tells it: Gatys, Ecker and Bethge, "A Neural Algorithm of Artistic
//! Style" (2015) and "Image Style Transfer Using Convolutional Neural Networks" (CVPR 2016).
//!
//! Show the photo and the painting to a network trained to recognise objects. What the deeper layers
//! respond is the *content*; which responses occur together, whatever the place, is the *style*. Then change
//! a picture, step by step, until the network responds to it with the content of the one and the style
//! of the other.
//!
//! Departures from the paper: losses relative to their targets (see [`crate::loss`]), a total-variation
//! term against speckle, Adam beside L-BFGS, start from the photo, coarse to fine (see
//! [`crate::schedule`]).

use burn::tensor::{Tensor, TensorData};

use crate::{
    color,
    kernels::{Map, Storage, adam, frame, total_variation::total_variation},
    layer::Layer,
    loss::{Kind, Targets, Term, deepest},
    message::{Failure, Frame, Losses},
    optimizer::State,
    options::{Color, Init, Options},
    picture::{Filter, Picture, resample},
    schedule::{Plan, Scale},
    until::Watch,
    vgg::Vgg,
};

/// A picture that is being painted.
///
/// A run goes through the scales of a [`Plan`]: [`StyleTransfer::steps_here`] steps, then
/// [`StyleTransfer::next_scale`], until the last scale, that of the result. Whoever only makes steps stays at the first.
///
/// ```no_run
/// # use impasto::{message::{Failure, Frame}, options::Options, picture::Picture, transfer::StyleTransfer, vgg::Vgg};
/// # async fn paint(vgg: Vgg, photo: &Picture, painting: &Picture, options: &Options) -> Result<Frame, Failure> {
/// let mut transfer = StyleTransfer::new(vgg, photo, painting, options).await?;
/// while transfer.steps() < options.steps {
///     transfer.next_scale().await?; // does nothing within a scale
///     transfer.step().await?;
/// }
/// transfer.frame().await
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct StyleTransfer {
    vgg: Vgg,
    options: Options,
    plan: Plan,
    /// Which of the plan's scales is worked at.
    at: usize,
    /// The photo at this scale, where its colours are kept.
    photo: Option<Picture>,
    /// Photo and painting as they were given, for the scales to come; none once the last one is reached.
    originals: Option<(Picture, Picture)>,
    targets: Targets,
    /// The picture, and what the optimiser remembers.
    state: State,
    /// How many steps were made, at all scales together.
    steps: u32,
    /// How many of them at this scale.
    steps_at_scale: u32,
    /// Whether the loss is low enough.
    watch: Watch,
    /// The losses of the picture *before* the latest step (with L-BFGS, of the picture), on the device.
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
        let deepest_style = deepest(&options.style_layers);
        for (what, picture, layer) in
            [("photo", photo, deepest_of(options)), ("painting", painting, deepest_style)]
        {
            let least = 1 << Layer::ALL[..layer.index()].iter().filter(|layer| layer.is_pooled()).count();
            if picture.width().min(picture.height()) < least {
                return Err(Failure::Options(format!(
                    "the {what} is {}×{} pixels, but {layer} needs {least} on each side: choose a larger size",
                    picture.width(),
                    picture.height()
                )));
            }
        }

        let matched = (options.color == Color::Match).then(|| color::matched(painting, photo));
        let painting = matched.as_ref().unwrap_or(painting);
        let pixels = [photo, painting].map(|picture| picture.width() * picture.height());
        let vgg = match Storage::of(pixels[0].max(pixels[1])) {
            Storage::Half => vgg.storing(Storage::Half),
            Storage::Full => vgg, // as it comes
        };
        let plan = Plan::new(options, photo.size(), painting.size());
        let first = &plan.scales()[0];
        let small = photo.resize(first.width, first.height);
        let noise = || Picture::noise(first.width, first.height, options.seed);
        let x = match options.init {
            Init::Content => small.clone(),
            Init::Noise => noise(),
            Init::Mixture => small.mixed(&noise()),
        };
        let mut transfer = Self {
            state: State::start(options.optimizer, to_map(&x, &vgg)),
            targets: targets(&vgg, &small, &at_scale(painting, first, &plan), options).await?,
            vgg,
            options: options.clone(),
            photo: (options.color == Color::Keep).then_some(small),
            originals: (plan.scales().len() > 1).then(|| (photo.clone(), painting.clone())),
            plan,
            at: 0,
            steps: 0,
            steps_at_scale: 0,
            watch: Watch::new(options.until),
            terms: Vec::new(),
        };
        transfer.terms = transfer.gradient(transfer.state.picture()).1;
        Ok(transfer)
    }

    /// One step at the present scale: one look at a picture, and a better picture from what was seen.
    ///
    /// With Adam it is only queued, nothing is read and nothing waits; L-BFGS waits for the device.
    ///
    /// # Errors
    /// [`Failure::DeviceLost`] if the device fails.
    pub async fn step(&mut self) -> Result<(), Failure> {
        let (gradient, terms) = self.gradient(self.state.trial());
        let options = self.scale().adam(self.steps_at_scale);
        self.steps += 1;
        self.steps_at_scale += 1;
        match &mut self.state {
            State::Adam(state) => {
                **state = adam::step(state, &gradient, self.steps, options);
                self.terms = terms;
            }
            State::Lbfgs(state) => {
                if state.step(gradient, &terms).await? {
                    self.terms = terms;
                }
            }
        }
        Ok(())
    }

    /// How many steps may be made before [`Self::next_scale`] has something to do: at the last scale as many as one
    /// likes.
    pub fn steps_here(&self) -> u32 {
        if self.is_at_full_size() { u32::MAX } else { self.scale().steps.saturating_sub(self.steps_at_scale) }
    }

    /// Whether the run may end here, with these losses of the latest [`Self::frame`], as [`Options::until`] says.
    pub fn is_good_enough(&mut self, losses: &Losses) -> bool {
        self.is_at_full_size() && self.watch.is_over(self.steps_at_scale, losses.total)
    }

    /// Goes on to the next scale if all steps of the present one are made ([`Self::steps_here`] is 0), else does
    /// nothing. Waits for the device.
    ///
    /// # Errors
    /// [`Failure::DeviceLost`] if the device fails.
    pub async fn next_scale(&mut self) -> Result<(), Failure> {
        if self.steps_here() > 0 {
            return Ok(());
        }
        let [h, w, _] = self.state.picture().dims();
        let mut painted = frame::read_values(self.state.picture().clone()).await?;
        let photo = self.enter(self.at + 1).await?;
        let mut x = vec![0.0; photo.width() * photo.height() * 4];
        if self.options.init == Init::Content {
            // Only what was painted so far is enlarged, and laid over the photo: so it keeps the detail that a smaller
            // size could not show.
            add(&mut painted, -1.0, &photo.resize(w, h).rgb0());
            add(&mut x, 1.0, &photo.rgb0());
        }
        add(&mut x, 1.0, &resample(&painted, (w, h), photo.size(), Filter::Bicubic));
        let x = x.into_iter().map(|value| value.clamp(0.0, 1.0)).collect();
        let x = Tensor::from_data(TensorData::new(x, [photo.height(), photo.width(), 4]), self.vgg.device());
        self.state = self.state.enlarged(x).await?;
        Ok(())
    }

    /// Looks at photo and painting at a later scale; the photo there.
    async fn enter(&mut self, at: usize) -> Result<Picture, Failure> {
        let (photo, painting) = self.originals.as_ref().expect("the last scale has not been reached");
        let scale = &self.plan.scales()[at];
        let photo = photo.resize(scale.width, scale.height);
        let painting = at_scale(painting, scale, &self.plan);
        self.targets = targets(&self.vgg, &photo, &painting, &self.options).await?;
        if let Some(colors) = &mut self.photo {
            colors.clone_from(&photo);
        }
        self.at = at;
        self.steps_at_scale = 0;
        if self.is_at_full_size() {
            self.originals = None;
        }
        Ok(photo)
    }

    /// The gradient of the total loss with respect to a picture, and the losses at this point.
    fn gradient(&self, picture: &Map) -> (Map, Vec<Term>) {
        let Self { vgg, options, targets, .. } = self;
        let features = vgg.forward(picture, options.pooling, deepest_of(options));
        let mut terms = Vec::new();
        let gradient = vgg.backward(features, |layer, map| targets.gradient(layer, map, options, &mut terms));
        let (gradient, sums) = total_variation(picture, &gradient, options.tv_weight);
        terms.push(Term { kind: Kind::TotalVariation, sums, factor: options.tv_weight });
        (gradient, terms)
    }

    /// How many steps were made.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Width and height of the result in pixels; the frames of earlier scales are smaller.
    pub fn size(&self) -> (usize, usize) {
        let Scale { width, height, .. } = *self.plan.last();
        (width, height)
    }

    /// What runs.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    fn scale(&self) -> &Scale {
        &self.plan.scales()[self.at]
    }

    fn is_at_full_size(&self) -> bool {
        self.at + 1 == self.plan.scales().len()
    }

    /// Changes α, from the next step on: closer to the photo, or closer to the painting.
    pub fn set_content_weight(&mut self, content_weight: f32) {
        if let State::Lbfgs(state) = &mut self.state
            && self.options.content_weight.to_bits() != content_weight.to_bits()
        {
            state.forget();
        }
        self.options.content_weight = content_weight;
        self.watch = Watch::new(self.options.until);
    }

    /// Goes on from another picture of the result's size, as if it had just been started there: only at that size,
    /// for what is fine already need not be made coarse again. Waits for the device.
    ///
    /// # Errors
    /// [`Failure::Options`] if the size differs, [`Failure::DeviceLost`] if the device fails.
    pub async fn restart_from(&mut self, picture: &Picture) -> Result<(), Failure> {
        if picture.size() != self.size() {
            return Err(Failure::Options("the picture to go on from has another size".into()));
        }
        if !self.is_at_full_size() {
            self.enter(self.plan.scales().len() - 1).await?;
        }
        self.state = State::start(self.options.optimizer, to_map(picture, &self.vgg));
        self.steps = 0;
        self.steps_at_scale = 0;
        self.watch = Watch::new(self.options.until);
        Ok(())
    }

    /// The picture as it is now, with the losses of the picture before the latest step (of the first picture,
    /// if none was made). Waits for the device.
    ///
    /// # Errors
    /// [`Failure::DeviceLost`] if the device fails.
    pub async fn frame(&self) -> Result<Frame, Failure> {
        let sums = self.terms.iter().map(|term| term.sums.clone()).collect();
        let (mut rgba, sums) = frame::read(self.state.picture(), sums).await?;
        if let Some(photo) = &self.photo {
            color::keep(&mut rgba, photo);
        }
        let [height, width, _] = self.state.picture().dims();
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
        self.terms = self.gradient(self.state.picture()).1;
        self.losses().await
    }

    /// The losses of any picture of the result's size and their gradient, RGB interleaved: for checks against other implementations.
    ///
    /// # Errors
    /// As [`Self::restart_from`] and [`Self::frame`].
    pub async fn loss_and_gradient(&mut self, picture: &Picture) -> Result<(Losses, Vec<f32>), Failure> {
        self.restart_from(picture).await?;
        let (gradient, terms) = self.gradient(self.state.picture());
        self.terms = terms;
        let gradient = frame::read_values(gradient).await?;
        Ok((self.losses().await?, gradient.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect()))
    }
}

/// The deepest layer that the picture is looked at with.
fn deepest_of(options: &Options) -> Layer {
    deepest(&options.content_layers).max(deepest(&options.style_layers))
}

/// What the photo and the painting are to the network. It looks at one after the other: the features of both at once
/// would be the most memory that a run ever takes.
async fn targets(
    vgg: &Vgg,
    photo: &Picture,
    painting: &Picture,
    options: &Options,
) -> Result<Targets, Failure> {
    let features = |picture, layers| vgg.forward(&to_map(picture, vgg), options.pooling, deepest(layers));
    let photo = features(photo, &options.content_layers);
    let targets = Targets::content_of(&photo, options, vgg.balance()).await?;
    drop(photo);
    let painting = features(painting, &options.style_layers);
    targets.and_style_of(&painting, options, vgg.balance()).await
}

fn add(sum: &mut [f32], factor: f32, values: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += factor * value;
    }
}

/// The painting as large as it has to be at this scale.
fn at_scale(painting: &Picture, scale: &Scale, plan: &Plan) -> Picture {
    let (width, height) = scale.painting(plan.last(), painting.size());
    painting.resize(width, height)
}

/// A picture on the network's device: `[H, W, 4]`, the fourth channel zero.
pub fn to_map(picture: &Picture, vgg: &Vgg) -> Map {
    Tensor::from_data(TensorData::new(picture.rgb0(), [picture.height(), picture.width(), 4]), vgg.device())
}
