//! Defines `impasto doctor`: says what works here.

use crate::networks::{self, Network};

/// Prints devices, networks and formats.
pub fn run() {
    println!("impasto {}", env!("CARGO_PKG_VERSION"));
    #[cfg(feature = "gpu")]
    match pollster::block_on(impasto::device::gpu()) {
        Ok(gpu) if gpu.software => {
            println!("GPU: only in software ({}); used with --device gpu", gpu.name);
        }
        Ok(gpu) => println!("GPU: {}", gpu.name),
        Err(error) => println!("GPU: none ({error})"),
    }
    #[cfg(not(feature = "gpu"))]
    println!("GPU: this program was built without it");
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    println!("Processor: {threads} threads");
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
