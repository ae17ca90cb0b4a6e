//! Defines `impasto doctor`: says what works here.

use std::time::Instant;

use clap::Args;
use impasto::step_time::step_time;
use options::Options;
use schedule::Plan;

use super::{
    args::{EngineArgs, NetworkArgs},
    devices,
    devices::DeviceChoice,
    error::StylizeError,
    outside,
    studio::{Studio, find},
    video,
};
use crate::{
    networks::{self, Network},
    terminal::say,
};

/// The side in pixels of the picture whose steps are measured: the default of `--size`.
const SIDE: usize = 256;

/// How long steps are measured, in milliseconds.
const ENOUGH: f64 = 2000.0;

/// Say what works here: devices, networks, formats.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Also measure on each device, or on that of --device, how long a picture takes, and say how large one may be before it is painted in tiles
    #[arg(long)]
    pub speed: bool,

    #[command(flatten)]
    pub engine: EngineArgs,
}

/// Prints devices, networks and formats; with `--speed` what each device can do.
///
/// # Errors
/// With `--speed`, if there is no such network.
pub fn run(args: &DoctorArgs) -> Result<(), StylizeError> {
    tell();
    if !args.speed {
        return Ok(());
    }
    let network = &args.engine.network;
    find(network)?;
    say(format_args!("Speed with {}:", network.weights.display()));
    let devices = args.engine.device.map_or_else(devices::all, |device| vec![device]);
    for device in devices {
        let words = speed(network, device).unwrap_or_else(|error| error.to_string());
        say(format_args!("  {device:6} {words}"));
    }
    Ok(())
}

/// How fast a device paints, and how much at once.
fn speed(network: &NetworkArgs, device: DeviceChoice) -> Result<String, StylizeError> {
    let studio = Studio::open(network, Some(device))?;
    let at_once = studio.vgg.most_at_once() as f64 / 1e6;
    let begun = Instant::now();
    let now = || begun.elapsed().as_secs_f64() * 1000.0;
    let options = Options::default();
    let measured = step_time(studio.vgg, (SIDE, SIDE), &options, now, ENOUGH, async || true);
    let Some(step) = pollster::block_on(Box::pin(measured))? else { return Ok(String::new()) };
    let steps = Plan::new(&options, (SIDE, SIDE), (SIDE, SIDE)).work(options.steps);
    Ok(format!(
        "{SIDE}×{SIDE} pixels: {step:.0} ms a step, {:.1} s a picture; in tiles beyond {at_once:.1} million pixels",
        step * steps / 1000.0
    ))
}

fn tell() {
    say(format_args!("impasto {}", env!("CARGO_PKG_VERSION")));
    say("Devices (--device):");
    for line in devices::list() {
        say(format_args!("  {line}"));
    }
    #[cfg(feature = "gpu")]
    match pollster::block_on(impasto::device::gpu()) {
        Ok(gpu) if gpu.software => {
            say("Paints on the processor: the only GPU is in software, used with --device gpu");
        }
        Ok(gpu) => say(format_args!("Paints on {}", gpu.name)),
        Err(error) => say(format_args!("Paints on the processor: no GPU ({error})")),
    }
    #[cfg(not(feature = "gpu"))]
    say("Paints on the processor: this program was built without the engine for GPUs");
    say("Networks:");
    for (name, network) in Network::all() {
        let place = match &network {
            Network::At(path) => path.display().to_string(),
            #[cfg(feature = "bundled")]
            Network::Bundled(_) => "in this program".to_owned(),
        };
        match network.open(false) {
            Ok(weights) => say(format_args!("  {name}: \"{}\", {place}", weights.name)),
            Err(error) => say(format_args!("  {name}: {error}")),
        }
    }
    say("Packs are looked for in:");
    for folder in networks::folders() {
        say(format_args!("  {}{}", folder.display(), if folder.is_dir() { "" } else { " (not there)" }));
    }
    say("Reads: JPEG, PNG, WebP, TIFF, GIF, BMP, with their colour profiles");
    match outside::program() {
        Some(program) => say(format_args!("Reads HEIC and AVIF: with {}", program.display())),
        None => say(format_args!("Reads HEIC and AVIF: no; install {}", outside::PACKAGES)),
    }
    say("Writes: PNG and TIFF (8 or 16 bits), JPEG, WebP, BMP");
    match video::programs() {
        Ok(()) => say("Films: with the ffmpeg and ffprobe on the PATH"),
        Err(error) => say(format_args!("Films: none ({error})")),
    }
}
