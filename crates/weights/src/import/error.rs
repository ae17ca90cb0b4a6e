//! Defines the errors of model files and of packs on disk. Each message names the file or tensor and says what to do.

use std::{io, path::PathBuf};

use super::preprocessing::PreprocessingError;
use crate::error::PackError;

/// Why a model file or a pack on disk cannot be read, or a pack cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The path does not exist.
    #[error(
        "there are no weights at {path}: make a pack with `cargo xtask weights --from FILE` or `cargo xtask weights --download`",
        path = .0.display()
    )]
    NotFound(PathBuf),
    /// A file exists but cannot be read.
    #[error("{path} cannot be read ({source}): check its permissions", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A pack is invalid.
    #[error("{path}: {source}", path = path.display())]
    Pack {
        /// The pack's manifest.
        path: PathBuf,
        /// What is wrong with it.
        source: PackError,
    },
    /// A safetensors file is inconsistent.
    #[error("{path} is damaged ({detail}): get it again", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The file is of an unknown format.
    #[error(
        "{path} is neither a pack nor a safetensors nor a PyTorch file ({detail}): give one of these",
        path = path.display()
    )]
    UnknownKind {
        /// The file.
        path: PathBuf,
        /// The error of the PyTorch reader, which is tried last.
        detail: String,
    },
    /// A tensor is missing.
    #[error(
        "the file has no tensor {name}: it must hold conv1_1 … conv5_1 of a VGG-19 without batch normalisation, named as in torchvision (features.0.weight) or conv1_1.weight"
    )]
    MissingTensor {
        /// The tensor's name.
        name: String,
    },
    /// A tensor cannot be read.
    #[error("the tensor {name} cannot be read ({detail}): get the file again")]
    Tensor {
        /// The tensor's name.
        name: String,
        /// The reader's error.
        detail: String,
    },
    /// The element type of a tensor is not supported for weights.
    #[error(
        "the tensor {name} is of an unknown type: kernels must be f64, f32, f16, bf16 or u8 codes with `.scale` and `.zero_point`, everything else a float"
    )]
    ElementType {
        /// The tensor's name.
        name: String,
    },
    /// The shape of a tensor is wrong.
    #[error("the tensor {name} has the shape {found:?} instead of {expected}: this is not a VGG-19")]
    Shape {
        /// The tensor's name.
        name: String,
        /// The expected shape, in words.
        expected: String,
        /// The actual shape.
        found: Vec<usize>,
    },
    /// A tensor contains NaN or an infinity.
    #[error("the tensor {name} holds NaN or infinity (value number {index}): get the file again")]
    NotFinite {
        /// The tensor's name.
        name: String,
        /// The index of the value, from 0, in row-major order.
        index: usize,
    },
    /// The scale or zero point of quantised kernels is out of range.
    #[error("the tensor {name} holds {value}, which is not {expected}: get the file again")]
    Quantisation {
        /// The tensor's name.
        name: String,
        /// The value.
        value: f32,
        /// The accepted values, in words.
        expected: &'static str,
    },
    /// The file's description of its preprocessing is not understood.
    #[error("{path}: {source}", path = path.display())]
    Preprocessing {
        /// The file.
        path: PathBuf,
        /// What is wrong with the description.
        source: PreprocessingError,
    },
    /// The output folder contains files that are not part of a pack.
    #[error(
        "{path} holds {found}, which does not belong to a pack and would be lost: choose another folder with --out",
        path = path.display()
    )]
    FolderInUse {
        /// The folder.
        path: PathBuf,
        /// The first such file.
        found: String,
    },
    /// A file cannot be written.
    #[error("{path} cannot be written ({source}): check the permissions and the free space", path = path.display())]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}
