//! The reference data, which are not part of the repository: the build script beside this file says where they are.

use std::path::{Path, PathBuf};

/// A file of the folder with VGG-19.
pub fn file(name: &str) -> PathBuf {
    Path::new(env!("IMPASTO_REFERENCE")).join(name)
}

/// The convolutions of VGG-19: BGR 0..255, conv4_1 … conv5_1 as codes.
pub fn vgg19() -> PathBuf {
    file("vgg19-conv1_1-conv5_1.safetensors")
}
