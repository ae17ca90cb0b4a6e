//! Tests of the import: model files of all supported kinds become networks whose input is RGB 0..1 minus a mean.
#![allow(clippy::float_cmp, reason = "what is carried over must be carried over to the bit")]

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

#[path = "../../../tests/reference_data/mod.rs"]
mod reference_data;

use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use weights::{Kernel, Layer, Source, Weights, WeightsError, encode_pack, open, open_source, write_pack};

const CHANNELS: [usize; 13] = [2, 3, 2, 4, 2, 3, 2, 2, 3, 2, 2, 2, 4];
const TORCHVISION_MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const TORCHVISION_STD: [f64; 3] = [0.229, 0.224, 0.225];

/// The values that `tests/data/make_checkpoints.py` writes.
fn kernel_value(layer: Layer, k: usize) -> f32 {
    (((7 * k + 13 * layer.index()) % 101) as f32 - 50.0) / 64.0
}

fn bias_value(layer: Layer, k: usize) -> f32 {
    (((5 * k + 3 * layer.index()) % 17) as f32 - 8.0) / 16.0
}

/// A tensor of a test file.
struct Tensor {
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

fn f32_tensor(name: &str, shape: &[usize], values: &[f32]) -> Tensor {
    let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    Tensor { name: name.to_owned(), dtype: Dtype::F32, shape: shape.to_vec(), bytes }
}

/// The small VGG-19 of `make_checkpoints.py`, with torchvision's names.
fn tiny() -> Vec<Tensor> {
    let mut given = 3;
    let mut tensors = vec![f32_tensor("classifier.0.weight", &[2, 4], &[0.0; 8])];
    for (layer, out) in Layer::ALL.into_iter().zip(CHANNELS) {
        let base = format!("features.{}", layer.torchvision_index());
        let weight: Vec<f32> = (0..out * given * 9).map(|k| kernel_value(layer, k)).collect();
        let bias: Vec<f32> = (0..out).map(|k| bias_value(layer, k)).collect();
        tensors.push(f32_tensor(&format!("{base}.weight"), &[out, given, 3, 3], &weight));
        tensors.push(f32_tensor(&format!("{base}.bias"), &[out], &bias));
        given = out;
    }
    tensors
}

fn safetensors_file(folder: &Path, tensors: &[Tensor], notes: &[(&str, &str)]) -> PathBuf {
    let views = tensors
        .iter()
        .map(|t| (t.name.clone(), TensorView::new(t.dtype, t.shape.clone(), &t.bytes).unwrap()));
    let notes: HashMap<String, String> =
        notes.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
    let path = folder.join("model.safetensors");
    fs::write(&path, safetensors::serialize(views, Some(notes)).unwrap()).unwrap();
    path
}

fn find<'a>(tensors: &'a mut [Tensor], name: &str) -> &'a mut Tensor {
    tensors.iter_mut().find(|tensor| tensor.name == name).unwrap()
}

/// The error of a file whose tensors were changed.
fn refused(tamper: impl FnOnce(&mut Vec<Tensor>)) -> WeightsError {
    let folder = tempfile::tempdir().unwrap();
    let mut tensors = tiny();
    tamper(&mut tensors);
    open(&safetensors_file(folder.path(), &tensors, &[]), false).unwrap_err()
}

/// Checks that all layers but the first are as in the file, and that the first has torchvision's standard deviation
/// folded in.
fn assert_is_tiny(weights: &Weights) {
    assert_eq!(weights.mean, TORCHVISION_MEAN);
    assert_eq!(weights.convs.iter().map(|conv| conv.out_channels).collect::<Vec<_>>(), CHANNELS);
    for (conv, layer) in weights.convs.iter().zip(Layer::ALL) {
        assert_eq!(conv.layer, layer);
        assert_eq!(conv.weight.len(), conv.out_channels * conv.in_channels * 9);
        for (k, &w) in conv.weight.iter().enumerate() {
            let std = if layer == Layer::Conv1_1 { TORCHVISION_STD[k / 9 % 3] } else { 1.0 };
            assert_eq!(w, (f64::from(kernel_value(layer, k)) / std) as f32, "{layer} kernel value {k}");
        }
        for (k, &b) in conv.bias.iter().enumerate() {
            assert_eq!(b, bias_value(layer, k), "{layer} bias {k}");
        }
    }
}

#[test]
fn torchvision_safetensors() {
    let folder = tempfile::tempdir().unwrap();
    let path = safetensors_file(folder.path(), &tiny(), &[("format", "pt")]);
    let weights = open(&path, false).unwrap();
    assert_is_tiny(&weights);
    assert_eq!(weights.name, "model");
}

#[test]
fn pytorch_checkpoints_old_and_new() {
    for file in ["tiny.pth", "tiny-legacy-f16.pth", "tiny-nested-bf16.pth"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file);
        let weights = open(&path, false).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_is_tiny(&weights);
    }
}

#[test]
fn caffe_networks_are_turned_to_rgb() {
    let folder = tempfile::tempdir().unwrap();
    let path = safetensors_file(folder.path(), &tiny(), &[]);
    let weights = open(&path, true).unwrap();
    for (mean, expected) in weights.mean.iter().zip([123.68, 116.779, 103.939]) {
        assert!((mean * 255.0 - expected).abs() < 1e-4, "{:?}", weights.mean);
    }
    let first = &weights.convs[0];
    for (k, &w) in first.weight.iter().enumerate() {
        let (o, rgb, tap) = (k / 27, k / 9 % 3, k % 9);
        let original = kernel_value(Layer::Conv1_1, o * 27 + (2 - rgb) * 9 + tap);
        assert_eq!(w, 255.0 * original, "kernel value {k}");
    }
    assert_eq!(weights.convs[1..], open(&path, false).unwrap().convs[1..]);
}

#[test]
fn a_file_that_describes_itself_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let notes = [
        ("title", "Little VGG"),
        ("source", "a test"),
        ("input_channel_order", "BGR"),
        ("input_range", "0..255"),
        ("input_mean_bgr", "103.939,116.779,123.68"),
        ("input_std", "1,1,1"),
    ];
    let path = safetensors_file(folder.path(), &tiny(), &notes);
    let described = open_source(&path, false).unwrap();
    assert_eq!((described.name.as_str(), described.provenance.as_str()), ("Little VGG", "a test"));
    let path = safetensors_file(folder.path(), &tiny(), &[]);
    assert_eq!(described.convs, open_source(&path, true).unwrap().convs);
    for (index, value) in [(2, "GRB"), (3, "0..2"), (4, "1,2"), (4, "1,2,NaN"), (5, "0,1,1")] {
        let mut notes = notes;
        notes[index].1 = value;
        let error = open(&safetensors_file(folder.path(), &tiny(), &notes), false).unwrap_err();
        assert!(matches!(error, WeightsError::Preprocessing { .. }), "{value}: {error:?}");
        assert!(error.to_string().contains(notes[index].0), "{error}");
    }
    let error = open(&safetensors_file(folder.path(), &tiny(), &notes[..4]), false).unwrap_err();
    assert!(error.to_string().contains("input_mean_bgr"), "{error}");
}

#[test]
fn all_float_types_are_read() {
    let widened = |dtype, convert: &dyn Fn(f32) -> Vec<u8>| {
        let mut tensors = tiny();
        for tensor in &mut tensors {
            let values = tensor.bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap()));
            tensor.bytes = values.flat_map(convert).collect();
            tensor.dtype = dtype;
        }
        let folder = tempfile::tempdir().unwrap();
        assert_is_tiny(&open(&safetensors_file(folder.path(), &tensors, &[]), false).unwrap());
    };
    widened(Dtype::F64, &|value| f64::from(value).to_le_bytes().to_vec());
    // The test values are exact in an 8-bit significand.
    widened(Dtype::BF16, &|value| value.to_le_bytes()[2..].to_vec());
}

#[test]
fn other_names_of_the_layers_are_found() {
    let folder = tempfile::tempdir().unwrap();
    for prefix in ["module.", "state_dict.model."] {
        let mut tensors = tiny();
        for tensor in &mut tensors {
            tensor.name.insert_str(0, prefix);
        }
        assert_is_tiny(&open(&safetensors_file(folder.path(), &tensors, &[]), false).unwrap());
    }
    let mut tensors = tiny();
    for layer in Layer::ALL {
        for part in ["weight", "bias"] {
            let name = format!("features.{}.{part}", layer.torchvision_index());
            find(&mut tensors, &name).name = format!("{layer}.{part}");
        }
    }
    assert_is_tiny(&open(&safetensors_file(folder.path(), &tensors, &[]), false).unwrap());
}

/// `features.28` quantised, with one scale for all channels or one for each.
fn coded(scale: &[f32], zero_point: &[f32]) -> Vec<Tensor> {
    let mut tensors = tiny();
    let weight = find(&mut tensors, "features.28.weight");
    weight.dtype = Dtype::U8;
    weight.bytes = (0..weight.shape.iter().product::<usize>()).map(|k| (k * 37 % 256) as u8).collect();
    let shape = |values: &[f32]| if values.len() == 1 { vec![] } else { vec![values.len()] };
    tensors.push(f32_tensor("features.28.weight.scale", &shape(scale), scale));
    tensors.push(f32_tensor("features.28.weight.zero_point", &shape(zero_point), zero_point));
    tensors
}

#[test]
fn codes_stay_codes() {
    let folder = tempfile::tempdir().unwrap();
    for (scale, zero_point) in [(&[0.25][..], &[66.0][..]), (&[0.25, 0.5, 1.0, 2.0], &[1.0, 2.0, 3.0, 255.0])]
    {
        let tensors = coded(scale, zero_point);
        let source = open_source(&safetensors_file(folder.path(), &tensors, &[]), false).unwrap();
        let Kernel::U8(kernel) = &source.convs[12].kernel else { panic!("the codes are gone") };
        assert_eq!(kernel.codes, tensors.iter().find(|t| t.name == "features.28.weight").unwrap().bytes);
        for channel in 0..4 {
            assert_eq!(kernel.scale[channel], scale[channel % scale.len()]);
            assert_eq!(f32::from(kernel.zero_point[channel]), zero_point[channel % zero_point.len()]);
        }
        let first = (f32::from(kernel.codes[0]) - zero_point[0]) * scale[0];
        assert_eq!(source.into_weights().convs[12].weight[0], first);
    }
}

#[test]
fn senseless_codes_are_refused() {
    for (scale, zero_point) in [(0.0, 1.0), (-1.0, 1.0), (3e38, 1.0), (1.0, 0.5), (1.0, -1.0), (1.0, 256.0)] {
        let error = refused(|tensors| *tensors = coded(&[scale], &[zero_point]));
        assert!(matches!(error, WeightsError::Quantisation { .. }), "{scale}, {zero_point}: {error:?}");
    }
    let error = refused(|tensors| *tensors = coded(&[1.0, 2.0], &[1.0]));
    assert!(matches!(error, WeightsError::Shape { .. }), "{error:?}");
    for part in ["scale", "zero_point"] {
        let name = format!("features.28.weight.{part}");
        let error = refused(|tensors| {
            *tensors = coded(&[1.0], &[1.0]);
            tensors.retain(|tensor| tensor.name != name);
        });
        assert!(matches!(&error, WeightsError::MissingTensor { name: seen } if *seen == name), "{error:?}");
    }
}

#[test]
fn a_file_without_a_layer_is_refused() {
    let error = refused(|tensors| tensors.retain(|tensor| tensor.name != "features.14.bias"));
    assert!(
        matches!(&error, WeightsError::MissingTensor { name } if name == "features.14.bias"),
        "{error:?}"
    );
    let error = refused(|tensors| tensors.truncate(1));
    assert!(matches!(error, WeightsError::MissingTensor { .. }), "{error:?}");
}

#[test]
fn wrong_shapes_are_refused() {
    for (name, shape) in [
        ("features.0.weight", vec![3, 2, 3, 3]),
        ("features.10.weight", vec![4, 2, 9]),
        ("features.10.weight", vec![4, 2, 3, 3]),
        ("features.10.bias", vec![3]),
    ] {
        let error = refused(|tensors| {
            let tensor = find(tensors, name);
            let len = shape.iter().product::<usize>() * 4;
            tensor.bytes.resize(len, 0);
            tensor.shape.clone_from(&shape);
        });
        assert!(
            matches!(&error, WeightsError::Shape { name: seen, .. } if seen == name),
            "{shape:?}: {error:?}"
        );
    }
}

#[test]
fn values_that_are_not_finite_are_refused() {
    for value in [f32::NAN, f32::INFINITY] {
        let error = refused(|tensors| {
            find(tensors, "features.21.weight").bytes[20..24].copy_from_slice(&value.to_le_bytes());
        });
        assert!(
            matches!(&error, WeightsError::NotFinite { name, index: 5 } if name == "features.21.weight"),
            "{error:?}"
        );
    }
}

#[test]
fn integer_weights_are_refused() {
    let error = refused(|tensors| find(tensors, "features.0.weight").dtype = Dtype::I32);
    assert!(matches!(error, WeightsError::ElementType { .. }), "{error:?}");
}

#[test]
fn damaged_and_foreign_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = safetensors_file(folder.path(), &tiny(), &[]);
    let whole = fs::read(&path).unwrap();
    for bytes in [&whole[..whole.len() - 1], &[&whole[..], &[0]].concat()] {
        fs::write(&path, bytes).unwrap();
        let error = open(&path, false).unwrap_err();
        assert!(matches!(error, WeightsError::Damaged { .. }), "{error:?}");
    }
    for bytes in [&b""[..], b"GIF89a", b"{}", &whole[..5], &whole[..500]] {
        fs::write(&path, bytes).unwrap();
        let error = open(&path, false).unwrap_err();
        assert!(matches!(error, WeightsError::UnknownKind { .. }), "{error:?}");
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "needs ../shared/vgg19 (or $IMPASTO_SHARED), which is not there")]
fn the_real_vgg19_keeps_its_codes_in_a_pack() {
    let path = reference_data::vgg19();
    let file = fs::read(&path).unwrap();
    let tensors = SafeTensors::deserialize(&file).unwrap();
    let source = open_source(&path, false).unwrap();
    for (layer, conv) in Layer::ALL.into_iter().zip(&source.convs) {
        assert_eq!((conv.layer, conv.out_channels), (layer, layer.vgg19_channels()));
    }
    let folder = tempfile::tempdir().unwrap();
    let written = write_pack(&source, &folder.path().join("vgg19")).unwrap();
    println!("{} shards, {} bytes", written.shards, written.bytes);
    assert_eq!(written.shards, 4);
    let packed = open_source(&written.folder, false).unwrap();
    assert_eq!((&packed.name, packed.mean), (&source.name, source.mean));
    assert_eq!(encode_pack(&packed).unwrap(), encode_pack(&source).unwrap());

    for (before, after) in source.convs.iter().zip(&packed.convs) {
        let layer = before.layer;
        assert_eq!(before.bias, after.bias, "{layer}");
        let Kernel::U8(coded) = &after.kernel else { panic!("{layer} is not coded") };
        let name = format!("features.{}.weight", layer.torchvision_index());
        let original = tensors.tensor(&name).unwrap();
        if layer >= Layer::Conv4_1 {
            let scalar = |part| {
                let bytes = tensors.tensor(&format!("{name}.{part}")).unwrap().data().try_into().unwrap();
                f32::from_le_bytes(bytes)
            };
            assert_eq!(coded.codes, original.data(), "{layer}");
            for (got, code) in coded.dequantize().iter().zip(original.data()) {
                assert_eq!(*got, scalar("scale") * (f32::from(*code) - scalar("zero_point")), "{layer}");
            }
        } else {
            let Kernel::F32(values) = &before.kernel else { panic!("{layer} was coded in the file") };
            for (i, (value, got)) in values.iter().zip(coded.dequantize()).enumerate() {
                let half = 0.5 * coded.scale[i / (before.in_channels * 9)] * 1.0001;
                assert!(
                    (value - got).abs() <= half,
                    "{layer}[{i}]: {value} became {got}, half a step is {half}"
                );
            }
        }
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "needs ../shared/vgg19 (or $IMPASTO_SHARED), which is not there")]
fn the_real_vgg19_is_read_at_full_precision() {
    let path = reference_data::vgg19();
    let file = fs::read(&path).unwrap();
    let tensors = SafeTensors::deserialize(&file).unwrap();
    let Source { mean, convs, .. } = open_source(&path, false).unwrap();
    for (mean, expected) in mean.iter().zip([123.68, 116.779, 103.939]) {
        assert!((f64::from(*mean) * 255.0 - expected).abs() < 1e-5, "{mean}");
    }
    for conv in convs.into_iter().take(8) {
        let layer = conv.layer;
        let name = format!("features.{}.weight", layer.torchvision_index());
        let original: Vec<f32> = tensors
            .tensor(&name)
            .unwrap()
            .data()
            .as_chunks()
            .0
            .iter()
            .copied()
            .map(f32::from_le_bytes)
            .collect();
        let got = conv.kernel.into_f32();
        if layer == Layer::Conv1_1 {
            for (k, w) in got.iter().enumerate() {
                assert_eq!(*w, 255.0 * original[k / 27 * 27 + (2 - k / 9 % 3) * 9 + k % 9], "value {k}");
            }
        } else {
            assert!(got == original, "{layer} has changed");
        }
    }
}

/// Compares the first convolution of the imported network, on the reference picture, with a direct implementation.
#[test]
#[cfg_attr(not(reference_data), ignore = "needs ../shared/vgg19 (or $IMPASTO_SHARED), which is not there")]
fn the_folded_preprocessing_gives_the_reference_features() {
    let weights = open(&reference_data::vgg19(), false).unwrap();
    let file = fs::read(reference_data::file("reference/reference.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&file).unwrap();
    let read = |name| -> (Vec<usize>, Vec<f32>) {
        let tensor = tensors.tensor(name).unwrap();
        let values = tensor.data().as_chunks().0.iter().copied().map(f32::from_le_bytes).collect();
        (tensor.shape().to_vec(), values)
    };
    let (shape, image) = read("image.content"); // [3, H, W], RGB, 0..1
    let (_, expected) = read("features.content.conv1_1"); // [64, H, W], after the ReLU
    let (height, width) = (shape[1], shape[2]);
    let conv = &weights.convs[0];
    let largest = expected.iter().copied().fold(0f32, f32::max);
    for (at, &expected) in expected.iter().enumerate() {
        let (o, y, x) = (at / (height * width), at / width % height, at % width);
        let mut sum = f64::from(conv.bias[o]);
        for k in 0..27 {
            let (c, row, column) = (k / 9, (y + k / 3 % 3).wrapping_sub(1), (x + k % 3).wrapping_sub(1));
            if row < height && column < width {
                let input = image[(c * height + row) * width + column] - weights.mean[c];
                sum += f64::from(conv.weight[o * 27 + k]) * f64::from(input);
            }
        }
        let error = (sum.max(0.0) - f64::from(expected)).abs() / f64::from(largest);
        assert!(error < 1e-6, "channel {o}, row {y}, column {x}: {sum} instead of {expected}");
    }
}
