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
//! [`schedule`]).

use burn::tensor::Tensor;
use options::{Color, Init, Options};
use picture::{
    Frame, Losses, Picture, color,
    mask::{cut_out, lay_over},
    rect::{GRID, Remainder, tiles},
    resample::{Filter, resample},
};
use rand::{RngExt as _, SeedableRng, rngs::StdRng};
use schedule::{Plan, Scale, tile_side};

use crate::{
    error::Error,
    kernels::{Map, adam, frame, readback, scale_pixels::scale_pixels, upload},
    loss::{Region, Statistics, Targets, Term, losses, total_variation},
    network::Vgg,
    optimizer::State,
    sources::{Painting, Sources, Subject},
    stop::Watch,
    tiles::TileEvaluator,
};

/// A picture that is being painted.
///
/// A run goes through the scales of a [`Plan`]: [`StyleTransfer::steps_here`] steps, then
/// [`StyleTransfer::next_scale`], until the last scale, that of the result. Whoever only makes steps stays at the first.
///
/// ```no_run
/// # use impasto::{Error, StyleTransfer, Vgg};
/// # use options::Options;
/// # use picture::{Frame, Picture};
/// # async fn paint(vgg: Vgg, photo: &Picture, painting: &Picture, options: &Options) -> Result<Frame, Error> {
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
    /// The photo and its masks at this scale.
    subject: Subject,
    /// 1 where the picture may change, on the device; everywhere if there is none.
    editable: Option<Tensor<2>>,
    /// Photo and paintings as they were given, for the scales to come; none once the last one is reached.
    originals: Option<Sources>,
    targets: Targets,
    /// The picture, and what the optimiser remembers.
    state: State,
    /// How many steps were made, at all scales together.
    steps: u32,
    /// How many of them at this scale.
    steps_at_scale: u32,
    /// Whether the loss is low enough.
    watch: Watch,
    /// The losses of the picture *before* the latest step (with L-BFGS, of the picture), on the device; none before the
    /// first evaluator.
    terms: Vec<Term>,
}

impl StyleTransfer {
    /// Looks at the photo and the painting; the result will be of the photo's size.
    ///
    /// Both pictures are taken as they are: scale them first ([`Picture::fit`]).
    ///
    /// # Errors
    /// As [`Self::of`].
    pub async fn new(
        vgg: Vgg,
        photo: &Picture,
        painting: &Picture,
        options: &Options,
    ) -> Result<Self, Error> {
        Self::of(vgg, Sources::new(photo.clone(), painting.clone()), options).await
    }

    /// As [`Self::new`], of a part of the photo, or in the manner of several paintings.
    ///
    /// # Errors
    /// [`Error::Options`] if the options are out of range, or the pictures too small for the deepest layer or not what
    /// the options need; [`Error::DeviceLost`] if the device fails.
    pub async fn of(vgg: Vgg, mut sources: Sources, options: &Options) -> Result<Self, Error> {
        options.validate().and_then(|()| sources.check(options))?;
        if options.color == Color::Match {
            for painting in &mut sources.paintings {
                painting.picture = color::matched(&painting.picture, &sources.subject.photo);
            }
        }
        let plan = Plan::new(options, sources.subject.photo.size(), sources.least_painting());
        let first = &plan.scales()[0];
        let here = resized(&sources, first, &plan);
        let photo = &here.subject.photo;
        let noise = || Picture::noise(first.width, first.height, options.seed);
        let mut x = match options.init {
            Init::Content => photo.clone(),
            Init::Noise => noise(),
            Init::Mixture => photo.mixed(&noise()),
        };
        if let Some(mask) = here.protection() {
            x = mask.blend(&x, photo);
        }
        Ok(Self {
            state: State::start(options.optimizer, vgg.upload(&x)),
            targets: targets(&vgg, &here, options).await?,
            editable: editable(&here, &vgg),
            subject: here.subject,
            vgg,
            options: options.clone(),
            originals: (plan.scales().len() > 1).then_some(sources),
            plan,
            at: 0,
            steps: 0,
            steps_at_scale: 0,
            watch: Watch::new(options.until),
            terms: Vec::new(),
        })
    }

    /// One step at the present scale: one look at a picture, and a better picture from what was seen.
    ///
    /// With Adam it is only queued, nothing is read and nothing waits; L-BFGS waits for the device.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device fails.
    pub async fn step(&mut self) -> Result<(), Error> {
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
    /// [`Error::DeviceLost`] if the device fails.
    pub async fn next_scale(&mut self) -> Result<(), Error> {
        if self.steps_here() > 0 {
            return Ok(());
        }
        let [h, w, _] = self.state.picture().dims();
        let mut painted = readback::read_values(self.state.picture().clone()).await?;
        self.enter(self.at + 1).await?;
        let Subject { photo, .. } = &self.subject;
        let mut x = vec![0.0; photo.width() * photo.height() * 4];
        if self.options.init == Init::Content || self.editable.is_some() {
            // Only what was painted so far is enlarged, and laid over the photo: so it keeps the detail that a smaller
            // size could not show.
            add(&mut painted, -1.0, &photo.resize(w, h).rgb0());
            add(&mut x, 1.0, &photo.rgb0());
        }
        add(&mut x, 1.0, &resample(&painted, (w, h), photo.size(), Filter::Bicubic));
        let x = x.into_iter().map(|value| value.clamp(0.0, 1.0)).collect();
        let x = upload(x, [photo.height(), photo.width(), 4], self.vgg.device());
        self.state = self.state.enlarged(x).await?;
        Ok(())
    }

    /// Looks at photo and paintings at a later scale.
    async fn enter(&mut self, at: usize) -> Result<(), Error> {
        let originals = self.originals.as_ref().expect("the last scale has not been reached");
        let here = resized(originals, &self.plan.scales()[at], &self.plan);
        self.targets = targets(&self.vgg, &here, &self.options).await?;
        self.editable = editable(&here, &self.vgg);
        self.subject = here.subject;
        self.at = at;
        self.steps_at_scale = 0;
        if self.is_at_full_size() {
            self.originals = None;
        }
        Ok(())
    }

    /// The gradient of the total loss with respect to a picture, and the losses at this point.
    fn gradient(&self, picture: &Map) -> (Map, Vec<Term>) {
        let Self { vgg, options, targets, subject, .. } = self;
        let size = subject.photo.size();
        let (gradient, mut terms) = match tile_side(options, size) {
            None => {
                let features =
                    vgg.forward(picture, options.pooling, Remainder::Kept, options.deepest_layer());
                let mut terms = Vec::new();
                let gradient =
                    vgg.backward(features, |layer, map| targets.gradient(layer, map, options, &mut terms));
                (gradient, terms)
            }
            Some(side) => {
                // Elsewhere at each step, so that no edge is where another one was.
                let mut random = StdRng::seed_from_u64(options.seed ^ u64::from(self.steps));
                let mut offset = || random.random_range(0..side / GRID) * GRID;
                let tiles = tiles(size, side, (offset(), offset()));
                TileEvaluator { vgg, options }.gradient(targets, &subject.photo, picture, &tiles)
            }
        };
        let (gradient, term) = total_variation(picture, &gradient, options.tv_weight);
        terms.push(term);
        let gradient = match &self.editable {
            Some(editable) => scale_pixels(&gradient, editable, None),
            None => gradient,
        };
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
    /// [`Error::Options`] if the size differs, [`Error::DeviceLost`] if the device fails.
    pub async fn restart_from(&mut self, picture: &Picture) -> Result<(), Error> {
        if picture.size() != self.size() {
            return Err(Error::AnotherSize);
        }
        if !self.is_at_full_size() {
            self.enter(self.plan.scales().len() - 1).await?;
        }
        self.state = State::start(self.options.optimizer, self.vgg.upload(picture));
        self.steps = 0;
        self.steps_at_scale = 0;
        self.watch = Watch::new(self.options.until);
        self.terms.clear();
        Ok(())
    }

    /// The picture as it is now, with the losses of the picture before the latest step. Waits for the device.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device fails.
    pub async fn frame(&self) -> Result<Frame, Error> {
        let sums = self.terms.iter().map(|term| term.sums.clone()).collect();
        let (mut rgba, sums) = frame::read(self.state.picture(), sums).await?;
        let Subject { photo, mask, opacity } = &self.subject;
        if self.options.color == Color::Keep {
            color::keep(&mut rgba, photo);
        }
        if let Some(mask) = mask.as_ref().filter(|_| self.editable.is_some()) {
            lay_over(&mut rgba, photo, mask);
        }
        if let Some(opacity) = opacity {
            cut_out(&mut rgba, opacity);
        }
        let [height, width, _] = self.state.picture().dims();
        let losses = (!sums.is_empty()).then(|| losses(self.terms.iter().zip(&sums)));
        Ok(Frame { width, height, step: self.steps, losses, rgba })
    }

    /// The losses of the picture before the latest step (of the first picture, if none was made). Waits for the device.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device fails.
    #[expect(
        clippy::missing_panics_doc,
        reason = "whoever has looked has at least the loss of total variation"
    )]
    pub async fn losses(&mut self) -> Result<Losses, Error> {
        if self.terms.is_empty() {
            self.evaluate_losses();
        }
        Ok(self.frame().await?.losses.expect("looked at"))
    }

    /// The losses of the picture as it is now. Costs a pass through the network, and waits for the device.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device fails.
    pub async fn evaluate(&mut self) -> Result<Losses, Error> {
        self.evaluate_losses();
        self.losses().await
    }

    fn evaluate_losses(&mut self) {
        self.terms = self.gradient(self.state.picture()).1;
    }

    /// The losses of any picture of the result's size and their gradient, RGB interleaved: for checks against other implementations.
    ///
    /// # Errors
    /// As [`Self::restart_from`] and [`Self::frame`].
    pub async fn loss_and_gradient(&mut self, picture: &Picture) -> Result<(Losses, Vec<f32>), Error> {
        self.restart_from(picture).await?;
        let (gradient, terms) = self.gradient(self.state.picture());
        self.terms = terms;
        let gradient = readback::read_values(gradient).await?;
        Ok((self.losses().await?, gradient.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect()))
    }
}

/// What the photo and the paintings are to the network. It looks at one after the other: the features of all at once
/// would be the most memory that a run ever takes.
async fn targets(vgg: &Vgg, sources: &Sources, options: &Options) -> Result<Targets, Error> {
    vgg.device().memory_cleanup(); // of the pictures before, which were of another size
    let evaluator = TileEvaluator { vgg, options };
    let content = evaluator.content(&sources.subject.photo).await?;
    let mut style = Vec::new();
    let areas = if options.has_style() { sources.areas() } else { Vec::new() };
    for area in areas {
        let all: f32 = area.paintings.iter().map(|painting| painting.weight).sum();
        let mut blend = vec![None; options.style_layers.len()];
        for Painting { picture, weight } in area.paintings {
            for (sum, painting) in blend.iter_mut().zip(evaluator.statistics(picture)) {
                *sum = Some(Statistics::add(sum.take(), weight / all, painting));
            }
        }
        let blend = blend.into_iter().flatten().collect();
        style.push(Region::new(area.mask.as_ref(), blend, options, vgg).await?);
    }
    Ok(Targets { content, style })
}

/// Where the picture may change, if not everywhere.
fn editable(sources: &Sources, vgg: &Vgg) -> Option<Tensor<2>> {
    let mask = sources.protection()?.touched();
    let (width, height) = mask.size();
    Some(upload(mask.values().to_vec(), [height, width], vgg.device()))
}

fn add(sum: &mut [f32], factor: f32, values: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += factor * value;
    }
}

/// The pictures as large as they have to be at this scale.
fn resized(sources: &Sources, scale: &Scale, plan: &Plan) -> Sources {
    let paintings = sources.paintings.iter().map(|Painting { picture, weight }| {
        let (width, height) = scale.painting(plan.last(), picture.size());
        Painting { picture: picture.resize(width, height), weight: *weight }
    });
    Sources { subject: sources.subject.resize(scale.width, scale.height), paintings: paintings.collect() }
}
