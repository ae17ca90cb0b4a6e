//! Compiles the kernels with a real GPU's compiler and estimates what a step costs.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use crate::process::{Result, command, run, target};

/// `cargo xtask shaders`: records the launches of a step of each network (`examples/launches.rs`), then compiles and
/// estimates (`xtask/shaders`).
pub fn shaders(arguments: &[String]) -> Result {
    let Some(driver) = driver() else {
        println!(
            "NOT CHECKED: kernels as compiled for real GPUs; Mesa's RADV is not here (`mesa-vulkan-drivers`)"
        );
        return Ok(());
    };
    // Both with the tests' features, as `cargo test --workspace` has built them.
    run(command("cargo").args([
        "build",
        "--quiet",
        "--workspace",
        "--example",
        "launches",
        "--bin",
        "shaders",
    ]))?;
    let built = target()?.join("debug");
    let recorded = target()?.join("shaders.json");
    let mut launches = command(built.join("examples").join(format!("launches{EXE_SUFFIX}")));
    run(launches.stdout(Stdio::from(fs::File::create(&recorded)?)))?;
    run(command(built.join(format!("shaders{EXE_SUFFIX}"))).arg(driver).arg(&recorded).args(arguments))
}

/// The file that describes RADV to the loader of Vulkan.
fn driver() -> Option<PathBuf> {
    let folders = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
    let mut files = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flat_map(Iterator::flatten);
    let is_radv = |file: &fs::DirEntry| file.file_name().to_string_lossy().starts_with("radeon_icd");
    files.find(is_radv).map(|file| file.path())
}
