//! Defines `impasto doctor`: says what works here.

use super::{devices, outside, video};
use crate::{
    networks::{self, Network},
    terminal::say,
};

/// Prints devices, networks and formats.
pub fn run() {
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
        None => say(
            "Reads HEIC and AVIF: no; install libheif-examples (Debian, Ubuntu), libheif-tools (Fedora) or libheif (Homebrew)",
        ),
    }
    say("Writes: PNG and TIFF (8 or 16 bits), JPEG, WebP, BMP");
    match video::programs() {
        Ok(()) => say("Films: with the ffmpeg and ffprobe on the PATH"),
        Err(error) => say(format_args!("Films: none ({error})")),
    }
}
