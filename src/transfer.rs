//! Defines the algorithm, neural style transfer: Gatys, Ecker and Bethge, "A Neural Algorithm of Artistic Style"
//! (2015) and "Image Style Transfer Using Convolutional Neural Networks" (CVPR 2016).
//!
//! The method, in the order of the paper:
//!
//! 1. Run photo and painting through a network trained to recognise objects. Features of deep layers represent the
//!    *content* of the photo. Correlations between the features of a layer, summed over all positions (Gram matrices),
//!    represent the *style* of the painting. Both are computed once and are the targets ([`StyleTransfer::of`]).
//! 2. Run the picture through the same network. The loss is the weighted sum of its distances from both targets
//!    ([`crate::loss`]).
//! 3. Propagate the gradient of the loss back to the picture, and let an optimiser change the picture. The weights of
//!    the network stay fixed ([`StyleTransfer::step`]).
//! 4. Repeat.
//!
//! Departures from the paper, each marked where it is made:
//!
//! - The losses are relative to the magnitude of their targets ([`crate::loss`]).
//! - Features may also be compared with their nearest ones of the painting, at positions that change with each step
//!   ([`crate::loss`]).
//! - Specks of colour are smoothed in what is shown.
//! - A total-variation term suppresses noise.
//! - A map may say where the photo is kept more strongly and where less.
//! - Adam is offered beside L-BFGS, and both keep the picture within 0..1. Adam may step on a pyramid of coarser pictures
//!   ([`crate::optimizer`]).
//! - The picture may start from the photo instead of noise.
//! - The picture is optimised from small to large sizes ([`schedule`]).
//! - A run from noise paints a bleed around the picture and cuts it off ([`picture::bleed`]): the zeros of the network's
//!   padding leave marks along the edges. With [`Padding::Zero`](options::Padding::Zero) there is none, as in the paper.
//! - A picture may follow the one before it in a film (Ruder, Dosovitskiy and Brox 2016).
//! - Pictures that do not fit into memory are evaluated in tiles.
//!
//! This file holds the state of a run and its order of operations. Features, losses, optimisers, schedule and tiles
//! have modules of their own.

mod follow;
mod snapshot;

use std::{borrow::Cow, sync::Arc};

use burn::tensor::Tensor;
use options::{Color, Enlarged, Init, Options, Until};
use picture::{
    Frame, Losses, Picture,
    bleed::Bleed,
    grey::grey,
    rect::{GRID, Rect, Remainder, tiles},
};
use rand::{RngExt as _, SeedableRng, rngs::StdRng};
use schedule::{Plan, Scale, tile_side};

use crate::{
    error::Error,
    kernels::{
        Map, adam, channel_mean::channel_mean, crop::crop, readback, resample, squares::Squares, upload,
    },
    loss::{
        Collection, Followed, Region, Statistics, Targets, Term, UnmeasuredStyle, orientations, temporal,
        total_variation,
    },
    network::Vgg,
    optimizer::State,
    originals::Originals,
    reading::{Reading, Request},
    repeated::Repeated,
    sources::{Sources, Subject},
    stop::Watch,
    tiles::TileEvaluator,
};

pub use self::snapshot::Snapshot;

/// The stopping criterion looks at the losses of every fourth step: each look waits for the device.
const CHECK_EVERY: u32 = 4;

/// A run of the algorithm: the picture that is being optimised, its targets and the state of the optimiser.
///
/// A run goes through the scales of a [`Plan`], from the smallest to the size of the result: it makes
/// [`StyleTransfer::steps_here`] steps, then calls [`StyleTransfer::next_scale`]. A caller that never calls
/// `next_scale` stays at the smallest scale.
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
#[derive(Debug)]
pub struct StyleTransfer {
    vgg: Vgg,
    options: Options,
    plan: Plan,
    /// Index of the current scale in the plan.
    at: usize,
    /// The photo that the picture is compared with, of the size of the current scale with its bleed; grey if the run is.
    photo: Picture,
    /// The photo and its masks as they were given, resized to the current scale. Shared with readings that have not arrived
    /// yet.
    shown: Arc<Subject>,
    /// Whether the picture is grey at each step: photo and paintings are, or [`Color::Luminance`] is wanted.
    in_grey: bool,
    /// What is cut off the picture in the end.
    bleed: Bleed,
    /// `[H, W]` on the device: 1 where the picture may change, 0 where it must not. `None`: it may change everywhere.
    editable: Option<Tensor<2>>,
    /// What the picture is kept near, with the same bleed; `None` but in a film.
    followed: Option<Followed>,
    /// Photo and paintings at full size, from which later scales are resized. `None` at the last scale.
    originals: Option<Originals>,
    targets: Targets,
    /// The picture `[H, W, 4]` with its bleed, and the state of the optimiser.
    state: State,
    /// Steps made at all scales together.
    steps: u32,
    /// Steps made at the current scale.
    steps_at_scale: u32,
    /// The stopping criterion.
    watch: Watch,
    /// The loss terms, not yet read from the device: with Adam those of the picture *before* the latest step, with
    /// L-BFGS those of the current picture. Empty before the first evaluation.
    terms: Vec<Term>,
    /// The evaluation of a step of Adam: gradient and loss terms of the picture.
    evaluation: Repeated<(Map, Vec<Term>)>,
}

impl StyleTransfer {
    /// Starts a run with one photo and one painting. The result has the size of the photo.
    ///
    /// The pictures are used at the size that they have: resize them first ([`Picture::fit`]).
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

    /// Starts a run with masks, transparency or several paintings: computes the targets and the initial picture at
    /// the smallest scale. Waits for the device.
    ///
    /// # Errors
    /// [`Error::Options`] if an option is out of range, if a picture is too small for the deepest layer, or if the
    /// options need a picture or mask that is missing or has the wrong size; [`Error::DeviceLost`] if the device
    /// fails.
    pub async fn of(vgg: Vgg, mut sources: Sources, options: &Options) -> Result<Self, Error> {
        options.validate().and_then(|()| sources.check(options))?;
        sources.match_colors(options.color);
        let in_grey = options.color == Color::Luminance || sources.are_grey();
        let plan = Plan::new(options, sources.subject.photo.size(), sources.least_painting());
        let first = &plan.scales()[0];
        let originals = Originals::new(sources);
        let bleed = Bleed::all_around(options.bleed());
        let here = originals.resized(first, &plan);
        let (here, shown) = looked_at(here, in_grey, bleed);
        let photo = &here.subject.photo;
        let noise = || {
            let noise = Picture::noise(photo.width(), photo.height(), options.seed);
            if in_grey { grey(&noise) } else { noise }
        };
        // Departure from the paper, which starts from white noise: `Init::Content` starts from the photo and
        // `Init::Mixture` from the mean of both.
        let mut x = match options.init {
            Init::Content => photo.clone(),
            Init::Noise => noise(),
            Init::Mixture => photo.mixed(&noise()),
        };
        // Protected pixels are those of the photo from the start.
        if let Some(mask) = here.protection() {
            x = mask.blend(&x, photo);
        }
        Ok(Self {
            state: State::start(options, vgg.upload(&x)),
            targets: targets(&vgg, &here, options, first.content_factor).await?,
            editable: editable(&here, &vgg),
            followed: None,
            photo: here.subject.photo,
            shown,
            in_grey,
            bleed,
            vgg,
            options: options.clone(),
            originals: (plan.scales().len() > 1).then_some(originals),
            plan,
            at: 0,
            steps: 0,
            steps_at_scale: 0,
            watch: Watch::new(options.until),
            terms: Vec::new(),
            evaluation: Repeated::default(),
        })
    }

    /// Makes one optimiser step at the current scale: evaluates the loss and its gradient once and updates the
    /// picture.
    ///
    /// With Adam the work is only queued: nothing is read back and nothing waits. L-BFGS reads the losses and waits
    /// for the device.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device fails.
    pub async fn step(&mut self) -> Result<(), Error> {
        // [H, W, 4]
        let (gradient, terms) = self.evaluated()?;
        let options = self.scale().adam(self.steps_at_scale);
        self.steps += 1;
        self.steps_at_scale += 1;
        match &mut self.state {
            // Departure from the paper, which uses L-BFGS only.
            State::Adam(state) => {
                adam::step(state, &gradient, self.editable.as_ref(), options);
                self.terms = terms;
            }
            State::Lbfgs(state) => {
                // A rejected trial leaves the picture unchanged, and so its losses.
                if state.step(gradient, &terms).await? {
                    self.terms = terms;
                }
            }
        }
        Ok(())
    }

    /// The number of steps left at the current scale before [`Self::next_scale`] moves on; `u32::MAX` at the last
    /// scale.
    pub fn steps_here(&self) -> u32 {
        if self.is_at_full_size() { u32::MAX } else { self.scale().steps.saturating_sub(self.steps_at_scale) }
    }

    /// Whether the stopping criterion [`Options::until`] needs the losses of the latest step ([`Self::read`],
    /// [`Self::is_good_enough`]).
    ///
    /// It needs those of every fourth step at the last scale. Whoever reads no others and queues no step before they
    /// have arrived ends a run at the same step on every machine.
    pub fn needs_losses(&self) -> bool {
        self.options.until != Until::Steps && self.is_at_full_size() && self.steps_at_scale % CHECK_EVERY == 1
    }

    /// Whether the stopping criterion [`Options::until`] is met, given a frame with losses. Frames that it does not
    /// need ([`Self::needs_losses`]) are ignored.
    pub fn is_good_enough(&mut self, frame: &Frame) -> bool {
        let before = self.steps - self.steps_at_scale;
        let at_scale = frame.step.checked_sub(before).filter(|made| made % CHECK_EVERY == 1);
        match (at_scale, frame.losses) {
            (Some(made), Some(losses)) if self.is_at_full_size() => self.watch.is_over(made, losses.total),
            _ => false,
        }
    }

    /// Moves on to the next scale if no steps are left at this one ([`Self::steps_here`] is 0); otherwise does
    /// nothing. Waits for the device.
    ///
    /// A departure from the paper, after Gatys et al. 2017, "Controlling Perceptual Factors in Neural Style
    /// Transfer", section 6.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device fails.
    pub async fn next_scale(&mut self) -> Result<(), Error> {
        if self.steps_here() > 0 {
            return Ok(());
        }
        let before = self.scale().size();
        self.enter(self.at + 1).await?;
        let size = self.scale().size();
        // The bleed grows with the picture, so that both keep their places. What is too much of it is cut off.
        let grown = |pixels: usize, from: usize, to: usize| (pixels * to).div_ceil(from);
        let Bleed { across, down } = self.bleed;
        let bleed = Bleed { across: grown(across, before.0, size.0), down: grown(down, before.1, size.1) };
        let picture = self.state.picture();
        let adds_detail = self.options.init == Init::Content && self.options.enlarged == Enlarged::Difference;
        // Protected pixels are those of the photo at any size.
        let x = if adds_detail || self.editable.is_some() {
            let photo = self.photo.crop(self.inside());
            let former = self.vgg.upload(&photo.resize(before.0, before.1).extended(self.bleed));
            let photo = self.vgg.upload(&photo.extended(bleed));
            resample::enlarged(picture, Some((&former, &photo)), bleed.around(size))
        } else {
            resample::enlarged(picture, None, bleed.around(size))
        };
        let (width, height) = self.bleed.around(size);
        let x = crop(&x, Rect { x: bleed.across - across, y: bleed.down - down, width, height });
        self.state = self.state.enlarged(x);
        Ok(())
    }

    /// The picture inside its bleed.
    fn inside(&self) -> Rect {
        self.bleed.inside(self.scale().size())
    }

    /// Makes `at` the current scale: resizes photo, masks and paintings to it and computes the targets anew. The
    /// picture and the state of the optimiser are left to the caller.
    async fn enter(&mut self, at: usize) -> Result<(), Error> {
        let originals = self.originals.as_ref().expect("the last scale has not been reached");
        let here = originals.resized(&self.plan.scales()[at], &self.plan);
        let (here, shown) = looked_at(here, self.in_grey, self.bleed);
        self.shown = shown;
        self.evaluation = Repeated::default(); // of the previous scale: frees its memory
        let factor = self.plan.scales()[at].content_factor;
        self.targets = targets(&self.vgg, &here, &self.options, factor).await?;
        self.editable = editable(&here, &self.vgg);
        self.photo = here.subject.photo;
        self.at = at;
        self.steps_at_scale = 0;
        if self.is_at_full_size() {
            self.originals = None;
        }
        Ok(())
    }

    /// The gradient `[H, W, 4]` that the next step needs, and the loss terms at that point.
    ///
    /// A step of Adam changes the picture in place, and so do the positions that are compared with neighbours. Its evaluation is
    /// thus the same at all steps of a scale, unless the picture is evaluated in tiles, whose positions vary.
    fn evaluated(&mut self) -> Result<(Map, Vec<Term>), Error> {
        if matches!(self.state, State::Adam(_)) {
            // L-BFGS compares losses and gradients of different steps: its positions are the same at all steps of a scale.
            self.targets.draw(self.steps, &self.options);
        }
        let in_tiles = tile_side(&self.options, self.photo.size(), self.vgg.most_at_once()).is_some();
        if in_tiles || matches!(self.state, State::Lbfgs(_)) {
            return Ok(self.gradient(self.state.trial()));
        }
        self.terms.clear(); // their memory can be used again
        let mut evaluation = std::mem::take(&mut self.evaluation);
        let found = evaluation.run(self.vgg.device(), || self.gradient(self.state.trial()));
        self.evaluation = evaluation;
        found
    }

    /// The gradient of the total loss with respect to `picture` `[H, W, 4]`, and the loss terms at that point.
    fn gradient(&self, picture: &Map) -> (Map, Vec<Term>) {
        let Self { vgg, options, targets, photo, .. } = self;
        let size = photo.size();
        let (gradient, mut terms) = match tile_side(options, size, vgg.most_at_once()) {
            None => {
                // The whole picture at once: forward, losses per layer, backward.
                let features =
                    vgg.forward(picture, options.pooling, Remainder::Kept, options.deepest_layer());
                let mut terms = Vec::new();
                let known = targets.gram_gradients(&features, options, &mut terms);
                let gradient = vgg.backward(features, |layer, map| {
                    targets.gradient(layer, map, options, &known, &mut terms)
                });
                (gradient, terms)
            }
            Some(side) => {
                // The picture does not fit: in tiles. Their positions are random at each step, so that the
                // approximation at their edges does not accumulate at the same pixels. L-BFGS thus compares losses of
                // different tilings.
                let mut random = StdRng::seed_from_u64(options.seed ^ u64::from(self.steps));
                let mut offset = || random.random_range(0..side / GRID) * GRID;
                let tiles = tiles(size, side, (offset(), offset()));
                TileEvaluator { vgg, options }.gradient(targets, photo, picture, &tiles)
            }
        };
        // Departure from the paper, which paints single pictures: γ times the distance from the picture before in a film.
        let gradient = match &self.followed {
            None => gradient,
            Some(followed) => {
                let (gradient, term) = temporal(picture, &gradient, followed);
                terms.push(term);
                gradient
            }
        };
        // Departure from the paper, which has no such term (CVPR 2016 notes the noise in the results of photos): τ
        // times the total variation. A protected pixel has no gradient, so that no optimiser changes it.
        let (gradient, term) = total_variation(picture, gradient, self.editable.as_ref(), options.tv_weight);
        terms.push(term);
        // Departure from the paper: nothing else keeps a picture grey, and the optimisation would invent colours.
        let gradient = if self.in_grey { channel_mean(&gradient) } else { gradient };
        (gradient, terms)
    }

    /// The number of steps made, at all scales together.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Width and height of the result in pixels. Frames of earlier scales are smaller.
    pub fn size(&self) -> (usize, usize) {
        let Scale { width, height, .. } = *self.plan.last();
        (width, height)
    }

    /// The scales of this run and the number of steps at each.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    fn scale(&self) -> &Scale {
        &self.plan.scales()[self.at]
    }

    fn is_at_full_size(&self) -> bool {
        self.at + 1 == self.plan.scales().len()
    }

    /// Changes the content weight α from the next step on: a larger α keeps the result closer to the photo. L-BFGS
    /// restarts from its best picture, since its history belongs to the former loss.
    pub fn set_content_weight(&mut self, content_weight: f32) {
        if self.options.content_weight.to_bits() != content_weight.to_bits() {
            self.evaluation = Repeated::default();
            if let State::Lbfgs(state) = &mut self.state {
                state.forget();
            }
        }
        self.options.content_weight = content_weight;
        self.watch = Watch::new(self.options.until);
    }

    /// Restarts the optimisation from `picture`, directly at the last scale: a finished picture must not be made
    /// coarse again. The step count starts from 0, and no picture is followed any more ([`Self::follow`]). Waits for the device.
    ///
    /// # Errors
    /// [`Error::AnotherSize`] if `picture` is not of the size of the result; [`Error::DeviceLost`] if the device
    /// fails.
    pub async fn restart_from(&mut self, picture: &Picture) -> Result<(), Error> {
        if picture.size() != self.size() {
            return Err(Error::AnotherSize);
        }
        if !self.is_at_full_size() {
            self.enter(self.plan.scales().len() - 1).await?;
        }
        self.evaluation = Repeated::default();
        self.followed = None;
        let picture = if self.in_grey { Cow::Owned(grey(picture)) } else { Cow::Borrowed(picture) };
        self.state = State::start(&self.options, self.vgg.upload(&picture.extended(self.bleed)));
        self.steps = 0;
        self.steps_at_scale = 0;
        self.watch = Watch::new(self.options.until);
        self.terms.clear();
        Ok(())
    }

    /// Reads the current picture as RGBA8, with the loss terms of the picture before the latest step (with L-BFGS, of
    /// the current picture). Waits for the device.
    ///
    /// Colours of the photo, their filter ([`Options::smooth_colors`]), masks and transparency are applied to the bytes only;
    /// the optimised picture does not change.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device fails.
    pub async fn frame(&self) -> Result<Frame, Error> {
        self.read(true).await
    }

    /// Requests a readback as [`Self::frame`] makes it, without waiting. It is the current state that is read, also if
    /// further steps are queued before the reading is awaited.
    ///
    /// Without pixels [`Frame::rgba`] is empty: a few kilobytes are read instead of the picture.
    pub fn read(&self, with_pixels: bool) -> Reading {
        Reading::start(self.request(with_pixels).read())
    }

    /// Reads the current picture as [`Self::frame`] does, but with 16 bits a channel, and without losses. Waits for the device.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device fails.
    pub async fn fine_frame(&self) -> Result<Frame<u16>, Error> {
        self.request(true).read_fine().await
    }

    fn request(&self, with_pixels: bool) -> Request {
        let keeps_colors = matches!(self.options.color, Color::Keep | Color::Luminance);
        Request {
            picture: self.state.picture().clone(),
            inside: self.inside(),
            with_pixels,
            step: self.steps,
            terms: self.terms.clone(),
            subject: self.shown.clone(),
            keeps_colors,
            smooth_colors: if self.steps == 0 { 0 } else { self.options.smooth_colors },
            protects: self.editable.is_some(),
        }
    }

    /// The losses of the picture before the latest step (with L-BFGS, of the current picture); before the first step
    /// those of the initial picture. Waits for the device.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device fails.
    #[expect(
        clippy::missing_panics_doc,
        reason = "whoever has looked has at least the loss of total variation"
    )]
    pub async fn losses(&mut self) -> Result<Losses, Error> {
        if self.terms.is_empty() {
            self.evaluate_losses()?;
        }
        Ok(self.read(false).await?.losses.expect("looked at"))
    }

    /// The losses of the current picture. Runs the network forward and backward once, and waits for the device.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device fails.
    pub async fn evaluate(&mut self) -> Result<Losses, Error> {
        self.evaluate_losses()?;
        self.losses().await
    }

    fn evaluate_losses(&mut self) -> Result<(), Error> {
        self.terms = match self.state {
            State::Adam(_) => self.evaluated()?.1,
            State::Lbfgs(_) => self.gradient(self.state.picture()).1,
        };
        Ok(())
    }

    /// The losses of `picture` and their gradient with respect to it, `H · W · 3` values, RGB interleaved. It is
    /// meant for comparisons with other implementations. Restarts the run from `picture`; what is followed ([`Self::follow`])
    /// stays.
    ///
    /// # Errors
    /// As [`Self::restart_from`] and [`Self::frame`].
    pub async fn loss_and_gradient(&mut self, picture: &Picture) -> Result<(Losses, Vec<f32>), Error> {
        let followed = self.followed.take();
        self.restart_from(picture).await?;
        self.followed = followed;
        self.targets.draw(self.steps, &self.options);
        let (gradient, terms) = self.gradient(self.state.picture());
        self.terms = terms;
        let gradient = readback::read_values(gradient).await?;
        let gradient: Vec<[f32; 3]> = gradient.chunks_exact(4).map(|p| [p[0], p[1], p[2]]).collect();
        // The bleed mirrors the picture here, so that it counts towards the pixels that it shows.
        let gradient = self.bleed.folded(&gradient, picture.size());
        Ok((self.losses().await?, gradient.into_flattened()))
    }
}

/// The inputs as the optimisation looks at them, in grey or not and with a bleed, and the photo and its masks as they are.
fn looked_at(here: Sources, in_grey: bool, bleed: Bleed) -> (Sources, Arc<Subject>) {
    let shown = Arc::new(here.subject.clone());
    let here = if in_grey { here.in_grey() } else { here };
    (here.extended(bleed), shown)
}

/// Computes the targets: features of the photo, and style statistics of the paintings, blended by weight within each
/// area. One picture at a time: the features of all of them together would set the peak of memory use.
///
/// `content_factor` is that of the content weight at this scale.
///
/// Waits for the device once, for the magnitudes of all targets.
async fn targets(
    vgg: &Vgg,
    sources: &Sources,
    options: &Options,
    content_factor: f32,
) -> Result<Targets, Error> {
    vgg.device().memory_cleanup(); // frees buffers of the previous scale, whose sizes do not occur again
    let evaluator = TileEvaluator { vgg, options };
    let mut squares = Squares::default();
    let content = evaluator.content(&sources.subject.photo, &mut squares);
    let mut style = Vec::new();
    let areas = if options.has_style() { sources.areas() } else { Vec::new() };
    for area in areas {
        let all: f32 = area.paintings.iter().map(|painting| painting.weight).sum();
        let mut blend = vec![None; options.style_layers.len()];
        let mut collections = Collection::of_all_layers(&area.paintings, options);
        for (painting, number) in area.paintings.into_iter().zip((0..).step_by(orientations(options))) {
            let statistics = evaluator.statistics(painting, number, &mut collections);
            for (sum, statistics) in blend.iter_mut().zip(statistics) {
                *sum = Some(Statistics::add(sum.take(), painting.weight / all, statistics));
            }
            evaluator.turned(&painting.picture, number, &mut collections);
        }
        let blend = blend.into_iter().flatten().map(|painting| UnmeasuredStyle::new(&painting, &mut squares));
        let neighbors = collections.into_iter().map(|collection| collection.targets(vgg.device()));
        style.push((area.mask, blend.collect(), neighbors.collect()));
    }
    let squares = squares.read().await?;
    let map = sources.subject.content_map.as_ref();
    let content =
        content.into_iter().map(|content| content.measured(&squares, map, content_factor, vgg.device()));
    Ok(Targets {
        content: content.collect(),
        style: style
            .into_iter()
            .map(|(mask, blend, neighbors)| {
                Region::new(
                    mask.as_ref(),
                    blend,
                    &squares,
                    neighbors,
                    sources.subject.photo.size(),
                    options,
                    vgg,
                )
            })
            .collect(),
    })
}

/// `[H, W]` on the device: 1 where the picture may change, 0 elsewhere. `None` if it may change everywhere.
fn editable(sources: &Sources, vgg: &Vgg) -> Option<Tensor<2>> {
    let mask = sources.protection()?.touched();
    let (width, height) = mask.size();
    Some(upload(mask.values().to_vec(), [height, width], vgg.device()))
}
