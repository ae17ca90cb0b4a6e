//! Makes packs of weights with `impasto weights`. Two packs are bundled; the site contains all packs in `weights/`.

use std::fs;
use std::path::{self, PathBuf};

use crate::process::{Result, command, root, run};

/// `cargo xtask weights …` runs `impasto weights …`, built without the engine, which takes a minute instead of ten.
pub fn weights(arguments: &[String]) -> Result {
    let mut cargo = command("cargo");
    cargo.args(["run", "--package", "impasto-cli", "--no-default-features"]);
    cargo.args(["--", "weights"]);
    // It runs in the repository, where the pack is written; the model file's path is relative to the caller's folder.
    let mut is_path = false;
    for argument in arguments {
        if is_path {
            cargo.arg(path::absolute(argument)?);
        } else {
            cargo.arg(argument);
        }
        is_path = argument == "--from";
    }
    run(&mut cargo)
}

/// The packs that the site will contain: `weights/<name>/manifest.json`.
pub fn packs() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("weights")).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.join("manifest.json").is_file()).collect()
}

/// The full network is optional: prints how to get it if it is missing.
pub fn note_full_network() {
    if !root().join("weights/vgg19/manifest.json").is_file() {
        println!("The site has the bundled networks; `cargo xtask weights --download` adds the full VGG-19.");
    }
}
