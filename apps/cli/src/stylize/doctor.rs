//! Defines `impasto doctor`: says what works here.

use super::devices;
use crate::networks::{self, Network};

/// Prints devices, networks and formats.
pub fn run() {
    println!("impasto {}", env!("CARGO_PKG_VERSION"));
    println!("Devices (--device):");
    devices::list().iter().for_each(|line| println!("  {line}"));
    #[cfg(feature = "gpu")]
    match pollster::block_on(impasto::device::gpu()) {
        Ok(gpu) if gpu.software => {
            println!("Paints on the processor: the only GPU is in software, used with --device gpu");
        }
        Ok(gpu) => println!("Paints on {}", gpu.name),
        Err(error) => println!("Paints on the processor: no GPU ({error})"),
    }
    #[cfg(not(feature = "gpu"))]
    println!("Paints on the processor: this program was built without the engine for GPUs");
    println!("Networks:");
    for (name, network) in Network::all() {
        let place = match &network {
            Network::At(path) => path.display().to_string(),
            #[cfg(feature = "bundled")]
            Network::Bundled(_) => "in this program".to_owned(),
        };
        match network.open(false) {
            Ok(weights) => println!("  {name}: \"{}\", {place}", weights.name),
            Err(error) => println!("  {name}: {error}"),
        }
    }
    println!("Packs are looked for in:");
    for folder in networks::folders() {
        println!("  {}{}", folder.display(), if folder.is_dir() { "" } else { " (not there)" });
    }
    println!("Reads: JPEG, PNG, WebP, TIFF, GIF, BMP, with their colour profiles");
    println!("Writes: PNG, JPEG, WebP (lossless), TIFF, BMP");
}
