//! Defines the arguments of `impasto video`.

use std::path::PathBuf;

use clap::Args;

use crate::stylize::{
    args::{EngineArgs, WeightedFile, weighted_file},
    flags::OptionFlags,
};

/// Paint a film in the style of a painting, each frame so that it follows the one before. `ffmpeg` must be installed. The same command goes
/// on with a film that was interrupted.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct VideoArgs {
    /// The film to paint, in any format that ffmpeg reads
    pub film: PathBuf,

    /// A painting whose style it takes, and how much of it is in the blend (1 where left out); may be given again
    #[arg(long = "painting", required = true, value_name = "FILE=WEIGHT", value_parser = weighted_file)]
    pub paintings: Vec<WeightedFile>,

    /// Where the painted film goes; the extension says in which format (mp4, mov, mkv or webm). Its sound is that of the film
    #[arg(short, long, value_name = "FILE")]
    pub out: PathBuf,

    /// How strongly each frame is kept as the one before where that is known: 0 lets strokes flicker, a large number fixes them
    #[arg(long, value_name = "WEIGHT", default_value_t = 20.0, value_parser = weight)]
    pub steadiness: f32,

    /// Number of optimiser steps of each frame that follows another; the first frame, and that after a cut, has --steps
    /// [default: a third of --steps]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub steps_after: Option<u32>,

    /// The folder in which painted frames are kept until the film is written [default: that of the result, with .frames at
    /// its end]
    #[arg(long, value_name = "FOLDER")]
    pub frames: Option<PathBuf>,

    /// Leave the painted frames, as PNG files, when the film is written
    #[arg(long)]
    pub keep_frames: bool,

    #[command(flatten)]
    pub engine: EngineArgs,

    #[command(flatten)]
    pub options: OptionFlags,

    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

fn weight(text: &str) -> Result<f32, String> {
    let weight = text.parse().ok().filter(|weight: &f32| weight.is_finite() && *weight >= 0.0);
    weight.ok_or_else(|| "the weight is a number, 0 or more".to_owned())
}

impl VideoArgs {
    /// The folder of the painted frames.
    pub fn folder(&self) -> PathBuf {
        self.frames.clone().unwrap_or_else(|| {
            let mut name = self.out.clone().into_os_string();
            name.push(".frames");
            name.into()
        })
    }
}
