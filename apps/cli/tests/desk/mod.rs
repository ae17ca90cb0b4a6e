//! A folder with pictures and a small network, in which the program is run.

// Each test file uses a part of it.
#![allow(dead_code)]

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use image::{DynamicImage, RgbImage};
use safetensors::{Dtype, tensor::TensorView};
use tempfile::TempDir;
use weights::Layer;

/// A network with four channels a layer and made-up weights, which every [`Desk`] contains: the program can be tested
/// without a download.
pub const TINY: &str = "tiny.safetensors";
/// Loss layers for which this network's weights give useful gradients, and colours as they are painted.
pub const SHALLOW: [&str; 6] =
    ["--content-layers", "conv2_1", "--style-layers", "conv1_1=0.5,conv1_2=0.5", "--smooth-colors", "0"];

/// A temporary folder with a photo (48×36), a painting (40×40) and a small network.
pub struct Desk(pub TempDir);

impl Desk {
    pub fn new() -> Self {
        let desk = Self(TempDir::new().unwrap());
        drawing(48, 36, 1).save(desk.path("photo.png")).unwrap();
        drawing(40, 40, 5).save(desk.path("painting.png")).unwrap();
        write_tiny_network(&desk.path(TINY));
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// `impasto stylize photo.png painting.png -o out.png` with more arguments, run in the folder.
    pub fn stylize<S: AsRef<OsStr>>(&self, more: impl IntoIterator<Item = S>) -> Output {
        self.impasto(["stylize", "photo.png", "painting.png", "-o", "out.png"], more)
    }

    pub fn impasto<S: AsRef<OsStr>, const N: usize>(
        &self,
        first: [&str; N],
        more: impl IntoIterator<Item = S>,
    ) -> Output {
        self.program().args(first).args(more).output().unwrap()
    }

    /// As [`Self::impasto`], where no other program is found.
    pub fn without_programs<S: AsRef<OsStr>, const N: usize>(
        &self,
        first: [&str; N],
        more: impl IntoIterator<Item = S>,
    ) -> Output {
        self.program().env("PATH", "").args(first).args(more).output().unwrap()
    }

    /// The program, to be run in the folder.
    fn program(&self) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_impasto"));
        program.current_dir(self.0.path());
        program
    }

    /// Asserts that the run failed with all of `words` in its message, and that it wrote no file.
    pub fn refuses(&self, output: &Output, words: &[&str]) {
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "this should have failed: {message}");
        assert_eq!(output.status.code().map(|code| code == 101), Some(false), "a panic: {message}");
        for word in words {
            assert!(message.contains(word), "\"{word}\" is missing from: {message}");
        }
        for name in self.files() {
            assert!(!name.starts_with("out") && !name.ends_with(".partial"), "{name} was left behind");
        }
    }

    pub fn opened(&self, name: &str) -> DynamicImage {
        image::open(self.path(name)).unwrap()
    }
}

pub fn write_tiny_network(path: &Path) {
    let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let mut tensors = Vec::new();
    for layer in Layer::ALL {
        let (index, given) = (layer.torchvision_index(), if layer == Layer::Conv1_1 { 3 } else { 4 });
        let kernel: Vec<f32> =
            (0..4 * given * 9).map(|k| ((37 * k + 11 * index) % 101) as f32 / 101.0 - 0.4).collect();
        tensors.push((format!("features.{index}.weight"), vec![4, given, 3, 3], bytes(&kernel)));
        tensors.push((format!("features.{index}.bias"), vec![4], bytes(&[0.1; 4])));
    }
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| (name, TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap()));
    safetensors::serialize_to_file(views, None, path).unwrap();
}

/// A picture of waves and squares, which depends on the seed.
pub fn drawing(width: u32, height: u32, seed: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave = |k: u32| {
            let phase = 0.31 * (x * (k + seed)) as f32 + 0.23 * (y * (k * 2 + 1)) as f32;
            (127.0 + 90.0 * phase.sin()) as u8
        };
        let square = if (x / 6 + y / (4 + seed)).is_multiple_of(2) { 30 } else { 0 };
        image::Rgb([wave(1) + square, wave(2), wave(3).saturating_sub(square)])
    })
}

pub fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
