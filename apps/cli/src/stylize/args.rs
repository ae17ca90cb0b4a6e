//! Defines the arguments of `impasto stylize`; the options of the run are in [`super::flags`].

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use options::recipe::Recipe;

use super::{devices::DeviceChoice, flags::OptionFlags};

/// Paint a photo in the style of a painting.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct StylizeArgs {
    /// The photo to paint (JPEG, PNG, WebP, TIFF, GIF or BMP, with libheif's program also HEIC and AVIF); "-" reads it from the standard input
    pub photo: PathBuf,

    /// The painting whose style it takes
    #[arg(value_name = "PAINTING", required_unless_present_any = ["more_paintings", "mode"])]
    pub painting: Option<PathBuf>,

    /// One more painting, and how much of it is in the blend (1 where left out, or as in --like); may be given again
    #[arg(long = "painting", id = "more_paintings", value_name = "FILE=WEIGHT", value_parser = weighted_file)]
    pub more_paintings: Vec<WeightedFile>,

    /// A grey picture of the photo's shape: what is black in it stays as in the photo, or takes the second painting's style
    #[arg(long, value_name = "FILE")]
    pub mask: Option<PathBuf>,

    /// A grey picture of the photo's shape: where it is white the photo is kept five times as strongly, where it is black a fifth
    /// as strongly, and where it is mid grey as --content-weight says
    #[arg(long, value_name = "FILE")]
    pub content_map: Option<PathBuf>,

    /// Where the result goes; the extension says in which format (png, jpg, webp, tif or bmp). "-" writes a PNG to the standard
    /// output
    #[arg(short, long, value_name = "FILE")]
    pub out: PathBuf,

    #[command(flatten)]
    pub encoding: Encoding,

    /// Also write the picture after every N steps, beside the result, as NAME-00010.png and so on
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub every: Option<u32>,

    /// Paint as this result was painted: a PNG of Impasto says how; flags that are given besides win
    #[arg(long, value_name = "RESULT.png", conflicts_with = "mode")]
    pub like: Option<PathBuf>,

    /// Go on from this picture, a result of the same photo, instead of from --init; all steps are made at the wanted size
    #[arg(long, value_name = "RESULT")]
    pub from: Option<PathBuf>,

    /// Keep the state of the run in this file, written after every 10 steps and when the run is interrupted; it is removed in the
    /// end (with --optimizer adam)
    #[arg(long, value_name = "FILE")]
    pub save_state: Option<PathBuf>,

    /// Go on from this state, exactly as if the run had never been interrupted; everything else on the command line is as before
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub resume: Option<PathBuf>,

    #[command(flatten)]
    pub engine: EngineArgs,

    #[command(flatten)]
    pub options: OptionFlags,

    /// Paint nothing, but print the command that paints the same, with all values that --look, --like and --mode stand for
    #[arg(long)]
    pub print_command: bool,

    /// Write the losses as JSON: one object a step, taken before the step, and one for the final picture
    #[arg(long, value_name = "FILE.json")]
    pub trace: Option<PathBuf>,

    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,

    /// Write the progress to the standard output for other programs: a JSON object a line
    #[arg(long, conflicts_with = "quiet")]
    pub json: bool,
}

/// How a result is encoded.
#[derive(Clone, Copy, Debug, Args)]
pub struct Encoding {
    /// The quality of a JPEG or of a WebP, from 1 to 100 [default: 95 for a JPEG, whose usual 75 blurs the edges of strokes; a WebP
    /// without it is lossless]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=100))]
    pub quality: Option<u8>,

    /// The bits of a channel; 16, for further work on the picture, in a PNG or a TIFF only
    #[arg(long, value_enum, value_name = "BITS", default_value = "8")]
    pub bits: Bits,
}

/// The bits of a channel of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Bits {
    /// What screens show
    #[value(name = "8")]
    Eight,
    /// What the engine computes, to 16 bits
    #[value(name = "16")]
    Sixteen,
}

/// What paints.
#[derive(Clone, Debug, Args)]
pub struct EngineArgs {
    #[command(flatten)]
    pub network: NetworkArgs,

    /// What computes: gpu, gpu:2 for the second one, or cpu; "list" shows them [default: the GPU where there is one, else the
    /// processor]
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<DeviceChoice>,
}

/// The network that looks at the pictures.
#[derive(Clone, Debug, Args)]
pub struct NetworkArgs {
    /// The network: the name of a pack (fast, tiny, or one in the folder `IMPASTO_WEIGHTS` or beside the program), the folder of a
    /// pack, or a model file at full precision (safetensors or PyTorch)
    #[arg(long, value_name = "NAME", default_value = "fast")]
    pub weights: PathBuf,

    /// The model file takes BGR 0..255 minus a mean, as those converted from Caffe do
    #[arg(long)]
    pub caffe: bool,
}

/// A file and a weight.
#[derive(Clone, Debug)]
pub struct WeightedFile {
    path: PathBuf,
    /// None where it is left out.
    weight: Option<f32>,
}

impl WeightedFile {
    /// The path and the weight, 1 where it is left out.
    pub fn parts(&self) -> (PathBuf, f32) {
        (self.path.clone(), self.weight.unwrap_or(1.0))
    }
}

/// Parses `FILE=WEIGHT`; text without a valid weight at its end is a file name.
#[expect(clippy::unnecessary_wraps, reason = "as clap wants it")]
pub fn weighted_file(text: &str) -> Result<WeightedFile, std::convert::Infallible> {
    let parts = text.rsplit_once('=').and_then(|(path, weight)| Some((path, Some(weight.parse().ok()?))));
    let (path, weight) = parts.unwrap_or((text, None));
    Ok(WeightedFile { path: path.into(), weight })
}

impl StylizeArgs {
    /// All paintings and their weights, in the order of the command line. Missing weights come from `like`, if it has
    /// the same number of paintings, and otherwise are 1.
    pub fn paintings(&self, like: Option<&Recipe>) -> Vec<(PathBuf, f32)> {
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
}
