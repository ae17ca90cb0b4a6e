//! Tells the tests at compile time where the reference data are, and whether they lie beside the repository.
//!
//! Tests that need the data are `#[cfg_attr(not(reference_data), ignore = "…")]`, so that a run without the data
//! counts them as ignored instead of passing them unseen. The folder is `../shared` beside the repository, or
//! `$IMPASTO_SHARED`. Every crate with such tests names this file as its build script.

use std::{
    env,
    path::{Path, PathBuf},
};

fn main() {
    println!("cargo::rustc-check-cfg=cfg(reference_data)");
    println!("cargo::rerun-if-env-changed=IMPASTO_SHARED");
    let shared = env::var_os("IMPASTO_SHARED").map_or_else(|| workspace().join("../shared"), PathBuf::from);
    let folder = shared.join("vgg19");
    println!("cargo::rustc-env=IMPASTO_REFERENCE={}", folder.display());
    let model = folder.join("vgg19-conv1_1-conv5_1.safetensors");
    // Only a file that exists is watched: Cargo would build everything anew, each time, for a missing one.
    if model.is_file() {
        println!("cargo::rerun-if-changed={}", model.display());
        println!("cargo::rustc-cfg=reference_data");
    }
}

/// The root of the workspace: this script runs in the folder of the crate that it is built for.
fn workspace() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").expect("Cargo says where the crate is");
    let root = Path::new(&manifest).ancestors().find(|folder| folder.join("Cargo.lock").is_file());
    root.expect("the workspace has a lock file").to_path_buf()
}
