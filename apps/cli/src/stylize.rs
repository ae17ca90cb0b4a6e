//! `impasto stylize`: paints a photo in the style of a painting, or of several, with every knob of the engine.

use std::{
    fs::{self, File},
    io::{self, BufReader, Cursor},
    path::{Path, PathBuf},
    process,
    time::Duration,
};

use clap::{ArgMatches, Args, ValueEnum, parser::ValueSource};
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageError, ImageFormat, ImageReader,
    RgbImage, RgbaImage, codecs::jpeg::JpegEncoder,
};
use impasto::{
    Error, StyleTransfer, Vgg,
    device::{self, Device},
    sources::{Painting, Sources, Subject},
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use options::{
    AdamOptions, Color, Experiment, Init, Optimizer, Options, OptionsError, Pooling, Schedule, StyleLayers,
    StyleLoss, Until, WeightedLayer, format_layers, parse_layers,
    recipe::{Recipe, RecipeError},
};
use picture::{Frame, Losses, Picture, PictureError, Size, crop::Crop, mask::Mask};
use serde::Serialize;
use weights::WeightsError;

/// Paint a photo in the style of a painting.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct StylizeArgs {
    /// The photo to paint (PNG, JPEG, WebP, GIF or BMP)
    photo: PathBuf,

    /// The painting whose style it takes
    #[arg(value_name = "PAINTING", required_unless_present_any = ["more_paintings", "mode"])]
    painting: Option<PathBuf>,

    /// One more painting, and how much of it is in the blend (1 where left out, or as in --like); may be given again
    #[arg(long = "painting", id = "more_paintings", value_name = "FILE=WEIGHT", value_parser = weighted_file)]
    more_paintings: Vec<WeightedFile>,

    /// A grey picture of the photo's shape: what is black in it stays as in the photo, or takes the second painting's style
    #[arg(long, value_name = "FILE")]
    mask: Option<PathBuf>,

    /// Where the result goes; the extension says in which format (png, jpg, webp or bmp)
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,

    /// Paint as this result was painted: a PNG of Impasto says how; flags that are given besides win
    #[arg(long, value_name = "RESULT.png")]
    like: Option<PathBuf>,

    /// Go on from this picture, a result of the same photo, instead of from --init; all steps are made at the wanted size
    #[arg(long, value_name = "RESULT")]
    from: Option<PathBuf>,

    /// The network: a pack (its folder), or a model file at full precision (safetensors or PyTorch)
    #[arg(long, value_name = "PATH", default_value = "weights/fast")]
    weights: PathBuf,

    /// The model file takes BGR 0..255 minus a mean, as those converted from Caffe do
    #[arg(long)]
    caffe: bool,

    /// What computes [default: the GPU where there is one, else the processor]
    #[arg(long, value_enum)]
    device: Option<DeviceKind>,

    /// Long side of the result in pixels, or "original" to resample neither picture; nothing is enlarged
    #[arg(long, value_name = "N|original", default_value_t = defaults().size)]
    size: Size,

    /// The same for the painting [default: as --size]
    #[arg(long, value_name = "N|original")]
    style_size: Option<Size>,

    /// The part of each painting that is looked at, in hundredths of its sides [default: all of it]
    #[arg(long, value_name = "LEFT,TOP,WIDTH,HEIGHT")]
    style_crop: Option<Crop>,

    /// Number of optimiser steps, at all scales together
    #[arg(long, value_name = "N", default_value_t = defaults().steps)]
    steps: u32,

    /// What ends the run before the last step: nothing (steps), a loss that hardly falls any more (level), or a low one
    #[arg(long, value_name = "steps|level|LOSS", default_value_t = defaults().until)]
    until: Until,

    /// Sizes on the way: coarse-to-fine paints small first, single at the wanted size from the start
    #[arg(long, value_name = "single|coarse-to-fine", default_value_t)]
    schedule: Schedule,

    /// α: how strongly the photo is kept
    #[arg(long, value_name = "WEIGHT", default_value_t = defaults().content_weight)]
    content_weight: f32,

    /// β: how strongly the painting's style is taken on
    #[arg(long, value_name = "WEIGHT", default_value_t = defaults().style_weight)]
    style_weight: f32,

    /// τ: how strongly speckle is smoothed (total variation)
    #[arg(long, value_name = "WEIGHT", default_value_t = defaults().tv_weight)]
    tv_weight: f32,

    /// Layers of the content loss with their weights (1 where left out), or "none"
    #[arg(long, value_name = "LAYER=WEIGHT,…", value_parser = layers, default_value_t = Layers(defaults().content_layers))]
    content_layers: Layers,

    /// Layers of the style loss by what one sees: everything, strokes (fine ones) or forms (big ones)
    #[arg(long, value_name = "everything|strokes|forms", conflicts_with_all = ["style_layers", "mode"])]
    layers: Option<StyleLayers>,

    /// Layers of the style loss with their weights (1 where left out), or "none"
    #[arg(long, value_name = "LAYER=WEIGHT,…", value_parser = layers, default_value_t = Layers(defaults().style_layers))]
    style_layers: Layers,

    /// An experiment of the paper from noise: what a layer keeps of the photo (content), or the painting's style as far
    /// down as this layer, without a photo in it (texture)
    #[arg(long, value_name = "content=LAYER|texture=LAYER",
          conflicts_with_all = ["content_weight", "style_weight", "content_layers", "style_layers", "init", "like"])]
    mode: Option<Experiment>,

    /// What about a layer's features is the style: their Gram matrix (gram), or their means and covariances (moments), which
    /// leaves calm places calmer and keeps the painting's colours truer
    #[arg(long, value_name = "gram|moments", default_value_t)]
    style_loss: StyleLoss,

    /// How maps are halved between the blocks: max or avg
    #[arg(long, value_name = "max|avg", default_value_t)]
    pooling: Pooling,

    /// Look at pictures in tiles of so many pixels, a multiple of 16 [default: 512 beyond 1024×1024, 432 beyond 2048×1536, else at once]
    #[arg(long, value_name = "N")]
    tile: Option<u32>,

    /// What the optimisation starts from: content (the photo), noise, or a mixture of both
    #[arg(long, value_name = "content|noise|mixture", default_value_t)]
    init: Init,

    /// Whose colours: the painting's, the painting's with the photo's palette (match), or the photo's (keep)
    #[arg(long, value_name = "painting|match|keep", default_value_t)]
    color: Color,

    /// Seeds the noise of --init noise and --init mixture
    #[arg(long, value_name = "N", default_value_t = defaults().seed)]
    seed: u64,

    /// How the picture is changed: adam by small even steps, lbfgs by long ones towards where the loss seems least
    #[arg(long, value_name = "adam|lbfgs", default_value_t)]
    optimizer: Optimizer,

    /// Adam's step size, in units of the 0..1 pixel range
    #[arg(long, value_name = "RATE", default_value_t = defaults().adam.learning_rate)]
    learning_rate: f32,

    /// Adam's decay of the first moment; where the schedule is coarse-to-fine, 0.8 at most
    #[arg(long, value_name = "DECAY", default_value_t = defaults().adam.beta1)]
    beta1: f32,

    /// Adam's decay of the second moment; where the schedule is coarse-to-fine, 0.8 at most
    #[arg(long, value_name = "DECAY", default_value_t = defaults().adam.beta2)]
    beta2: f32,

    /// Adam's addition to the root of the second moment
    #[arg(long, value_name = "EPSILON", default_value_t = defaults().adam.epsilon)]
    epsilon: f32,

    /// Write the losses as JSON: one object a step, taken before the step, and one for the final picture
    #[arg(long, value_name = "FILE.json")]
    trace: Option<PathBuf>,

    /// Say nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

/// What computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DeviceKind {
    /// A GPU, or whatever driver the system has for one
    Gpu,
    /// The processor
    Cpu,
}

/// A list of layers: one argument for clap, not many.
#[derive(Clone, Debug)]
struct Layers(Vec<WeightedLayer>);

impl std::fmt::Display for Layers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&format_layers(&self.0))
    }
}

fn layers(list: &str) -> Result<Layers, OptionsError> {
    parse_layers(list).map(Layers)
}

/// A file and a weight.
#[derive(Clone, Debug)]
struct WeightedFile {
    path: PathBuf,
    /// None where it is left out.
    weight: Option<f32>,
}

/// Reads `FILE=WEIGHT`; what does not end like that is the name of a file.
#[expect(clippy::unnecessary_wraps, reason = "as clap wants it")]
fn weighted_file(text: &str) -> Result<WeightedFile, OptionsError> {
    let parts = text.rsplit_once('=').and_then(|(path, weight)| Some((path, Some(weight.parse().ok()?))));
    let (path, weight) = parts.unwrap_or((text, None));
    Ok(WeightedFile { path: path.into(), weight })
}

fn defaults() -> Options {
    Options::default()
}

impl StylizeArgs {
    /// All paintings and their weights, in the order of the command line; those that are left out are as `like` says, if
    /// it has as many.
    fn paintings(&self, like: Option<&Recipe>) -> Vec<(PathBuf, f32)> {
        let first = self.painting.iter().map(|path| WeightedFile { path: path.clone(), weight: None });
        let files: Vec<WeightedFile> = first.chain(self.more_paintings.iter().cloned()).collect();
        let weights = like.map(|like| &like.paintings).filter(|weights| weights.len() == files.len());
        let weight = |at: usize| weights.map_or(1.0, |weights| weights[at]);
        files
            .into_iter()
            .enumerate()
            .map(|(at, file)| (file.path, file.weight.unwrap_or_else(|| weight(at))))
            .collect()
    }

    /// What is painted, at the wanted size.
    fn subject(&self, options: &Options) -> Result<Subject, StylizeError> {
        let Read { picture, opacity } = read(&self.photo)?;
        let photo = picture.fit(options.size);
        let (width, height) = photo.size();
        let opacity = opacity.map(|opacity| opacity.resize(width, height));
        let Some(path) = &self.mask else { return Ok(Subject { photo, opacity, mask: None }) };
        let mask = read(path)?.picture;
        // A pixel more or less comes from scaling.
        let aspect = |picture: &Picture| picture.width() as f64 / picture.height() as f64;
        if (aspect(&mask) / aspect(&picture) - 1.0).abs() > 0.02 {
            let (mask, photo) = (mask.size(), picture.size());
            return Err(StylizeError::MaskShape { path: path.clone(), mask, photo });
        }
        Ok(Subject { photo, opacity, mask: Some(Mask::of(&mask).resize(width, height)) })
    }

    /// What was asked for: as `like` if there is one, but for the flags that are `given`.
    fn options(&self, like: Option<&Options>, given: &ArgMatches) -> Options {
        let asked = Options {
            size: self.size,
            style_size: self.style_size,
            style_crop: self.style_crop,
            steps: self.steps,
            until: self.until,
            schedule: self.schedule,
            content_weight: self.content_weight,
            style_weight: self.style_weight,
            tv_weight: self.tv_weight,
            content_layers: self.content_layers.0.clone(),
            style_layers: self.layers.map_or_else(|| self.style_layers.0.clone(), StyleLayers::layers),
            style_loss: self.style_loss,
            pooling: self.pooling,
            tile: self.tile,
            init: self.init,
            color: self.color,
            seed: self.seed,
            optimizer: self.optimizer,
            adam: AdamOptions {
                learning_rate: self.learning_rate,
                beta1: self.beta1,
                beta2: self.beta2,
                epsilon: self.epsilon,
            },
        };
        let asked = match self.mode {
            Some(mode) => mode.of(asked),
            None => asked,
        };
        let Some(like) = like else { return asked };
        let from = |flag: &str| {
            let typed = given.value_source(flag) == Some(ValueSource::CommandLine);
            if typed { &asked } else { like }
        };
        Options {
            size: from("size").size,
            style_size: from("style_size").style_size,
            style_crop: from("style_crop").style_crop,
            steps: from("steps").steps,
            until: from("until").until,
            schedule: from("schedule").schedule,
            content_weight: from("content_weight").content_weight,
            style_weight: from("style_weight").style_weight,
            tv_weight: from("tv_weight").tv_weight,
            content_layers: from("content_layers").content_layers.clone(),
            style_layers: from(if self.layers.is_some() { "layers" } else { "style_layers" })
                .style_layers
                .clone(),
            style_loss: from("style_loss").style_loss,
            pooling: from("pooling").pooling,
            tile: from("tile").tile,
            init: from("init").init,
            color: from("color").color,
            seed: from("seed").seed,
            optimizer: from("optimizer").optimizer,
            adam: AdamOptions {
                learning_rate: from("learning_rate").adam.learning_rate,
                beta1: from("beta1").adam.beta1,
                beta2: from("beta2").adam.beta2,
                epsilon: from("epsilon").adam.epsilon,
            },
        }
    }
}

/// Why nothing was painted, in words that say what to do.
#[derive(Debug, thiserror::Error)]
pub enum StylizeError {
    #[error(transparent)]
    Options(#[from] OptionsError),
    #[error("cannot open {}: {source}", .path.display())]
    Open { path: PathBuf, source: io::Error },
    #[error("cannot read {} as a picture ({source}): try a PNG, JPEG, WebP, GIF or BMP", .path.display())]
    Decode { path: PathBuf, source: ImageError },
    #[error("cannot use {}: {source}", .path.display())]
    Picture { path: PathBuf, source: PictureError },
    #[error(
        "there are no weights at {}: name a pack or a model file with --weights; two packs, fast and tiny, lie in weights/ of the repository, and that of the full VGG-19 is made there with `cargo xtask weights --download` or `--from FILE`",
        .0.display()
    )]
    NoWeights(PathBuf),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("there is no GPU to paint on ({0}): leave out --device, or say --device cpu")]
    NoGpu(String),
    #[error(transparent)]
    Engine(#[from] Error),
    #[error("the loss is no longer a number after {0} steps: choose a smaller --learning-rate or weights")]
    Diverged(u32),
    #[error("cannot tell the format of {} by its extension: name it .png, .jpg, .webp or .bmp", .0.display())]
    Format(PathBuf),
    #[error(
        "{} is {}×{} pixels and the photo {}×{}: a mask needs the photo's shape, make it from the photo itself",
        .path.display(), .mask.0, .mask.1, .photo.0, .photo.1
    )]
    MaskShape { path: PathBuf, mask: (usize, usize), photo: (usize, usize) },
    #[error("{} is one of the pictures to be read: choose another name for the result", .0.display())]
    Overwrite(PathBuf),
    #[error("cannot paint like {}: {source}", .path.display())]
    Like { path: PathBuf, source: RecipeError },
    #[error("cannot encode {}: {source}", .path.display())]
    Encode { path: PathBuf, source: ImageError },
    #[error("cannot write into {} how it was painted: {source}", .path.display())]
    Recipe { path: PathBuf, source: RecipeError },
    #[error("cannot write {}: {source}", .path.display())]
    Write { path: PathBuf, source: io::Error },
}

/// One object of the trace.
#[derive(Serialize)]
struct TraceRow {
    step: u32,
    /// Of the picture at this step, in pixels: losses at different sizes do not compare.
    width: usize,
    height: usize,
    total: f32,
    content: f32,
    style: f32,
    tv: f32,
}

impl TraceRow {
    fn new(step: u32, frame: &Frame, losses: Losses) -> Self {
        let Frame { width, height, .. } = *frame;
        let Losses { total, content, style, tv } = losses;
        Self { step, width, height, total, content, style, tv }
    }
}

/// Without a trace the losses are read this rarely: reading makes the GPU wait, never reading lets
/// the processor run ahead of it without bound.
const READ_EVERY: u32 = 4;

/// Runs `impasto stylize`.
///
/// # Errors
/// A [`StylizeError`] for the user to read; no half-written file is left behind.
pub fn run(args: &StylizeArgs, given: &ArgMatches) -> Result<(), StylizeError> {
    // Everything that can be wrong is found out before the long work, cheapest first.
    let like = args.like.as_deref().map(read_recipe).transpose()?;
    let options = args.options(like.as_ref().map(|recipe| &recipe.options), given);
    options.validate()?;
    let format = output_format(&args.out)?;
    let paintings = args.paintings(like.as_ref());
    let inputs = paintings.iter().map(|(path, _)| path).chain([&args.photo]).chain(&args.mask);
    refuse_to_overwrite(&args.out, inputs.chain(&args.from))?;
    for path in [Some(&args.out), args.trace.as_ref()].into_iter().flatten() {
        try_writing(path).map_err(|source| StylizeError::Write { path: path.clone(), source })?;
    }

    let subject = args.subject(&options)?;
    let (width, height) = subject.photo.size();
    Options::check_sides("photo", width, height)?;
    let mut sources = Sources { subject, paintings: Vec::new() };
    for (path, weight) in paintings {
        let whole = read(&path)?.picture;
        let part = match options.style_crop {
            Some(crop) => crop.of(&whole),
            None => whole,
        };
        let picture = part.fit(options.style_size.unwrap_or(options.size));
        Options::check_sides("painting", picture.width(), picture.height())?;
        sources.paintings.push(Painting { picture, weight });
    }
    sources.check(&options)?;
    let from = args.from.as_deref().map(read).transpose()?;
    let from = from.map(|result| result.picture.resize(width, height));
    if !args.weights.exists() {
        return Err(StylizeError::NoWeights(args.weights.clone()));
    }
    let weights = weights::open(&args.weights, args.caffe)?;

    let (device, name) = pollster::block_on(open_device(args.device))?;
    let say = |line: String| {
        if !args.quiet {
            eprintln!("{line}");
        }
    };
    say(format!("Painting {width}×{height} pixels on {name}, weights \"{}\".", weights.name));
    let blend: Vec<f32> = sources.paintings.iter().map(|painting| painting.weight).collect();
    let recipe = Recipe::new(&weights.name, &options, &blend, sources.subject.mask.is_some());
    if let Some(like) = like {
        for difference in differences(&like, &recipe) {
            say(format!("The picture to paint like was painted {difference}: it will not be the same."));
        }
    }
    let vgg = Vgg::new(&weights, &device)?;
    drop(weights); // The device has its own copy.
    let (frame, trace) = pollster::block_on(async {
        let mut transfer = StyleTransfer::of(vgg, sources, &options).await?;
        if let Some(picture) = from {
            transfer.restart_from(&picture).await?;
        }
        paint(transfer, &options, args).await
    })?;

    let bytes =
        encode(&frame, format).map_err(|source| StylizeError::Encode { path: args.out.clone(), source })?;
    // What went on from another result is not painted again by it.
    let bytes = if format == ImageFormat::Png && args.from.is_none() {
        recipe.write(&bytes).map_err(|source| StylizeError::Recipe { path: args.out.clone(), source })?
    } else {
        bytes
    };
    let write = |path: &Path, bytes: &[u8]| {
        write_whole(path, bytes).map_err(|source| StylizeError::Write { path: path.to_owned(), source })
    };
    if let Some(path) = &args.trace {
        write(path, trace_json(&trace).as_bytes())?;
    }
    write(&args.out, &bytes)?;
    say(format!("Wrote {}.", args.out.display()));
    Ok(())
}

/// The steps, with a progress bar; the final picture, and the losses where a trace is wanted.
async fn paint(
    mut transfer: StyleTransfer,
    options: &Options,
    args: &StylizeArgs,
) -> Result<(Frame, Vec<TraceRow>), StylizeError> {
    // The bar counts work, not steps, so that its guess at the time left holds: small pictures take less of it.
    let plan = transfer.plan().clone();
    let parts = |steps| (1000.0 * plan.work(steps)) as u64;
    let bar = ProgressBar::with_draw_target(
        Some(parts(options.steps)),
        if args.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() },
    )
    .with_style(
        ProgressStyle::with_template("{bar:32} {msg}{eta} left").expect("the template is a constant"),
    );
    bar.enable_steady_tick(Duration::from_millis(500));
    // Where no terminal shows the bar, a line for each tenth of the work takes its place.
    let lines = bar.is_hidden() && !args.quiet;
    let mut tenths = 0;

    let mut trace = Vec::new();
    for step in 0..options.steps {
        transfer.next_scale().await?;
        transfer.step().await?;
        if args.trace.is_some() || step.is_multiple_of(READ_EVERY) {
            let (frame, losses) = checked(transfer.frame().await?, step)?; // before this step
            let at = format!(
                "step {step} of {} at {}×{}, loss {:.4}, ",
                options.steps, frame.width, frame.height, losses.total
            );
            let tenth = 10 * parts(step) / parts(options.steps).max(1);
            if lines && tenth > tenths {
                tenths = tenth;
                eprintln!("{at}after {:.0} s", bar.elapsed().as_secs_f32());
            }
            bar.set_message(at);
            trace.push(TraceRow::new(step, &frame, losses));
            if transfer.is_good_enough(&losses) {
                break;
            }
        }
        bar.set_position(parts(step + 1));
    }
    transfer.evaluate().await?;
    let steps = transfer.steps();
    let (frame, losses) = checked(transfer.frame().await?, steps)?;
    trace.push(TraceRow::new(steps, &frame, losses));
    bar.finish_and_clear();
    if !args.quiet {
        eprintln!(
            "{steps} steps in {:.1} s, loss {:.4} → {:.4}.",
            bar.elapsed().as_secs_f32(),
            trace[0].total,
            losses.total
        );
    }
    Ok((frame, trace))
}

/// A frame and its losses; the network has looked at least once.
fn checked(frame: Frame, step: u32) -> Result<(Frame, Losses), StylizeError> {
    match frame.losses {
        Some(losses) if losses.is_finite() => Ok((frame, losses)),
        _ => Err(StylizeError::Diverged(step)),
    }
}

/// The device and its name for people. A software driver counts as a GPU only where a GPU is asked
/// for: the processor is faster without the detour.
async fn open_device(kind: Option<DeviceKind>) -> Result<(Device, String), StylizeError> {
    let processor = |why: &str| (device::cpu(), format!("the processor{why}"));
    match kind {
        Some(DeviceKind::Cpu) => Ok(processor("")),
        Some(DeviceKind::Gpu) => match device::gpu().await {
            Ok(gpu) => Ok((gpu.device, gpu.name)),
            Err(Error::NoGpu(why)) => Err(StylizeError::NoGpu(why)),
            Err(other) => Err(other.into()),
        },
        None => Ok(match device::gpu().await {
            Ok(gpu) if !gpu.software => (gpu.device, gpu.name),
            Ok(gpu) => processor(&format!(" (there is no GPU, only a software driver, {})", gpu.name)),
            Err(_) => processor(" (no GPU was found)"),
        }),
    }
}

fn read_recipe(path: &Path) -> Result<Recipe, StylizeError> {
    let bytes = fs::read(path).map_err(|source| StylizeError::Open { path: path.to_owned(), source })?;
    Recipe::read(&bytes).map_err(|source| StylizeError::Like { path: path.to_owned(), source })
}

/// How else the picture to paint like was painted, but for its options, which flags may change on purpose.
fn differences(like: &Recipe, now: &Recipe) -> Vec<String> {
    let network = (like.network != now.network).then(|| format!("with \"{}\"", like.network));
    let paintings = (like.paintings != now.paintings).then(|| match like.paintings.as_slice() {
        [] => "in the manner of one painting".to_owned(),
        weights => {
            let weights: Vec<String> = weights.iter().map(ToString::to_string).collect();
            format!("in the manner of {} paintings, blended {}", weights.len(), weights.join(" : "))
        }
    });
    let mask = (like.masked != now.masked)
        .then(|| format!("{} a mask", if like.masked { "with" } else { "without" }));
    [network, paintings, mask].into_iter().flatten().collect()
}

/// A picture, laid over white, and how opaque it was, if it was not so everywhere.
struct Read {
    picture: Picture,
    opacity: Option<Mask>,
}

/// Reads a picture and turns it upright as its EXIF orientation asks.
fn read(path: &Path) -> Result<Read, StylizeError> {
    let unopened = |source| StylizeError::Open { path: path.to_owned(), source };
    let undecoded = |source| StylizeError::Decode { path: path.to_owned(), source };
    let file = File::open(path).map_err(unopened)?;
    // The content decides on the format: a file's name often lies.
    let mut reader = ImageReader::new(BufReader::new(file)).with_guessed_format().map_err(unopened)?;
    // The crate's own limit is 512 MB of pixels; Picture's is the one that counts here.
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(Picture::MAX_PIXELS as u64 * 8);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(undecoded)?;
    let orientation = decoder.orientation().map_err(undecoded)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(undecoded)?;
    image.apply_orientation(orientation);
    let image = image.into_rgba8();
    let (width, height) = (image.width() as usize, image.height() as usize);
    let picture = Picture::from_rgba8(width, height, &image)
        .map_err(|source| StylizeError::Picture { path: path.to_owned(), source })?;
    Ok(Read { picture, opacity: Mask::opacity(width, height, &image) })
}

fn output_format(path: &Path) -> Result<ImageFormat, StylizeError> {
    use ImageFormat::{Bmp, Jpeg, Png, WebP};
    let format = path.extension().and_then(ImageFormat::from_extension);
    format
        .filter(|format| [Png, Jpeg, WebP, Bmp].contains(format))
        .ok_or_else(|| StylizeError::Format(path.to_owned()))
}

fn encode(frame: &Frame, format: ImageFormat) -> Result<Vec<u8>, ImageError> {
    let (width, height) = (frame.width as u32, frame.height as u32);
    let see_through = frame.rgba.as_chunks::<4>().0.iter().any(|pixel| pixel[3] < 255);
    if see_through && [ImageFormat::Png, ImageFormat::WebP].contains(&format) {
        let mut bytes = Cursor::new(Vec::new());
        RgbaImage::from_raw(width, height, frame.rgba.clone())
            .expect("a frame has four bytes per pixel")
            .write_to(&mut bytes, format)?;
        return Ok(bytes.into_inner());
    }
    // The other formats know no transparency, or no program expects it there.
    let opaque = Picture::from_rgba8(frame.width, frame.height, &frame.rgba)
        .expect("a frame has four bytes per pixel")
        .to_rgba8();
    let rgb: Vec<u8> = opaque.as_chunks::<4>().0.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect();
    let mut bytes = Vec::new();
    if format == ImageFormat::Jpeg {
        // Brush strokes are all edges: the encoder's usual quality of 75 smears them.
        JpegEncoder::new_with_quality(&mut bytes, 95).write_image(
            &rgb,
            width,
            height,
            ExtendedColorType::Rgb8,
        )?;
    } else {
        RgbImage::from_raw(width, height, rgb)
            .expect("a frame has four bytes per pixel")
            .write_to(&mut Cursor::new(&mut bytes), format)?;
    }
    Ok(bytes)
}

/// A JSON array with one object a line, so that it can be read and compared line by line.
fn trace_json(rows: &[TraceRow]) -> String {
    let lines: Vec<String> =
        rows.iter().map(|row| serde_json::to_string(row).expect("plain numbers")).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

fn refuse_to_overwrite<'a>(
    out: &Path,
    mut inputs: impl Iterator<Item = &'a PathBuf>,
) -> Result<(), StylizeError> {
    // A path that does not resolve is no file yet (or none to be read), so it cannot be both.
    let Ok(resolved) = out.canonicalize() else { return Ok(()) };
    if inputs.any(|input| input.canonicalize().is_ok_and(|input| input == resolved)) {
        return Err(StylizeError::Overwrite(out.to_owned()));
    }
    Ok(())
}

/// Finds out before the work whether its result can be written.
fn try_writing(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder: add a file name"));
    }
    let partial = partial_path(path);
    File::create(&partial)?;
    fs::remove_file(&partial)
}

/// Writes all of it or nothing: into a file beside it, which then takes its name.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let partial = partial_path(path);
    let done = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    if done.is_err() {
        let _ = fs::remove_file(&partial); // The first error is the one to report.
    }
    done
}

fn partial_path(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.partial", process::id()))
}
