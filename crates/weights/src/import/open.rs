//! Reads a network from a pack or a model file on disk, and converts it to one whose input is RGB 0..1 minus a mean.

use std::{fs, io::Read, path::Path};

use super::{
    error::WeightsError,
    plan::{PlannedConv, plan},
    preprocessing::{CAFFE, Preprocessing, TORCHVISION},
    tensors::TensorFile,
};
use crate::{
    balance::Balance,
    error::PackError,
    format::MAX_MANIFEST_BYTES,
    layer::Layer,
    manifest::Manifest,
    network::Weights,
    pack::Pack,
    quantize::Quantized,
    source::{Kernel, Source, SourceConv},
};

/// Reads a network for the engine, at the full precision of the file.
///
/// `path` is the folder of a pack or its `manifest.json`, a safetensors file, or a PyTorch file (`.pth`). A safetensors
/// file may describe its preprocessing in its metadata (`input_channel_order`, `input_range`,
/// `input_mean_bgr`/`input_mean_rgb`, `input_std`). Any other model file is assumed to have torchvision's preprocessing
/// (RGB 0..1, normalised), or with `caffe` that of Caffe (BGR 0..255 minus 103.939, 116.779, 123.68). The input of the
/// result is RGB 0..1 minus its mean in all cases.
///
/// # Errors
/// A [`WeightsError`] that names the file, tensor or shard and says what to do.
pub fn open(path: &Path, caffe: bool) -> Result<Weights, WeightsError> {
    open_source(path, caffe).map(Source::into_weights)
}

/// As [`open`], but quantised kernels stay quantised.
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

/// Reads a pack from its manifest and the shards in the same folder.
fn read_pack(manifest_path: &Path) -> Result<Source, WeightsError> {
    let broken = |source| WeightsError::Pack { path: manifest_path.to_owned(), source };
    // One byte more than the limit is enough to detect a file that is too long, whatever its length.
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
        // A missing file is reported by the pack itself, which names the shard.
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
    // The training script writes this entry.
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
    // One value for the whole tensor, or one for each output channel.
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
