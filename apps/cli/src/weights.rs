//! Defines `impasto weights`: makes a pack from a local or downloaded model file.

use std::{
    error::Error,
    path::{Path, PathBuf},
};

use ::weights::{DEFAULT_URL, Download, DownloadError, Downloaded, download, open_source, write_pack};
use clap::{ArgGroup, Args};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use crate::terminal::say;

/// Make a pack of weights for the site and the command line.
#[derive(Debug, Args)]
#[group(skip)]
#[command(group(ArgGroup::new("origin").required(true).args(["from", "download"])))]
pub struct WeightsArgs {
    /// A model file: safetensors, PyTorch (.pth), or a pack
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,

    /// Download torchvision's VGG19, only the layers that are needed (52 MB)
    #[arg(long)]
    download: bool,

    /// The model in --from was converted from Caffe: it takes BGR values 0..255 minus 103.939, 116.779, 123.68
    #[arg(long, conflicts_with = "download")]
    caffe: bool,

    /// What the pack calls itself, instead of what the file calls itself
    #[arg(long)]
    name: Option<String>,

    /// The folder to write the pack to; a pack that is there is replaced
    #[arg(long, value_name = "DIR", default_value = "weights/vgg19")]
    out: PathBuf,

    /// Where to download from: a safetensors file on a server that answers range requests
    #[arg(long, conflicts_with = "from", default_value = DEFAULT_URL)]
    url: String,

    /// The SHA-256 that the downloaded file must have
    #[arg(long, value_name = "HEX", conflicts_with = "from", value_parser = sha256)]
    sha256: Option<String>,

    /// Where parts of a download are kept, so that it can go on later
    #[arg(long, value_name = "DIR", conflicts_with = "from", default_value = "target/weights")]
    cache: PathBuf,
}

/// Runs `impasto weights`.
///
/// # Errors
/// An error that says what to do, for the user to read.
pub fn run(args: &WeightsArgs) -> Result<(), Box<dyn Error>> {
    let path = match &args.from {
        Some(path) => path.clone(),
        None => fetch(args)?.path,
    };
    let mut source = open_source(&path, args.caffe)?;
    if args.from.is_none() {
        "VGG-19 (torchvision)".clone_into(&mut source.name);
        source.provenance = format!("downloaded from {}", args.url);
    }
    if let Some(name) = &args.name {
        source.name.clone_from(name);
    }
    let written = write_pack(&source, &args.out)?;
    say(format_args!(
        "Wrote \"{}\" to {}: {} shards, {} ({} bytes).",
        source.name,
        written.folder.display(),
        written.shards,
        HumanBytes(written.bytes),
        written.bytes
    ));
    Ok(())
}

/// Refuses a mistyped hash before anything is fetched.
fn sha256(text: &str) -> Result<String, &'static str> {
    if text.len() == 64 && text.bytes().all(|c| c.is_ascii_hexdigit()) {
        Ok(text.to_owned())
    } else {
        Err("a SHA-256 has 64 hexadecimal digits")
    }
}

fn fetch(args: &WeightsArgs) -> Result<Downloaded, DownloadError> {
    let bar = ProgressBar::new(0).with_style(
        ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let request =
        Download { sha256: args.sha256.as_deref(), ..Download::new(&args.url, Path::new(&args.cache)) };
    let result = download(&request, &mut |progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
    });
    bar.finish_and_clear();
    let downloaded = result?;
    say(format_args!("Downloaded {} ({}).", downloaded.path.display(), HumanBytes(downloaded.bytes)));
    if args.sha256.is_none() {
        println!(
            "Its SHA-256 is {}; nothing vouches for it yet. To have it checked from now on, give --sha256.",
            downloaded.sha256
        );
    }
    Ok(downloaded)
}
