//! Every GPU kernel against its CPU twin, on random data: tiny, odd and prime sizes, and sizes above one tile.

use burn::tensor::{Device, Tensor, TensorData};
use impasto::{
    device,
    kernels::{
        Map, adam, content, conv,
        conv::{Algorithm, Tile},
        frame, gram, normalize, pool, set_in_software, total_variation,
    },
    layer::Layer,
    options::{AdamOptions, Pooling},
    weights::Conv,
};
use pollster::block_on;
use rand::{RngExt as _, SeedableRng, rngs::StdRng};

/// The largest ‖out − ref‖/‖ref‖ that counts as equal: sums of a few thousand f32 in another order.
const TOLERANCE: f64 = 2e-6;

/// Heights and widths.
const SIZES: [(usize, usize); 9] =
    [(1, 1), (1, 7), (2, 2), (5, 3), (8, 8), (17, 13), (31, 37), (64, 48), (1100, 3)];

fn devices() -> [Device; 2] {
    // One device for all tests: each is a process of its own under nextest, a thread under cargo test.
    static GPU: std::sync::OnceLock<device::Gpu> = std::sync::OnceLock::new();
    let gpu = GPU.get_or_init(|| {
        block_on(device::gpu()).expect("a GPU adapter; `cargo xtask test` installs a software one")
    });
    [device::cpu(), gpu.device.clone()]
}

fn assert_no_fault_and_equal(what: &str, run: impl Fn(&Device) -> Vec<Vec<f32>>) {
    let [expected, got] = devices().map(|device| run(&device));
    assert_eq!(expected.len(), got.len(), "{what}");
    for (index, (expected, got)) in expected.iter().zip(&got).enumerate() {
        let error = relative_error(got, expected);
        assert!(error <= TOLERANCE, "{what}, output {index}: relative error {error:e}");
    }
}

fn relative_error(got: &[f32], expected: &[f32]) -> f64 {
    assert_eq!(got.len(), expected.len());
    let square = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let difference = square(&mut got.iter().zip(expected).map(|(&a, &b)| f64::from(a) - f64::from(b)));
    let norm = square(&mut expected.iter().map(|&v| f64::from(v)));
    if difference == 0.0 { 0.0 } else { difference / norm }
}

/// Random values in −1..1, the same on every device.
fn random<const D: usize>(seed: u64, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(random_values(seed, shape.iter().product()), shape), device)
}

fn random_values(seed: u64, count: usize) -> Vec<f32> {
    let mut random = StdRng::seed_from_u64(seed);
    (0..count).map(|_| random.random_range(-1.0..1.0)).collect()
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    block_on(frame::read_values(tensor)).expect("the device can be read")
}

fn total(tensor: Tensor<1>) -> Vec<f32> {
    vec![values(tensor).iter().map(|&v| f64::from(v)).sum::<f64>() as f32]
}

fn random_conv(seed: u64, in_channels: usize, out_channels: usize) -> Conv {
    Conv {
        layer: Layer::Conv1_1,
        out_channels,
        in_channels,
        weight: random_values(seed, out_channels * in_channels * 9),
        bias: random_values(seed + 1, out_channels),
    }
}

/// Channels in and out of a convolution: few, many, no multiples of a tile, more than one band of Winograd's.
const CHANNELS: [(usize, usize); 6] = [(3, 64), (4, 4), (12, 20), (64, 64), (128, 24), (12, 1024)];
const ALGORITHMS: [Algorithm; 3] =
    [Algorithm::Direct, Algorithm::Winograd(Tile::Two), Algorithm::Winograd(Tile::Four)];

#[test]
fn convolution_forward_agrees_with_its_twin() {
    for ((h, w), (inputs, outputs)) in combinations(SIZES, CHANNELS) {
        for algorithm in ALGORITHMS {
            assert_no_fault_and_equal(&format!("{algorithm:?}, {h}×{w}, {inputs} → {outputs}"), |device| {
                let conv = random_conv(1, inputs, outputs);
                let filter = conv::Filter::forward_by(&conv, Some(algorithm), device);
                let x: Map = random(2, [h, w, inputs.next_multiple_of(4)], device);
                with_each_tile(|| vec![values(conv::forward(&x, &filter))])
            });
        }
    }
}

#[test]
fn convolution_backward_agrees_with_its_twin() {
    for ((h, w), (outputs, inputs)) in combinations(SIZES, CHANNELS) {
        for algorithm in ALGORITHMS {
            assert_no_fault_and_equal(&format!("{algorithm:?}, {h}×{w}, {inputs} ← {outputs}"), |device| {
                let outputs = outputs.next_multiple_of(4);
                let conv = random_conv(3, inputs, outputs);
                let filter = conv::Filter::backward_by(&conv, Some(algorithm), device);
                let below = inputs.next_multiple_of(4);
                let gradient: Map = random(4, [h, w, outputs], device);
                let add: Map = random(5, [h, w, below], device);
                let features: Map = random(6, [h, w, below], device);
                let endings = [
                    (None, None),
                    (Some(&add), None),
                    (None, Some(&features)),
                    (Some(&add), Some(&features)),
                ];
                with_each_tile(|| {
                    let backward = |(add, features)| conv::backward(&gradient, &filter, add, features);
                    endings.map(|ending| values(backward(ending))).to_vec()
                })
            });
        }
    }
}

/// Hardware and software adapters compute in tiles of different sizes.
fn with_each_tile(run: impl Fn() -> Vec<Vec<f32>>) -> Vec<Vec<f32>> {
    // Tests beside this one may see the change, which is as good: every size must be right.
    let sizes = [true, false].into_iter().flat_map(|software| {
        set_in_software(software);
        run()
    });
    sizes.collect()
}

fn combinations<A: Copy, B: Copy, const M: usize, const N: usize>(a: [A; M], b: [B; N]) -> Vec<(A, B)> {
    a.into_iter().flat_map(|a| b.into_iter().map(move |b| (a, b))).collect()
}

#[test]
fn channel_mixing_and_relu_backward_agree_with_their_twins() {
    for (h, w) in SIZES {
        for c in [4, 12, 64, 100] {
            assert_no_fault_and_equal(&format!("{h}×{w}×{c}"), |device| {
                let x: Map = random(7, [h, w, c], device);
                let add: Map = random(8, [h, w, c], device);
                let matrix: Tensor<2> = random(9, [c, c], device);
                let mut found = with_each_tile(|| {
                    [None, Some(&add)].map(|add| values(conv::mix_channels(&x, &matrix, add))).to_vec()
                });
                found.push(values(conv::relu_backward(&x, &add)));
                found
            });
        }
    }
}

#[test]
fn pooling_agrees_with_its_twin() {
    for (h, w) in SIZES.into_iter().filter(|&(h, w)| h > 1 && w > 1) {
        for c in [4, 12, 64] {
            for pooling in [Pooling::Max, Pooling::Avg] {
                assert_no_fault_and_equal(&format!("{pooling:?} {h}×{w}×{c}"), |device| {
                    // Few different values, so that windows have equal maxima.
                    let coarse = |seed, shape| (random::<3>(seed, shape, device) * 3.0).round();
                    let x: Map = coarse(10, [h, w, c]);
                    let gradient: Map = random(11, [h / 2, w / 2, c], device);
                    let add: Map = random(12, [h, w, c], device);
                    vec![
                        values(pool::forward(&x, pooling)),
                        values(pool::backward(&x, &gradient, None, pooling)),
                        values(pool::backward(&x, &gradient, Some(&add), pooling)),
                    ]
                });
            }
        }
    }
}

#[test]
fn gram_agrees_with_its_twin() {
    for (h, w) in SIZES {
        for c in [4, 12, 20, 64, 256] {
            assert_no_fault_and_equal(&format!("{h}×{w}×{c}"), |device| {
                // Positive, as features are; otherwise the sums cancel and rounding is all that is left.
                let features: Map = random(13, [h, w, c], device).abs();
                let target: Tensor<2> = random(14, [c, c], device);
                let (difference, sums) = gram::residual(&features, &target, 0.7);
                vec![values(gram::gram_matrix(&features)), values(difference), total(sums)]
            });
        }
    }
}

#[test]
fn content_residual_agrees_with_its_twin() {
    for (h, w) in SIZES {
        for c in [4, 12, 512] {
            assert_no_fault_and_equal(&format!("{h}×{w}×{c}"), |device| {
                let (features, target) = (random(15, [h, w, c], device), random(16, [h, w, c], device));
                let (difference, sums) = content::residual(&features, &target, 0.3);
                vec![values(difference), total(sums)]
            });
        }
    }
}

#[test]
fn picture_kernels_agree_with_their_twins() {
    for (h, w) in SIZES {
        assert_no_fault_and_equal(&format!("{h}×{w}"), |device| {
            let picture: Map = random(17, [h, w, 4], device).abs();
            let opaque = Tensor::from_data(TensorData::new(vec![1.0f32, 1.0, 1.0, 0.0], [1, 1, 4]), device);
            let picture = picture * opaque;
            let gradient: Map = random(18, [h, w, 4], device);
            let (with_tv, sums) = total_variation::total_variation(&picture, &gradient, 0.4);
            let mut state = adam::State {
                first: gradient.zeros_like(),
                second: gradient.zeros_like(),
                x: picture.clone(),
            };
            for t in 1..4 {
                state = adam::step(&state, &(gradient.clone() / t as f32), t, AdamOptions::default());
            }
            let (rgba, read) = block_on(frame::read(&picture, vec![sums.clone()])).expect("read");
            vec![
                values(normalize::normalize(&picture, [0.4, 0.5, 0.6])),
                values(with_tv),
                total(sums),
                values(state.x),
                values(state.first),
                values(state.second),
                rgba.into_iter().map(f32::from).collect(),
                vec![read[0].iter().sum()],
            ]
        });
    }
}
