//! Tells the tests at compile time whether the reference data lie beside the repository.
//!
//! Tests that need the data are `#[cfg_attr(not(reference_data), ignore = "…")]`, so that a run without the data
//! counts them as ignored instead of passing them unseen. The folder is `../shared`, or `$IMPASTO_SHARED`.

use std::{env, path::PathBuf};

fn main() {
    println!("cargo::rustc-check-cfg=cfg(reference_data)");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=IMPASTO_SHARED");
    let shared = env::var_os("IMPASTO_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let model = shared.join("vgg19/vgg19-conv1_1-conv5_1.safetensors");
    // Only a file that exists is watched: Cargo would build everything anew, each time, for a missing one.
    if model.is_file() {
        println!("cargo::rerun-if-changed={}", model.display());
        println!("cargo::rustc-cfg=reference_data");
    }
}
