//! Import: any file that holds the convolutions of a VGG-19, as a network that takes RGB 0..1 minus a mean.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::layer::Layer;

use super::{
    Balance, Kernel, MAX_CHANNELS, MAX_MANIFEST_BYTES, Manifest, Pack, PackError, PreprocessingError,
    Quantized, Source, SourceConv, Weights,
    preprocessing::{CAFFE, Preprocessing, TORCHVISION},
    tensors::{Catalogue, Element, TensorFile},
};

/// Why a model file or a pack on disk cannot be used, or a pack cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// There is nothing at the path.
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
        /// What the system says.
        source: io::Error,
    },
    /// A pack is wrong.
    #[error("{path}: {source}", path = path.display())]
    Pack {
        /// The pack's manifest.
        path: PathBuf,
        /// What is wrong with it.
        source: PackError,
    },
    /// A safetensors file contradicts itself.
    #[error("{path} is damaged ({detail}): get it again", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The file is of no known kind.
    #[error(
        "{path} is neither a pack nor a safetensors nor a PyTorch file ({detail}): give one of these",
        path = path.display()
    )]
    UnknownKind {
        /// The file.
        path: PathBuf,
        /// What the PyTorch reader, the last to be tried, says.
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
        /// What the reader says.
        detail: String,
    },
    /// A tensor has elements of a type that no weight is stored as.
    #[error(
        "the tensor {name} is of an unknown type: kernels must be f64, f32, f16, bf16 or u8 codes with `.scale` and `.zero_point`, everything else a float"
    )]
    ElementType {
        /// The tensor's name.
        name: String,
    },
    /// A tensor has the wrong shape.
    #[error("the tensor {name} has the shape {found:?} instead of {expected}: this is not a VGG-19")]
    Shape {
        /// The tensor's name.
        name: String,
        /// What it should be, in words.
        expected: String,
        /// What it is.
        found: Vec<usize>,
    },
    /// A tensor holds NaN or infinity.
    #[error("the tensor {name} holds NaN or infinity (value number {index}): get the file again")]
    NotFinite {
        /// The tensor's name.
        name: String,
        /// Where, from 0, in row-major order.
        index: usize,
    },
    /// The scale or zero point of coded kernels makes no sense.
    #[error("the tensor {name} holds {value}, which is not {expected}: get the file again")]
    Quantisation {
        /// The tensor's name.
        name: String,
        /// What it holds.
        value: f32,
        /// What it should hold, in words.
        expected: &'static str,
    },
    /// The file's description of its preprocessing cannot be followed.
    #[error("{path}: {source}", path = path.display())]
    Preprocessing {
        /// The file.
        path: PathBuf,
        /// What is wrong with the description.
        source: PreprocessingError,
    },
    /// The folder to write to holds other things than a pack.
    #[error(
        "{path} holds {found}, which does not belong to a pack and would be lost: choose another folder with --out",
        path = path.display()
    )]
    FolderInUse {
        /// The folder.
        path: PathBuf,
        /// The first file that does not belong there.
        found: String,
    },
    /// A file cannot be written.
    #[error("{path} cannot be written ({source}): check the permissions and the free space", path = path.display())]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Reads a network for the engine, at the full precision of the file.
///
/// `path` is the folder of a pack or its `manifest.json`, a safetensors file, or a PyTorch file (`.pth`).
/// A safetensors file may describe its preprocessing in its metadata (`input_channel_order`,
/// `input_range`, `input_mean_bgr`/`input_mean_rgb`, `input_std`). Any other model file is taken to be
/// torchvision's (RGB 0..1, normalised), or with `caffe` one converted from Caffe (BGR 0..255 minus
/// 103.939, 116.779, 123.68). The result takes RGB 0..1 minus its mean in any case.
///
/// # Errors
/// A [`WeightsError`] that names the file, tensor or shard and says what to do.
pub fn open(path: &Path, caffe: bool) -> Result<Weights, WeightsError> {
    open_source(path, caffe).map(Source::into_weights)
}

/// As [`open`], but kernels that are stored as codes stay codes.
///
/// # Errors
/// As [`open`].
pub fn open_source(path: &Path, caffe: bool) -> Result<Source, WeightsError> {
    if !path.exists() {
        return Err(WeightsError::NotFound(path.to_owned()));
    }
    if path.is_dir() {
        let manifest = path.join("manifest.json");
        return if manifest.exists() { read_pack(&manifest) } else { Err(WeightsError::NotFound(manifest)) };
    }
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        return read_pack(path);
    }
    read_model(path, caffe)
}

/// A pack, from its manifest and the shards beside it.
fn read_pack(manifest_path: &Path) -> Result<Source, WeightsError> {
    let broken = |source| WeightsError::Pack { path: manifest_path.to_owned(), source };
    // One byte more than allowed tells a file that is too long, however long it is.
    let read = |path: &Path, most: u64| {
        let mut bytes = Vec::new();
        fs::File::open(path)
            .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
            .map_err(|source| WeightsError::Unreadable { path: path.to_owned(), source })?;
        Ok(bytes)
    };
    let json = read(manifest_path, MAX_MANIFEST_BYTES as u64)?;
    let manifest = Manifest::parse(&json).map_err(broken)?;
    let mut pack = Pack::new(manifest.clone());
    for (index, shard) in manifest.shards().iter().enumerate() {
        let path = manifest_path.with_file_name(&shard.file);
        // Without the file the pack itself says which shard is missing.
        if path.exists() {
            pack.add_shard(index, read(&path, shard.bytes)?).map_err(broken)?;
        }
    }
    pack.into_source().map_err(broken)
}

fn read_model(path: &Path, caffe: bool) -> Result<Source, WeightsError> {
    let file = TensorFile::open(path)?;
    let note = |key: &str| file.notes.get(key).map(String::as_str);
    let described = Preprocessing::from_metadata(note)
        .map_err(|source| WeightsError::Preprocessing { path: path.to_owned(), source })?;
    let pack = |source| WeightsError::Pack { path: path.to_owned(), source };
    // As the training script writes it.
    let balance = match note("balance") {
        Some(json) => {
            let written =
                serde_json::from_str(json).map_err(|error| pack(PackError::Json(error.to_string())))?;
            Balance::new(&written).map_err(pack)?
        }
        None => Balance::default(),
    };
    let preprocessing = described.unwrap_or(if caffe { CAFFE } else { TORCHVISION });
    let mut convs = Vec::with_capacity(Layer::ALL.len());
    for plan in plan(&file.catalogue)? {
        convs.push(SourceConv {
            layer: plan.layer,
            out_channels: plan.out_channels,
            in_channels: plan.in_channels,
            kernel: read_kernel(&file, &plan)?,
            bias: file.values(&plan.bias)?,
        });
    }
    if let Some(first) = convs.first_mut() {
        preprocessing.fold_into(first);
    }
    let file_name = |name: Option<&std::ffi::OsStr>| name.unwrap_or_default().to_string_lossy().into_owned();
    Ok(Source {
        name: note("title").map_or_else(|| file_name(path.file_stem()), str::to_owned),
        provenance: note("source")
            .map_or_else(|| format!("imported from {}", file_name(path.file_name())), str::to_owned),
        mean: preprocessing.rgb_mean(),
        balance,
        convs,
    })
}

fn read_kernel(file: &TensorFile, plan: &PlannedConv) -> Result<Kernel, WeightsError> {
    let Some(coding) = &plan.coding else { return file.values(&plan.weight).map(Kernel::F32) };
    let scale = checked(file, &coding.scale, "a positive number", |scale| {
        scale > 0.0 && (scale * 255.0).is_finite()
    })?;
    let zero_point = checked(file, &coding.zero_point, "a code (a whole number in 0..=255)", |zero| {
        zero.fract() == 0.0 && (0.0..=255.0).contains(&zero)
    })?;
    // One value for the whole tensor, or one per output channel.
    let spread =
        |values: Vec<f32>| if values.len() == 1 { vec![values[0]; plan.out_channels] } else { values };
    Ok(Kernel::U8(Quantized {
        codes: file.bytes(&plan.weight)?,
        scale: spread(scale),
        zero_point: spread(zero_point).into_iter().map(|zero| zero as u8).collect(),
    }))
}

fn checked(
    file: &TensorFile,
    name: &str,
    expected: &'static str,
    is_sound: impl Fn(f32) -> bool,
) -> Result<Vec<f32>, WeightsError> {
    let values = file.values(name)?;
    match values.iter().find(|value| !is_sound(**value)) {
        Some(&value) => Err(WeightsError::Quantisation { name: name.to_owned(), value, expected }),
        None => Ok(values),
    }
}

/// Which tensors make up a convolution, and its size.
#[derive(Debug)]
pub(super) struct PlannedConv {
    layer: Layer,
    out_channels: usize,
    in_channels: usize,
    weight: String,
    bias: String,
    coding: Option<Coding>,
}

/// Where the meaning of coded kernels is kept.
#[derive(Debug)]
struct Coding {
    scale: String,
    zero_point: String,
}

impl PlannedConv {
    /// The names of all tensors that this convolution needs.
    pub fn tensors(&self) -> impl Iterator<Item = &str> {
        let coding =
            self.coding.iter().flat_map(|coding| [coding.scale.as_str(), coding.zero_point.as_str()]);
        [self.weight.as_str(), self.bias.as_str()].into_iter().chain(coding)
    }
}

/// Finds the convolutions in a file by name, and checks that they fit together; reads no values.
pub(super) fn plan(catalogue: &Catalogue) -> Result<Vec<PlannedConv>, WeightsError> {
    let missing = |name: String| WeightsError::MissingTensor { name };
    // Some files nest the network (`state_dict.features.0.weight`, `module.features.0.weight`) or name the
    // layers as the literature does.
    let find_prefix = |first: &str| {
        catalogue.keys().filter_map(|name| name.strip_suffix(first)).min_by_key(|prefix| prefix.len())
    };
    let (prefix, by_number) = match (find_prefix("features.0.weight"), find_prefix("conv1_1.weight")) {
        (Some(prefix), _) => (prefix, true),
        (None, Some(prefix)) => (prefix, false),
        (None, None) => return Err(missing("features.0.weight".to_owned())),
    };
    let mut given = 3; // the colours
    let mut convs = Vec::with_capacity(Layer::ALL.len());
    for layer in Layer::ALL {
        let base = if by_number {
            format!("{prefix}features.{}", layer.torchvision_index())
        } else {
            format!("{prefix}{layer}")
        };
        let [weight, bias] = ["weight", "bias"].map(|part| format!("{base}.{part}"));
        let info = catalogue.get(&weight).ok_or_else(|| missing(weight.clone()))?;
        let out_channels = match info.shape.as_slice() {
            &[o, i, 3, 3] if (1..=MAX_CHANNELS).contains(&o) && i == given => o,
            _ => {
                let expected = format!("[1 to {MAX_CHANNELS}, {given}, 3, 3]");
                return Err(WeightsError::Shape { name: weight, expected, found: info.shape.clone() });
            }
        };
        let coding = match info.element {
            Element::U8 => {
                Some(Coding { scale: format!("{weight}.scale"), zero_point: format!("{weight}.zero_point") })
            }
            Element::Other => return Err(WeightsError::ElementType { name: weight }),
            _ => None,
        };
        let conv = PlannedConv { layer, out_channels, in_channels: given, weight, bias, coding };
        for name in conv.tensors().skip(1) {
            let info = catalogue.get(name).ok_or_else(|| missing(name.to_owned()))?;
            let count = info.shape.iter().try_fold(1usize, |count, &extent| count.checked_mul(extent));
            let may_be_scalar = name != conv.bias;
            if count != Some(out_channels) && !(may_be_scalar && count == Some(1)) {
                let expected = format!("[{out_channels}]");
                return Err(WeightsError::Shape {
                    name: name.to_owned(),
                    expected,
                    found: info.shape.clone(),
                });
            }
        }
        given = out_channels;
        convs.push(conv);
    }
    Ok(convs)
}
