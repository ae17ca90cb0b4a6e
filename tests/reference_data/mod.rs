//! Where the reference data lie, which are not part of the repository: `../shared`, or `$IMPASTO_SHARED`, as in `build.rs`.

use std::{
    env,
    path::{Path, PathBuf},
};

/// A file of the folder with VGG-19.
pub fn file(name: &str) -> PathBuf {
    let shared = env::var_os("IMPASTO_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    shared.join("vgg19").join(name)
}

/// The convolutions of VGG-19: BGR 0..255, conv4_1 … conv5_1 as codes.
pub fn vgg19() -> PathBuf {
    file("vgg19-conv1_1-conv5_1.safetensors")
}
