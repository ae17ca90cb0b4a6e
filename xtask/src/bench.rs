//! Runs the benchmark: measures the engine's step in a real browser, the same step with Burn's stock operations and in
//! TensorFlow.js and jax-js, and the adapter's peak performance.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{Result, run, target};
use crate::setup::{self, Tools};
use crate::{flags, site, suites};

/// `cargo xtask bench [--json FILE] [--rounds 3] [--only TEXT]`: builds the site and the baselines, and runs the
/// measurements of `tests/e2e/bench.mjs`.
///
/// For each row, the round with the least interference is reported. With `--only`, only rows are measured whose engine,
/// network and pixels ("gpu vgg19 64×64") contain the text, or the roofline ("roofline"), or the start-up times
/// ("start-up").
pub fn bench(arguments: &[String]) -> Result {
    let tools = setup::for_tests()?;
    setup::rivals()?;
    site::have(&tools)?;
    let mut node = suites::node(&tools)?;
    node.env("IMPASTO_STOCK", stock_worker(&tools)?);
    run(node.arg("tests/e2e/bench.mjs").args(arguments))
}

/// Builds the GPU worker with stock operations; returns its folder, which is served instead of the site's own.
fn stock_worker(tools: &Tools) -> Result<PathBuf> {
    const NAME: &str = "worker-gpu";
    let folder = target()?.join("bench/stock");
    fs::create_dir_all(&folder)?;
    let mut cargo = tools.command("cargo");
    cargo.args(["build", "--release", "--target", setup::WASM_TARGET, "--package", "worker"]);
    run(flags::compiling(cargo.args(["--bin", NAME, "--features", "stock"])))?;
    let built = target()?.join(setup::WASM_TARGET).join("release").join(format!("{NAME}.wasm"));
    let mut bindgen = tools.command("wasm-bindgen");
    bindgen.args(["--target", "no-modules", "--no-typescript", "--out-name", NAME, "--out-dir"]);
    run(bindgen.arg(&folder).arg(built))?;
    // The same step as trunk's for the site's worker.
    let module: &Path = &folder.join(format!("{NAME}_bg.wasm"));
    run(tools.command("wasm-opt").args(["-Oz", "-o"]).arg(module).arg(module))?;
    Ok(folder)
}
