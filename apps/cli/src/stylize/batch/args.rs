//! Defines the arguments of `impasto batch`.

use std::path::PathBuf;

use clap::Args;

use super::shard::Shard;
use crate::stylize::{
    args::{Encoding, NetworkArgs},
    devices::DeviceChoice,
    flags::OptionFlags,
};

/// Paint many photos, each in the style of each painting. What is there already is skipped, so a batch that was interrupted goes on
/// where it was.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct BatchArgs {
    /// The photos
    #[arg(required = true, value_name = "PHOTO")]
    pub photos: Vec<PathBuf>,

    /// A painting; may be given again
    #[arg(long = "painting", required = true, value_name = "FILE")]
    pub paintings: Vec<PathBuf>,

    /// The folder for the results; it is made if it does not exist
    #[arg(long, value_name = "FOLDER")]
    pub out_dir: PathBuf,

    /// The name of a result: {photo} and {painting} stand for the names of the two files, and the extension says in which format
    #[arg(long, value_name = "PATTERN", default_value = "{photo}-{painting}.png")]
    pub name: String,

    /// Paint only part I of N of the batch, so that several machines can share it
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,

    /// Also paint what is there already
    #[arg(long)]
    pub again: bool,

    #[command(flatten)]
    pub encoding: Encoding,

    #[command(flatten)]
    pub network: NetworkArgs,

    /// What computes: gpu, gpu:2 for the second one, or cpu; "list" shows them. Given again, each paints pictures of its own
    /// [default: the GPU where there is one, else the processor]
    #[arg(long = "device", value_name = "DEVICE")]
    pub devices: Vec<DeviceChoice>,

    #[command(flatten)]
    pub options: OptionFlags,

    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}
