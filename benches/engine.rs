//! Measures the engine natively: a step at several sizes, and each kernel at the shapes of VGG-19.
//!
//! Run `cargo bench --profile dev`, with a filter such as `-- conv3_2` for a part of it. On a machine without a GPU
//! the "gpu" is Mesa's software driver. For measurements in a browser see `cargo xtask bench`.

use burn::tensor::{Device, Tensor, TensorData};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use impasto::{
    device,
    kernels::{
        Map, conv,
        conv::{Algorithm, Tile},
        gram, pool,
        readback::read_values,
    },
    network::Vgg,
    transfer::StyleTransfer,
};
use options::{Options, Pooling, Schedule};
use picture::{Picture, rect::Remainder};
use pollster::block_on;
use rand::{RngExt as _, SeedableRng, rngs::StdRng};
use weights::{Balance, Conv, Layer, Weights};

/// Long side of the pictures, square.
const SIZES: [usize; 3] = [64, 128, 256];

fn devices() -> Vec<(&'static str, Device)> {
    let mut devices = vec![("cpu", device::cpu())];
    match block_on(device::gpu()) {
        Ok(gpu) => devices.push(("gpu", gpu.device)),
        Err(failure) => eprintln!("without the GPU: {failure}"),
    }
    devices
}

/// VGG-19's shape with random weights: the time does not depend on their values.
fn network() -> Weights {
    let mut random = StdRng::seed_from_u64(1);
    let mut in_channels = 3;
    let convs = Layer::ALL.map(|layer| {
        let out_channels = layer.vgg19_channels();
        // He initialisation (He et al. 2015): activations keep their magnitude.
        let bound = (6.0 / (in_channels * 9) as f32).sqrt();
        let count = out_channels * in_channels * 9;
        let weight = (0..count).map(|_| random.random_range(-bound..bound)).collect();
        let conv = Conv { layer, out_channels, in_channels, weight, bias: vec![0.0; out_channels] };
        in_channels = out_channels;
        conv
    });
    Weights { name: "random".into(), mean: [0.5; 3], balance: Balance::default(), convs: convs.into() }
}

fn map(shape: [usize; 3], device: &Device) -> Map {
    let mut random = StdRng::seed_from_u64(2);
    let values = (0..shape.iter().product()).map(|_| random.random_range(0.0f32..1.0)).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Waits until the device has computed this.
fn wait<const D: usize>(tensor: Tensor<D>) {
    block_on(read_values(tensor)).expect("the device can be read");
}

fn steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("step");
    group.sample_size(10);
    let weights = network();
    for (name, device) in devices() {
        let vgg = Vgg::new(&weights, &device).expect("VGG-19 fits");
        for size in SIZES {
            let [photo, painting] = [3, 4].map(|seed| Picture::noise(size, size, seed));
            // Every step at this size.
            let options = Options { schedule: Schedule::Single, ..Options::default() };
            let new = StyleTransfer::new(vgg.clone(), &photo, &painting, &options);
            let mut transfer = block_on(new).expect("the options are the defaults");
            group.bench_function(BenchmarkId::new(name, size), |bencher| {
                bencher.iter(|| {
                    block_on(transfer.step()).unwrap();
                    block_on(transfer.frame()).expect("the device can be read")
                });
            });
        }
    }
}

fn kernels(criterion: &mut Criterion) {
    let weights = network();
    for (name, device) in devices() {
        // Each layer at the size that it has for a picture of 128×128; the middle layer of each block represents the
        // others.
        for (layer, side) in [
            (Layer::Conv1_1, 128),
            (Layer::Conv1_2, 128),
            (Layer::Conv2_2, 64),
            (Layer::Conv3_2, 32),
            (Layer::Conv4_2, 16),
            (Layer::Conv5_1, 8),
        ] {
            let conv = &weights.convs[layer.index()];
            let mut group = criterion.benchmark_group(format!("{layer} forward and backward"));
            group.sample_size(10);
            let below = map([side, side, conv.in_channels.next_multiple_of(4)], &device);
            let above = map([side, side, conv.out_channels], &device);
            let on_gpu = [Algorithm::Direct, Algorithm::Winograd(Tile::Two), Algorithm::Winograd(Tile::Four)]
                .map(Some);
            let algorithms = if name == "cpu" { vec![None] } else { on_gpu.to_vec() };
            for algorithm in algorithms {
                let forward = conv::Filter::forward(conv, algorithm, &device);
                let backward = conv::Filter::backward(conv, algorithm, &device);
                let id = algorithm.map_or(name.to_owned(), |algorithm| format!("{name}, {algorithm:?}"));
                group.bench_function(id, |bencher| {
                    bencher.iter(|| {
                        wait(conv::forward(&below, &forward));
                        wait(conv::backward(&above, &backward, None, Some(&below)));
                    });
                });
            }
            group.bench_function(format!("{name}, Gram matrix"), |bencher| {
                bencher.iter(|| wait(gram::gram_matrix(&above)));
            });
            group.bench_function(format!("{name}, pooling"), |bencher| {
                bencher.iter(|| {
                    let pooled = pool::forward(&above, Pooling::Max, Remainder::Kept);
                    wait(pool::backward(&above, &pooled, None, Pooling::Max));
                });
            });
        }
    }
}

criterion_group!(engine, steps, kernels);
criterion_main!(engine);
