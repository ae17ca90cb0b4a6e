//! Checks parity with PyTorch: features, Gram matrices, losses, gradients and loss curves, on the CPU and on the GPU
//! (or the software driver of the system), with the real VGG-19.
//!
//! There are two sets of expected values, both computed in float64. `reference.safetensors` lies beside the real
//! weights, and its header states its conventions. `data/variants.safetensors` comes from the independent script
//! beside it and covers other poolings, layers, weights, optimisers and odd sizes.
//!
//! With `--nocapture` each comparison prints its error.

use std::{collections::HashMap, fs, path::Path, sync::OnceLock};

use burn::tensor::{DType, Device, Tensor};
use impasto::{
    device,
    kernels::{Storage, gram::gram_matrix, readback::read_values},
    network::Vgg,
    transfer::StyleTransfer,
};
use options::{Optimizer, Options, Pooling, Schedule, WeightedLayer};
use picture::{Losses, Picture, Size, bleed::Bleed, rect::Remainder};
use pollster::block_on;
use safetensors::{Dtype, SafeTensors};
use weights::{Layer, Weights};

/// A single evaluation, relative: rounding in f32 alone costs up to a few 1e-6.
const ONCE: f64 = 1e-5;
/// The relative error of a gradient. Where two activations are nearly equal, or one is nearly zero, rounding decides
/// where a maximum or a ReLU passes its gradient. This costs up to 2e-5 of the norm.
const GRADIENT: f64 = 1e-4;
/// The loss during the first 20 steps, relative.
const EARLY: f64 = 1e-4;
/// The relative error of the loss up to step 50: rounding errors have grown by then.
const LATE: f64 = 3e-3;

/// The relative error of the loss at any step with features in 16 bits.
const HALVES: f64 = 1e-2;

/// The tensors of a safetensors file, as f64, and its metadata.
struct File {
    tensors: HashMap<String, (Vec<usize>, Vec<f64>)>,
    metadata: HashMap<String, String>,
}

impl File {
    fn open(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let values = |data: &[u8], dtype| -> Vec<f64> {
            match dtype {
                Dtype::U8 => data.iter().map(|&byte| f64::from(byte)).collect(),
                Dtype::F32 => data.as_chunks().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect(),
                Dtype::F64 => data.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
                other => panic!("{other:?}"),
            }
        };
        Self {
            tensors: tensors
                .iter()
                .map(|(name, view)| {
                    (name.to_owned(), (view.shape().to_vec(), values(view.data(), view.dtype())))
                })
                .collect(),
            metadata: header.metadata().clone().unwrap_or_default(),
        }
    }

    fn get(&self, name: &str) -> &[f64] {
        &self.tensors[name].1
    }

    fn shape(&self, name: &str) -> &[usize] {
        &self.tensors[name].0
    }

    /// A picture stored as floats `[3, H, W]`.
    fn planes(&self, name: &str) -> Picture {
        let &[3, height, width] = self.shape(name) else { panic!("{name} is no picture") };
        let rgb = interleaved(self.get(name), 3).into_iter().map(|value| value as f32).collect();
        Picture::new(width, height, rgb).unwrap()
    }

    /// A picture stored as bytes `[H, W, 3]`.
    fn bytes(&self, name: &str) -> Picture {
        let &[height, width, 3] = self.shape(name) else { panic!("{name} is no picture") };
        let rgb = self.get(name).iter().map(|byte| *byte as f32 / 255.0).collect();
        Picture::new(width, height, rgb).unwrap()
    }
}

/// `[C, N]` to `[N, C]`: PyTorch stores channels first, the engine stores them last.
fn interleaved(planes: &[f64], channels: usize) -> Vec<f64> {
    let count = planes.len() / channels;
    (0..planes.len()).map(|i| planes[i % channels * count + i / channels]).collect()
}

/// ‖found − expected‖ / ‖expected‖ must be at most `tolerance`.
fn close(what: &str, found: impl IntoIterator<Item = f32>, expected: &[f64], tolerance: f64) {
    let found: Vec<f64> = found.into_iter().map(f64::from).collect();
    assert_eq!(found.len(), expected.len(), "{what}: other number of values");
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|value| value * value).sum::<f64>().sqrt();
    let difference = norm(&mut found.iter().zip(expected).map(|(a, b)| a - b));
    let error = difference / norm(&mut expected.iter().copied());
    // The median shows whether an error is everywhere or in one patch.
    let mut each: Vec<f64> = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).collect();
    each.sort_by(f64::total_cmp);
    let median = each[each.len() / 2] * (each.len() as f64).sqrt() / norm(&mut expected.iter().copied());
    println!("{what}: {error:.2e}, by the median {median:.2e}");
    assert!(error <= tolerance, "{what}: relative error {error:.2e}, more than {tolerance:.0e}");
    assert!(median <= ONCE, "{what}: relative error {median:.2e} by the median, more than {ONCE:.0e}");
}

/// The whole curve, each entry by itself.
fn curves(what: &str, found: &[f32], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}: other number of steps");
    let errors: Vec<f64> =
        found.iter().zip(expected).map(|(a, b)| (f64::from(*a) - b).abs() / b.abs()).collect();
    let most = |errors: &[f64]| errors.iter().copied().fold(0.0, f64::max);
    let early = &errors[..errors.len().min(21)];
    println!("{what}: {:.2e} in {} steps, {:.2e} in all", most(early), early.len() - 1, most(&errors));
    // Written so that a NaN fails.
    assert!(early.iter().all(|error| *error <= EARLY), "{what}: {errors:?}");
    assert!(errors.iter().all(|error| *error <= LATE), "{what}: {errors:?}");
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    block_on(read_values(tensor)).unwrap()
}

fn real_weights() -> &'static Weights {
    static WEIGHTS: OnceLock<Weights> = OnceLock::new();
    WEIGHTS.get_or_init(|| weights::open(&crate::reference_data::vgg19(), false).expect("the weights"))
}

fn gpu() -> Device {
    static GPU: OnceLock<device::Gpu> = OnceLock::new();
    let gpu = GPU.get_or_init(|| {
        block_on(device::gpu()).expect("a GPU, or a software driver for one (mesa-vulkan-drivers)")
    });
    gpu.device.clone()
}

fn vgg(device: &Device) -> Vgg {
    Vgg::new(real_weights(), device).unwrap().storing(Storage::Full)
}

/// A run on pictures as they are.
fn transfer(vgg: &Vgg, photo: &Picture, painting: &Picture, options: &Options) -> StyleTransfer {
    block_on(StyleTransfer::new(vgg.clone(), photo, painting, options)).unwrap()
}

/// The losses before each step and after the last one.
fn course(transfer: &mut StyleTransfer, steps: u32) -> Vec<Losses> {
    let mut losses = Vec::new();
    for _ in 0..steps {
        block_on(transfer.step()).unwrap();
        losses.push(block_on(transfer.losses()).unwrap());
    }
    losses.push(block_on(transfer.evaluate()).unwrap());
    losses
}

/// The settings of `reference.safetensors`.
fn reference_options() -> Options {
    Options {
        size: Size::Original,
        steps: 50,
        schedule: Schedule::Single,
        tv_weight: 0.0,
        ..Options::default()
    }
}

/// `mean(F²)` of the features in each layer.
fn energies(layers: &[WeightedLayer], mut of: impl FnMut(Layer) -> Vec<f32>) -> Vec<f32> {
    let energy = |values: Vec<f32>| {
        let sum: f64 = values.iter().map(|value| f64::from(*value).powi(2)).sum();
        (sum / values.len() as f64) as f32
    };
    layers.iter().map(|&(layer, _)| energy(of(layer))).collect()
}

fn features_and_grams(device: &Device) {
    let file = File::open(&crate::reference_data::file("reference/reference.safetensors"));
    let vgg = vgg(device);
    let see = |name: &str, remainder| {
        vgg.forward(&vgg.upload(&file.planes(name)), Pooling::Max, remainder, Layer::Conv5_1)
    };
    let photo = see("image.content", Remainder::Kept);
    let painting = see("image.style", Remainder::Dropped);
    let options = reference_options();
    let layers = options.style_layers.iter().chain(&options.content_layers);
    for &(layer, _) in layers.clone() {
        let name = format!("features.content.{layer}");
        let &[channels, height, width] = file.shape(&name) else { panic!("{name}") };
        let found = photo.at(layer).clone();
        assert_eq!(found.dims(), [height, width, channels], "{name}");
        close(&name, values(found), &interleaved(file.get(&name), channels), ONCE);
    }
    for &(layer, _) in &options.style_layers {
        let name = format!("gram.style.{layer}");
        close(&name, values(gram_matrix(painting.at(layer))), file.get(&name), ONCE);
    }
}

fn losses_and_gradients(device: &Device) {
    let file = File::open(&crate::reference_data::file("reference/reference.safetensors"));
    let (photo, painting) = (file.planes("image.content"), file.planes("image.style"));
    let vgg = vgg(device);
    let at = |options: &Options, place: &str| {
        let picture = file.planes(&format!("{place}.image"));
        let mut transfer = transfer(&vgg, &photo, &painting, options);
        block_on(transfer.loss_and_gradient(&picture)).unwrap()
    };
    let both = reference_options();
    let style = Options { content_weight: 0.0, ..both.clone() };
    let content = Options { style_weight: 0.0, ..both.clone() };

    for place in ["start", "probe"] {
        let expected = |name: &str| file.get(&format!("{place}.{name}"));
        let gradient = |name: &str| interleaved(expected(name), 3);
        let (losses, found) = at(&both, place);
        close(&format!("{place}.loss"), [losses.total], expected("loss"), ONCE);
        close(&format!("{place}.loss_style"), [losses.style], expected("loss_style"), ONCE);
        close(&format!("{place}.grad"), found, &gradient("grad"), GRADIENT);
        let (losses, found) = at(&style, place);
        close(&format!("{place}.loss_style alone"), [losses.total], expected("loss_style"), ONCE);
        close(&format!("{place}.grad_style"), found, &gradient("grad_style"), GRADIENT);
    }
    let (losses, found) = at(&content, "probe");
    close("probe.loss_content", [losses.total], file.get("probe.loss_content"), ONCE);
    close("probe.grad_content", found, &interleaved(file.get("probe.grad_content"), 3), GRADIENT);
    // The photo has exactly zero distance from itself.
    let (losses, found) = at(&content, "start");
    assert!(losses.total == 0.0 && found.iter().all(|value| *value == 0.0), "content at the start");

    // The style loss of each layer alone.
    for (index, &layer) in both.style_layers.iter().enumerate() {
        let expected = file.get("weights.style")[index] * file.get("probe.S")[index];
        let (losses, _) = at(&Options { style_layers: vec![layer], ..style.clone() }, "probe");
        close(&format!("probe.S of {}", layer.0), [losses.style], &[expected], ONCE);
    }
}

fn fifty_steps(device: &Device) {
    let file = File::open(&crate::reference_data::file("reference/reference.safetensors"));
    let (photo, painting) = (file.planes("image.content"), file.planes("image.style"));
    let options = reference_options();
    let mut transfer = transfer(&vgg(device), &photo, &painting, &options);
    let found = course(&mut transfer, options.steps);
    let expected: Vec<f64> = file.get("adam.loss").iter().copied().step_by(3).collect();
    curves("adam.loss", &found.iter().map(|losses| losses.total).collect::<Vec<_>>(), &expected);
    assert!(found.iter().all(|losses| losses.tv == 0.0), "the variation weighs nothing here");
}

/// One case of `variants.safetensors`, in every respect.
fn variant(case: &str, device: &Device) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/variants.safetensors");
    let file = File::open(Path::new(path));
    let options: Options = serde_json::from_str(&file.metadata[case]).unwrap();
    // The frame is to be the picture itself.
    let options = Options { size: Size::Original, schedule: Schedule::Single, smooth_colors: 0, ..options };
    let name = |key: &str| format!("{case}.{key}");
    let (photo, painting) = (file.bytes(&name("photo")), file.bytes(&name("painting")));
    let vgg = vgg(device);

    let see =
        |picture, remainder| vgg.forward(&vgg.upload(picture), options.pooling, remainder, Layer::Conv5_1);
    let whole = photo.extended(Bleed::all_around(options.bleed()));
    let (of_photo, of_painting) = (see(&whole, Remainder::Kept), see(&painting, Remainder::Dropped));
    if !options.content_layers.is_empty() {
        let found = energies(&options.content_layers, |layer| values(of_photo.at(layer).clone()));
        close(&name("photo.energy"), found, file.get(&name("photo.energy")), ONCE);
    }
    let found = energies(&options.style_layers, |layer| values(gram_matrix(of_painting.at(layer))));
    close(&name("painting.energy"), found, file.get(&name("painting.energy")), ONCE);

    let mut transfer = transfer(&vgg, &photo, &painting, &options);
    let row = |losses: &Losses| [losses.total, losses.content, losses.style, losses.tv];
    for (place, picture) in [("start", photo), ("probe", file.bytes(&name("probe")))] {
        let (losses, gradient) = block_on(transfer.loss_and_gradient(&picture)).unwrap();
        let key = name(&format!("{place}.loss"));
        for ((part, found), expected) in
            ["total", "content", "style", "tv"].into_iter().zip(row(&losses)).zip(file.get(&key))
        {
            if *expected == 0.0 {
                assert!(found == 0.0, "{key} {part} is {found} instead of 0");
            } else {
                close(&format!("{key} {part}"), [found], &[*expected], ONCE);
            }
        }
        let key = name(&format!("{place}.grad"));
        close(&key, gradient, &interleaved(file.get(&key), 3), GRADIENT);
    }

    block_on(transfer.restart_from(&file.bytes(&name("photo")))).unwrap();
    let found = course(&mut transfer, options.steps);
    let expected: Vec<f64> = file.get(&name("trajectory")).iter().copied().step_by(4).collect();
    curves(&name("trajectory"), &found.iter().map(|losses| losses.total).collect::<Vec<_>>(), &expected);
    let frame = block_on(transfer.frame()).unwrap();
    let found = frame.rgba.as_chunks::<4>().0.iter().flat_map(|p| [p[0], p[1], p[2]]);
    let expected = interleaved(file.get(&name("final")), 3);
    // Half a step of rounding to bytes, and a little for paths that part.
    let off =
        found.zip(&expected).filter(|(byte, value)| (f64::from(*byte) - **value * 255.0).abs() > 0.6).count();
    println!("{case}.final: {off} of {} bytes off", expected.len());
    assert!(off * 200 <= expected.len(), "{case}.final: {off} of {} bytes are off", expected.len());
}

/// The tests, once for each device.
macro_rules! on {
    ($name:ident, $device:expr) => {
        mod $name {
            use super::*;

            #[test]
            #[cfg_attr(
                not(reference_data),
                ignore = "needs ../shared/vgg19 (or $IMPASTO_SHARED), which is not there"
            )]
            fn features_and_grams() {
                super::features_and_grams(&$device);
            }

            #[test]
            #[cfg_attr(
                not(reference_data),
                ignore = "needs ../shared/vgg19 (or $IMPASTO_SHARED), which is not there"
            )]
            fn losses_and_gradients() {
                super::losses_and_gradients(&$device);
            }

            #[test]
            #[cfg_attr(
                not(reference_data),
                ignore = "needs ../shared/vgg19 (or $IMPASTO_SHARED), which is not there"
            )]
            fn no_content_and_a_network_that_ends_early() {
                variant("shallow", &$device);
            }

            #[test]
            #[cfg_attr(
                not(reference_data),
                ignore = "needs ../shared/vgg19 (or $IMPASTO_SHARED), which is not there"
            )]
            fn neighbors_and_steps_on_a_pyramid() {
                variant("neighbors", &$device);
            }
        }
    };
}

on!(processor, device::cpu());
on!(gpu, gpu());

#[test]
#[cfg_attr(not(reference_data), ignore = "needs ../shared/vgg19 (or $IMPASTO_SHARED), which is not there")]
fn fifty_steps_on_the_processor() {
    fifty_steps(&device::cpu());
}

#[test]
#[cfg_attr(not(reference_data), ignore = "needs ../shared/vgg19 (or $IMPASTO_SHARED), which is not there")]
fn average_pooling() {
    variant("average", &device::cpu());
}

#[test]
#[cfg_attr(not(reference_data), ignore = "needs ../shared/vgg19 (or $IMPASTO_SHARED), which is not there")]
fn other_layers_and_weights_on_odd_sizes() {
    variant("layers", &device::cpu());
}

#[test]
#[cfg_attr(not(reference_data), ignore = "needs ../shared/vgg19 (or $IMPASTO_SHARED), which is not there")]
fn another_optimiser_and_total_variation() {
    variant("adam", &device::cpu());
}

#[test]
#[cfg_attr(not(reference_data), ignore = "needs ../shared/vgg19 (or $IMPASTO_SHARED), which is not there")]
fn a_bleed() {
    variant("bleed", &device::cpu());
}

/// On the GPU, too: their kernels are those of the other tests.
#[test]
#[ignore = "takes minutes on a GPU in software; needs ../shared/vgg19 (or $IMPASTO_SHARED)"]
fn other_variants_on_the_gpu() {
    fifty_steps(&gpu());
    for case in ["average", "layers", "adam", "bleed"] {
        variant(case, &gpu());
    }
}

/// Features and their gradients in 16 bits, the default on a GPU: each value is less exact, but the errors average
/// out in the sums.
#[test]
#[cfg_attr(not(reference_data), ignore = "needs ../shared/vgg19 (or $IMPASTO_SHARED), which is not there")]
fn halves_keep_the_course() {
    let file = File::open(&crate::reference_data::file("reference/reference.safetensors"));
    let (photo, painting) = (file.planes("image.content"), file.planes("image.style"));
    let options = reference_options();
    let vgg = Vgg::new(real_weights(), &gpu()).unwrap();
    let found = course(&mut transfer(&vgg, &photo, &painting, &options), options.steps);
    let expected = file.get("adam.loss").iter().step_by(3);
    let errors = found.iter().zip(expected).map(|(found, due)| (f64::from(found.total) - due).abs() / due);
    let most = errors.fold(0.0, f64::max);
    println!("halves: {most:.2e} in {} steps", options.steps);
    assert!(most <= HALVES, "a loss is off by {most:.2e}");
    // The features really have 16 bits.
    let features = vgg.forward(&vgg.upload(&photo), Pooling::Max, Remainder::Kept, Layer::Conv5_1);
    assert_eq!(features.at(Layer::Conv5_1).dtype(), DType::BF16);
}

/// Compares the best picture after the same number of evaluations: PyTorch's line search evaluates several times per
/// step, ours once.
#[test]
#[cfg_attr(not(reference_data), ignore = "needs ../shared/vgg19 (or $IMPASTO_SHARED), which is not there")]
fn lbfgs_needs_no_more_looks_than_pytorch_s() {
    // `torch.optim.LBFGS` of PyTorch 2.15 (f32, history 10, strong Wolfe line search, the picture clamped before each look),
    // the lowest loss after so many looks from the same start. Without a line search it has 0.1195, 0.1049, 0.0994, 0.0967.
    const PYTORCH: [(usize, f32); 4] = [(20, 0.1227), (30, 0.1075), (40, 0.1005), (50, 0.0971)];
    let file = File::open(&crate::reference_data::file("reference/reference.safetensors"));
    let (photo, painting) = (file.planes("image.content"), file.planes("image.style"));
    let options = Options { optimizer: Optimizer::Lbfgs, ..reference_options() };
    let found = course(&mut transfer(&vgg(&device::cpu()), &photo, &painting, &options), options.steps);
    for (looks, expected) in PYTORCH {
        let best = found[..=looks].iter().map(|losses| losses.total).fold(f32::MAX, f32::min);
        println!("after {looks} looks {best:.4}, PyTorch {expected}");
        assert!(best < 1.05 * expected, "after {looks} looks {best:.4}, PyTorch {expected}");
    }
    let adam = file.get("adam.loss")[3 * options.steps as usize];
    assert!(f64::from(found.last().unwrap().total) < 0.9 * adam, "not better than Adam's {adam}");
}
