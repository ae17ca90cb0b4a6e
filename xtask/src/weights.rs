//! Packs of weights: made by `impasto weights`, found by the site in `weights/`.

use std::fs;
use std::path::{self, PathBuf};

use crate::process::{Result, command, root, run};

/// `cargo xtask weights …` is `impasto weights …`, built without the engine: a minute instead of ten.
pub fn weights(arguments: &[String]) -> Result {
    let mut cargo = command("cargo");
    cargo.args([
        "run",
        "--package",
        "impasto",
        "--bin",
        "impasto",
        "--no-default-features",
        "--features",
        "tool",
    ]);
    cargo.args(["--", "weights"]);
    // It runs in the repository, where the pack belongs; the model file is where the caller says.
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

/// The packs that will go with the site: `weights/<name>/manifest.json`.
pub fn packs() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("weights")).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.join("manifest.json").is_file()).collect()
}

/// Says what to do where there is no pack: the site is complete, but cannot paint.
pub fn note_missing_pack() {
    if packs().is_empty() {
        println!(
            "! There is no pack in weights/, so the page cannot paint yet. Make one:\n\
             !   cargo xtask weights --download        fetches the public VGG-19 (about 50 MB)\n\
             !   cargo xtask weights --from FILE       converts a model file that you have"
        );
    }
}
