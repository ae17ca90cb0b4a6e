//! Compiles the kernels with a real GPU's compiler and estimates what a step costs.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::process::Stdio;

use crate::process::{Result, command, run, target};

/// `cargo xtask shaders`: records the launches of a step of each network (`examples/launches.rs`), then compiles and
/// estimates (`xtask/shaders`).
pub fn shaders(arguments: &[String]) -> Result {
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
    run(command(built.join(format!("shaders{EXE_SUFFIX}"))).arg(&recorded).args(arguments))
}
