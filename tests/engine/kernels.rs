//! Every GPU kernel against its CPU twin, on random data: tiny, odd and prime sizes, and sizes above one tile; with
//! maps of 32 bits a number and of 16.

use burn::tensor::{DType, Device, Tensor, TensorData, bf16};
use impasto::{
    device,
    kernels::{
        Map, Storage, adam, channel_mean, conv,
        conv::{Algorithm, Tile},
        crop,
        crop::Patch,
        frame, gram,
        inspect::launches_of,
        moments, neighbors,
        neighbors::Place,
        normalize, pool, pooled, pyramid, readback, resample, residual, scale_pixels, set_in_software,
        squares, total_variation, vectors,
    },
    optimizer::adam::start,
};
use options::{AdamOptions, Pooling};
use picture::{
    rect::{Rect, Remainder},
    resample::Filter,
};
use pollster::block_on;
use rand::{RngExt as _, SeedableRng, rngs::StdRng};
use weights::{Conv, Layer};

/// The largest ‖out − ref‖/‖ref‖ that counts as equal: sums of a few thousand f32 in another order.
const TOLERANCE: f64 = 3e-6;

/// Heights and widths.
const SIZES: [(usize, usize); 9] =
    [(1, 1), (1, 7), (2, 2), (5, 3), (8, 8), (17, 13), (31, 37), (64, 48), (1100, 3)];

/// The CPU; the GPU with the kernels of a hardware adapter, and with those of a software adapter, which have larger register
/// tiles.
fn devices() -> [(&'static str, Device); 3] {
    // The same devices for all tests: each is a process of its own under nextest, a thread under cargo test.
    static GPUS: std::sync::OnceLock<[device::Gpu; 2]> = std::sync::OnceLock::new();
    let [hardware, software] = GPUS.get_or_init(|| {
        [false, true].map(|software| {
            let gpu =
                block_on(device::gpu()).expect("a GPU adapter; `cargo xtask test` installs a software one");
            set_in_software(&gpu.device, software);
            gpu
        })
    });
    assert_ne!(hardware.device, software.device);
    [
        ("CPU", device::cpu()),
        ("GPU as hardware", hardware.device.clone()),
        ("GPU as software", software.device.clone()),
    ]
}

/// The output of a kernel: its values, and how they were stored.
struct Found {
    values: Vec<f32>,
    storage: Storage,
}

impl Found {
    fn full(values: Vec<f32>) -> Self {
        Self { values, storage: Storage::Full }
    }
}

fn assert_no_fault_and_equal(what: &str, run: impl Fn(&Device) -> Vec<Found>) {
    let [(_, cpu), gpus @ ..] = devices();
    let expected = run(&cpu);
    for (name, gpu) in gpus {
        assert_equal(&format!("{what}, {name}"), &run(&gpu), &expected);
    }
}

/// Compares all devices, by this algorithm, with the CPU twin.
fn assert_convolutions_equal(
    what: &str,
    algorithm: Algorithm,
    run: impl Fn(&Device, Algorithm) -> Vec<Found>,
) {
    let [(_, cpu), ..] = devices();
    let expected = run(&cpu, Algorithm::Direct);
    for (name, device) in devices() {
        // The CPU's direct convolution is the twin.
        if device != cpu || algorithm != Algorithm::Direct {
            assert_equal(&format!("{what}, {name}"), &run(&device, algorithm), &expected);
        }
    }
}

fn assert_equal(what: &str, got: &[Found], expected: &[Found]) {
    assert_eq!(expected.len(), got.len(), "{what}");
    for (index, (Found { values: expected, .. }, got)) in expected.iter().zip(got).enumerate() {
        let what = format!("{what}, output {index}");
        if got.storage == Storage::Half {
            assert_rounded(&what, &got.values, expected);
            continue;
        }
        let error = relative_error(&got.values, expected);
        assert!(error <= TOLERANCE, "{what}: relative error {error:e}");
    }
}

/// Each value must be the half next to what is expected, but for the rounding of the sum before it.
fn assert_rounded(what: &str, got: &[f32], expected: &[f32]) {
    assert_eq!(got.len(), expected.len(), "{what}");
    let largest = expected.iter().fold(0.0f32, |most, value| most.max(value.abs()));
    for (index, (&got, &expected)) in got.iter().zip(expected).enumerate() {
        // Half the distance of two neighbours, 8 bits apart at most.
        let most = expected.abs() / 256.0 + 4.0 * TOLERANCE as f32 * largest;
        assert!((got - expected).abs() <= most, "{what}, value {index}: {got} for {expected}");
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

/// A map as a kernel may meet it: as it is, or stored in halves. The processor gets the same numbers in 32 bits.
fn stored(map: Map, storage: Storage) -> Map {
    if storage == Storage::Full {
        return map;
    }
    let (shape, device) = (map.dims(), map.device());
    let halves: Vec<bf16> = values(map).values.into_iter().map(bf16::from_f32).collect();
    if device == device::cpu() {
        let rounded: Vec<f32> = halves.into_iter().map(bf16::to_f32).collect();
        Tensor::from_data(TensorData::new(rounded, shape), &device)
    } else {
        Tensor::from_data(TensorData::new(halves, shape), (&device, DType::BF16))
    }
}

fn values<const D: usize>(tensor: Tensor<D>) -> Found {
    let storage = if tensor.dtype() == DType::BF16 { Storage::Half } else { Storage::Full };
    Found { values: block_on(readback::read_values(tensor)).expect("the device can be read"), storage }
}

fn total(tensor: Tensor<1>) -> Found {
    Found::full(vec![values(tensor).values.iter().map(|&v| f64::from(v)).sum::<f64>() as f32])
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
const STORAGES: [Storage; 2] = [Storage::Full, Storage::Half];

type Size = (usize, usize);

/// Pictures with more pixels take several tiles of every kernel.
const LARGE: usize = 500;

/// Every convolution of the tests: all sizes in 32 bits; with halves, which are the same code but for how a number is
/// read and written, those that differ most.
fn convolutions() -> Vec<(Size, Size, Algorithm, [Storage; 2])> {
    let shapes = combinations(combinations(SIZES, CHANNELS), ALGORITHMS);
    let all = combinations(shapes, combinations(STORAGES, STORAGES)).into_iter();
    all.map(|(((size, channels), algorithm), (from, to))| (size, channels, algorithm, [from, to]))
        .filter(|&(size, channels, algorithm, storages)| {
            let few = matches!(size, (1, 1) | (17, 13)) && matches!(channels, (3, 64) | (12, 20 | 1024));
            // Many channels at large sizes are slow in software: once for each of Winograd's tiles, in several bands.
            let large = channels.1 > 1000 && size.0 > 20;
            let banded = match algorithm {
                Algorithm::Winograd(Tile::Two) => size == (31, 37),
                Algorithm::Winograd(Tile::Four) => size == (64, 48),
                Algorithm::Direct => false,
            };
            few || storages == [Storage::Full; 2] && (!large || banded)
        })
        .collect()
}

#[test]
fn convolution_forward_agrees_with_its_twin() {
    for ((h, w), (inputs, outputs), algorithm, [from, to]) in convolutions() {
        let what = format!("{algorithm:?}, {h}×{w}, {inputs} → {outputs}, {from:?} → {to:?}");
        assert_convolutions_equal(&what, algorithm, |device, algorithm| {
            let conv = random_conv(1, inputs, outputs);
            let filter = conv::Filter::forward(&conv, Some(algorithm), device).storing(to);
            let x = stored(random(2, [h, w, inputs.next_multiple_of(4)], device), from);
            vec![values(conv::forward(&x, &filter))]
        });
    }
}

/// The padding is zero after the mean was subtracted.
#[test]
fn convolution_of_a_picture_subtracts_its_mean() {
    for ((size @ (h, w), outputs), algorithm) in combinations(combinations(SIZES, [4, 20, 64]), ALGORITHMS) {
        assert_convolutions_equal(
            &format!("{algorithm:?}, {size:?}, {outputs}"),
            algorithm,
            |device, algorithm| {
                let picture: Map = random(60, [h, w, 4], device);
                let mean = [0.4, -0.5, 0.6];
                let filter = || conv::Filter::forward(&random_conv(61, 3, outputs), Some(algorithm), device);
                let got = conv::forward(&picture, &filter().centring(mean));
                let apart = conv::forward(&normalize::cpu(&picture, mean), &filter());
                let [got, apart] = [got, apart].map(values);
                let error = relative_error(&got.values, &apart.values);
                assert!(
                    error <= TOLERANCE,
                    "{algorithm:?}, {size:?}, {outputs}: {error:e} {:?}",
                    device.as_dispatch()
                );
                vec![got]
            },
        );
    }
}

#[test]
fn convolution_backward_agrees_with_its_twin() {
    for ((h, w), (outputs, inputs), algorithm, [from, to]) in convolutions() {
        let what = format!("{algorithm:?}, {h}×{w}, {inputs} ← {outputs}, {to:?} ← {from:?}");
        assert_convolutions_equal(&what, algorithm, |device, algorithm| {
            let outputs = outputs.next_multiple_of(4);
            let conv = random_conv(3, inputs, outputs);
            let filter = conv::Filter::backward(&conv, Some(algorithm), device).storing(to);
            let below = inputs.next_multiple_of(4);
            let gradient = stored(random(4, [h, w, outputs], device), from);
            let add = stored(random(5, [h, w, below], device), to);
            let features = stored(random(6, [h, w, below], device), to);
            let endings =
                [(None, None), (Some(&add), None), (None, Some(&features)), (Some(&add), Some(&features))];
            let backward = |(add, features)| conv::backward(&gradient, &filter, add, features);
            // Each ending has shaders of its own; what they do at a pixel does not depend on the size, so one will do for large ones.
            let first = if h * w > LARGE { endings.len() - 1 } else { 0 };
            endings[first..].iter().map(|ending| values(backward(*ending))).collect()
        });
    }
}

/// Of the convolutions above those with a pooling beside them; values are coarse, so that windows have equal maxima.
#[test]
fn convolutions_with_pooling_agree_with_their_twins() {
    for (((h, w), (inputs, outputs), algorithm, [from, to]), pooling) in
        combinations(convolutions(), [Pooling::Max, Pooling::Avg])
    {
        let is_large = h * w > LARGE && (inputs, outputs) != (64, 64);
        if (h, w) == (64, 48) && is_large || outputs > 1000 && h > 20 || pooling == Pooling::Avg && is_large {
            continue; // the largest once, and means with one pair of channels
        }
        let what = format!("{pooling:?}, {algorithm:?}, {h}×{w}, {inputs} → {outputs}, {from:?} → {to:?}");
        assert_convolutions_equal(&what, algorithm, |device, algorithm| {
            let conv = random_conv(50, inputs, outputs);
            let x = stored(random(52, [h, w, inputs.next_multiple_of(4)], device), from);
            let filter = conv::Filter::forward(&conv, Some(algorithm), device).storing(to);
            let mut found = Vec::new();
            for remainder in [Remainder::Kept, Remainder::Dropped] {
                if remainder == Remainder::Kept || h > 1 && w > 1 {
                    let (y, pooled) = pooled::forward(&x, &filter, pooling, remainder);
                    // In halves two launches round twice where they average.
                    let once = to == Storage::Full || pooling == Pooling::Max;
                    found.extend(once.then(|| values(pooled)).into_iter().chain([values(y)]));
                }
            }
            let (below, above) = (outputs, inputs.next_multiple_of(4));
            let conv = random_conv(51, below, above);
            let filter = conv::Filter::backward(&conv, Some(algorithm), device).storing(to);
            let coarse = |seed| (random::<3>(seed, [h, w, below], device) * 3.0).round();
            let (features, add) = (stored(coarse(53), to), stored(random(54, [h, w, below], device), to));
            let gradient = stored(random(55, [h.div_ceil(2), w.div_ceil(2), above], device), from);
            // As above.
            for add in [None, (to == Storage::Full).then_some(&add)] {
                found.push(values(pooled::backward(&gradient, &filter, &features, add, pooling)));
            }
            found
        });
    }
}

fn combinations<A: Copy, B: Copy>(a: impl AsRef<[A]>, b: impl AsRef<[B]>) -> Vec<(A, B)> {
    a.as_ref().iter().flat_map(|&a| b.as_ref().iter().map(move |&b| (a, b))).collect()
}

#[test]
fn conv1x1_and_relu_backward_agree_with_their_twins() {
    for (h, w) in SIZES {
        for (c, storage) in combinations([4, 12, 64, 100], STORAGES) {
            assert_no_fault_and_equal(&format!("{h}×{w}×{c}, {storage:?}"), |device| {
                let x = stored(random(7, [h, w, c], device), storage);
                let add = stored(random(8, [h, w, c], device), storage);
                let matrix: Tensor<2> = random(9, [c, c], device);
                let offset: Tensor<1> = random(10, [c], device);
                let mut found: Vec<Found> =
                    [(None, None), (None, Some(&add)), (Some(&offset), None), (Some(&offset), Some(&add))]
                        .map(|(offset, add)| values(conv::conv1x1(&x, &matrix, offset, add)))
                        .into();
                found.push(values(conv::relu_backward(&x, &add)));
                found
            });
        }
    }
}

#[test]
fn scaling_of_pixels_agrees_with_its_twin() {
    for (h, w) in SIZES {
        for (c, storage) in combinations([4, 12, 64], STORAGES) {
            assert_no_fault_and_equal(&format!("{h}×{w}×{c}, {storage:?}"), |device| {
                let map = stored(random(10, [h, w, c], device), storage);
                let add = stored(random(11, [h, w, c], device), storage);
                let weights = random(12, [h, w], device);
                [None, Some(&add)].map(|add| values(scale_pixels::scale_pixels(&map, &weights, add))).into()
            });
        }
    }
}

#[test]
fn the_mean_of_channels_agrees_with_its_twin() {
    for (h, w) in SIZES {
        assert_no_fault_and_equal(&format!("{h}×{w}"), |device| {
            let map = random(14, [h, w, 4], device);
            vec![values(channel_mean::channel_mean(&map))]
        });
    }
}

#[test]
fn cropping_and_assembling_agree_with_their_twins() {
    for (h, w) in SIZES {
        for (c, storage) in combinations([4, 12], STORAGES) {
            assert_no_fault_and_equal(&format!("{h}×{w}×{c}, {storage:?}"), |device| {
                let map = stored(random(13, [h, w, c], device), storage);
                let (x, y) = (w / 3, h / 2);
                let part = Rect { x, y, width: (w - x).div_ceil(2), height: h - y };
                let mut found =
                    vec![values(crop::crop(&map, part)), values(crop::crop(&map, Rect::whole((w, h))))];
                // Two columns, each with one of its neighbour's where there is one, put together again.
                let columns =
                    [Rect { x: 0, y: 0, width: x, height: h }, Rect { x, y: 0, width: w - x, height: h }];
                let patches = columns.into_iter().filter(|column| column.width > 0).map(|to| {
                    let outer = Rect { x: to.x.saturating_sub(1), width: to.width + to.x.min(1), ..to };
                    Patch { map: crop::crop(&map, outer), from: to.within(outer), to }
                });
                found.push(values(crop::assemble((w, h), patches)));
                found
            });
        }
    }
}

#[test]
fn pooling_agrees_with_its_twin() {
    for (h, w) in SIZES {
        for (c, storage) in combinations([4, 12, 64], STORAGES) {
            for pooling in [Pooling::Max, Pooling::Avg] {
                assert_no_fault_and_equal(&format!("{pooling:?} {h}×{w}×{c}, {storage:?}"), |device| {
                    // Few different values, so that windows have equal maxima.
                    let coarse = |seed, shape| (random::<3>(seed, shape, device) * 3.0).round();
                    let x = stored(coarse(10, [h, w, c]), storage);
                    let gradient = stored(random(11, [h.div_ceil(2), w.div_ceil(2), c], device), storage);
                    let add = stored(random(12, [h, w, c], device), storage);
                    let dropped = (h > 1 && w > 1).then(|| pool::forward(&x, pooling, Remainder::Dropped));
                    let found = vec![
                        values(pool::forward(&x, pooling, Remainder::Kept)),
                        values(pool::backward(&x, &gradient, None, pooling)),
                        values(pool::backward(&x, &gradient, Some(&add), pooling)),
                    ];
                    found.into_iter().chain(dropped.map(values)).collect()
                });
            }
        }
    }
}

#[test]
fn gram_matrix_mean_and_covariance_agree_with_their_twins() {
    for (h, w) in SIZES {
        for (c, storage) in combinations([4, 12, 20, 64, 256], STORAGES) {
            assert_no_fault_and_equal(&format!("{h}×{w}×{c}, {storage:?}"), |device| {
                // Positive, as features are; otherwise the sums cancel and rounding is all that is left.
                let features = stored(random(13, [h, w, c], device).abs(), storage);
                vec![values(gram::gram_matrix(&features)), values(moments::mean(&features))]
            });
        }
    }
    for c in [4, 12, 20, 64, 512] {
        assert_no_fault_and_equal(&format!("{c}"), |device| {
            let matrix: Tensor<2> = random(14, [c, c], device);
            let [mean, add] = [15, 16].map(|seed| random::<1>(seed, [c], device));
            vec![values(moments::covariance(&matrix, &mean)), values(moments::offset(&mean, &matrix, &add))]
        });
    }
}

/// As many layers as fit into a launch, fewer, and more; of different sizes and with different factors.
#[test]
fn gram_residuals_agree_with_their_twins() {
    let layers = [(17, 13, 64), (8, 8, 12), (5, 3, 256), (31, 37, 4), (1, 1, 20), (64, 48, 100), (1, 7, 36)];
    for (count, storage) in combinations([1, 2, 5, 7], STORAGES) {
        assert_no_fault_and_equal(&format!("{count} layers, {storage:?}"), |device| {
            let maps: Vec<Map> = layers
                .iter()
                .map(|&(h, w, c)| stored(random(20, [h, w, c], device).abs(), storage))
                .collect();
            let targets: Vec<Tensor<2>> = layers.iter().map(|&(.., c)| random(21, [c, c], device)).collect();
            let compared = maps.iter().zip(&targets).zip(1..).map(|((features, target), number)| {
                gram::Compared { features, target, scale: number as f32, factor: 0.5 / number as f32 }
            });
            let (matrices, sums) = gram::residuals(&compared.take(count).collect::<Vec<_>>());
            let sum = sums.into_iter().map(|sums| total(sums).values[0]).sum();
            matrices.into_iter().map(values).chain([Found::full(vec![sum])]).collect()
        });
    }
}

#[test]
fn residual_agrees_with_its_twin() {
    for (h, w) in SIZES {
        for (c, storage) in combinations([4, 12, 512], STORAGES) {
            assert_no_fault_and_equal(&format!("{h}×{w}×{c}, {storage:?}"), |device| {
                let [features, target] =
                    [15, 16].map(|seed| stored(random(seed, [h, w, c], device), storage));
                let weights: Tensor<2> = random(17, [h, w], device).abs();
                let mut found = Vec::new();
                for weights in [None, Some(&weights)] {
                    let (difference, sums) = residual::residual(&features, &target, weights, 0.3);
                    found.extend([values(difference), total(sums)]);
                }
                found
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
            // In memory of its own each time: the kernels write in place.
            let gradient = || -> Map { random(18, [h, w, 4], device) };
            let (with_tv, sums) = total_variation::total_variation(&picture, gradient(), None, 0.4);
            let editable: Tensor<2> = random(19, [h, w], device);
            let (masked, _) = total_variation::total_variation(&picture, gradient(), Some(&editable), 0.4);
            let zeros = || gradient() * 0.0;
            let moments = adam::Moments { first: zeros(), second: zeros() };
            let mut state = adam::AdamState { x: picture.clone() + 0.0, levels: vec![moments], steps: 0 };
            for t in 1..4 {
                adam::step(&mut state, &(gradient() / t as f32), None, AdamOptions::default());
            }
            let (rgba, read) = block_on(frame::read(&picture, vec![sums.clone()])).expect("read");
            vec![
                values(normalize::normalize(&picture, [0.4, 0.5, 0.6])),
                values(with_tv),
                values(masked),
                total(sums),
                values(state.x),
                values(state.levels[0].first.clone()),
                values(state.levels[0].second.clone()),
                Found::full(rgba.into_iter().map(f32::from).collect()),
                Found::full(vec![read[0].iter().sum()]),
            ]
        });
    }
}

#[test]
fn vector_kernels_agree_with_their_twins() {
    for (h, w) in SIZES {
        assert_no_fault_and_equal(&format!("{h}×{w}"), |device| {
            // Many values lie at the bounds, and some are where they were.
            let picture = |seed| (random(seed, [h, w, 4], device) * 2.0f32).clamp(0.0, 1.0);
            let (to, from): (Map, Map) = (picture(20), picture(21));
            let [gradient_to, gradient_from] = [22, 23].map(|seed| random(seed, [h, w, 4], device));
            let pair = vectors::curvature_pair(&to, &from, &gradient_to, &gradient_from);
            let mut found: Vec<Found> = pair.iter().cloned().map(values).collect();

            // More than fit into one launch; positive, so that nothing cancels.
            let others: Vec<Map> = (30..39).map(|seed| random::<3>(seed, [h, w, 4], device).abs()).collect();
            for count in [1, 4, 9] {
                let others: Vec<&Map> = others[..count].iter().collect();
                let sums = vectors::dots([&to, &from, others[0]], &others);
                let sums = block_on(readback::read_vectors(sums)).expect("read");
                let dots = vectors::read_dots(&sums, count);
                assert_eq!(dots.len(), count);
                found.push(Found::full(dots.into_iter().flatten().map(|dot| dot as f32).collect()));
                let parts: Vec<_> =
                    others.iter().enumerate().map(|(at, &vector)| (at as f32 + 0.5, vector)).collect();
                found.push(values(vectors::weighted_sum(&parts)));
            }
            found.push(values(vectors::moved(&to, 0.3, &gradient_from, &pair[2])));
            found
        });
    }
}

#[test]
fn launches_are_listed_instead_of_queued() {
    let [_, (_, gpu), _] = devices();
    let map = |value: f32| Tensor::<3>::from_data(TensorData::new(vec![value; 8 * 8 * 8], [8, 8, 8]), &gpu);
    let features = map(1.0);
    let (_, launches) = launches_of(|| (gram::gram_matrix(&features), gram::gram_matrix(&features)));
    let [partial, sum, again, _] = &launches[..] else { panic!("{launches:?}") };
    assert!(partial.name.contains("GramBlocks") && partial.text.contains("@compute"), "{}", partial.name);
    assert_eq!((partial.workgroup, partial.parameters[1]), ([64, 1, 1], 8 * 8), "a workgroup and the pixels");
    assert_eq!((partial.buffers[0].1, sum.buffers.len()), (8 * 8 * 8 * 4, 2));
    assert_eq!(partial.buffers.last(), sum.buffers.first(), "the one reads what the other has written");
    assert_eq!((&partial.text, &partial.buffers[0]), (&again.text, &again.buffers[0]));
    // And after it everything is queued again.
    let gram = block_on(readback::read_values(gram::gram_matrix(&features))).unwrap();
    assert!(gram.iter().all(|value| (value - 0.125).abs() < 1e-6), "{gram:?}");
}

#[test]
fn resampling_agrees_with_its_twin() {
    let sizes = [(1, 1), (2, 3), (7, 5), (13, 31), (37, 17), (97, 61)];
    for ((w, h), to) in combinations(sizes, sizes) {
        assert_no_fault_and_equal(&format!("{w}×{h} to {to:?}"), |device| {
            // Positive, so that no sum nearly cancels.
            let map: Map = random(40, [h, w, 4], device).abs();
            let mut found = Vec::new();
            for filter in [Filter::Bilinear, Filter::Bicubic] {
                found.push(values(resample::resample(&map, to, filter, 0.3)));
                if *device == device::cpu() {
                    let [own, twin] =
                        [resample::resample(&map, to, filter, 1.0), resample::resample_cpu(&map, to, filter)];
                    let error = relative_error(&values(own).values, &values(twin).values);
                    assert!(error <= TOLERANCE, "{w}×{h} to {to:?}, {filter:?}: relative error {error:e}");
                }
            }
            let (before, after) = (random(41, [h, w, 4], device), random(42, [to.1, to.0, 4], device));
            found.push(values(resample::enlarged(&map, None, to)));
            found.push(values(resample::enlarged(&map, Some((&before, &after)), to)));
            found
        });
    }
}

#[test]
fn squares_agree_with_their_twin() {
    for (h, w) in SIZES {
        for (c, storage) in combinations([4, 12, 512], STORAGES) {
            assert_no_fault_and_equal(&format!("{h}×{w}×{c}, {storage:?}"), |device| {
                let map = stored(random(43, [h, w, c], device), storage);
                vec![total(squares::squares(&map))]
            });
        }
    }
}

/// Sides of a map, rows of a sample, targets, channels: tiny, odd, prime, more than one block and more than one span.
const SAMPLES: [(Size, usize, usize, usize); 7] = [
    ((1, 1), 1, 1, 4),
    ((3, 2), 3, 2, 8),
    ((5, 3), 7, 5, 12),
    ((7, 11), 33, 65, 20),
    ((17, 13), 67, 257, 100),
    ((31, 37), 130, 300, 64),
    ((29, 41), 257, 1031, 36),
];

/// Different pixels; some rows have none, and the weights of the others add up to 1.
fn places((h, w): Size, rows: usize) -> Vec<Place> {
    let there =
        |row: usize| Some(row * 7 % (h * w)).filter(|_| row < h * w && row % 5 != 3 && (h * w) % 7 != 0);
    let weights: Vec<f32> = (0..rows).map(|row| there(row).map_or(0.0, |_| 1.0 + (row % 3) as f32)).collect();
    let sum: f32 = weights.iter().sum::<f32>().max(1.0);
    weights
        .into_iter()
        .enumerate()
        .map(|(row, weight)| Place { pixel: there(row), weight: weight / sum })
        .collect()
}

/// Whole numbers from −2 to 2.
fn whole<const D: usize>(seed: u64, shape: [usize; D], device: &Device) -> Tensor<D> {
    let numbers =
        random_values(seed, shape.iter().product()).into_iter().map(|v| (v * 2.4).round()).collect();
    Tensor::from_data(TensorData::new::<f32, _>(numbers, shape), device)
}

#[test]
fn neighbors_agree_with_their_twins() {
    for ((size @ (h, w), n, m, c), storage) in combinations(SAMPLES, STORAGES) {
        assert_no_fault_and_equal(&format!("{h}×{w}×{c}, {n} of {m}, {storage:?}"), |device| {
            let map = stored(random(50, [h, w, c], device).abs(), storage);
            let places = neighbors::upload_places(&places(size, n), device);
            let rows = neighbors::gather(&map, &places, None);
            let kept = neighbors::gather(&map, &places, Some(random(51, [n, c], device)));
            let sample = neighbors::centred(&random(52, [n, c], device), &places);
            let mut found = vec![values(rows), values(kept), values(sample.units), values(sample.lengths)];

            // Products of whole numbers are exact on every device, and many are equal: the first must win everywhere.
            let lengths = random(54, [n], device).abs() + 0.5;
            let sample = neighbors::Sample { units: whole(53, [n, c], device), lengths };
            let (pull, losses) = neighbors::pull(&sample, &whole(55, [m, c], device), &places, 0.7);
            found.extend([values(pull.rows), values(pull.sum), values(losses)]);

            // What cannot be exact is compared with what the processor made of the same numbers.
            let pull = neighbors::Pull { rows: random(56, [n, c], device), sum: random(57, [c], device) };
            let there = stored(random(58, [h, w, c], device), storage);
            for map in [None, Some(there)] {
                found.push(values(neighbors::spread(
                    map,
                    &stored(random(59, [h, w, c], device), storage),
                    &pull,
                    &places,
                )));
            }
            found
        });
    }
}

#[test]
fn a_feature_at_the_mean_is_not_pulled() {
    for (name, device) in devices() {
        let rows: Tensor<2> = random::<2>(60, [1, 8], &device).abs() + Tensor::<2>::zeros([3, 8], &device);
        let places: Vec<_> =
            (0..3).map(|pixel| Place { pixel: Some(pixel), weight: 0.25 * (1 + pixel % 2) as f32 }).collect();
        let places = neighbors::upload_places(&places, &device);
        let sample = neighbors::centred(&rows, &places);
        let targets = neighbors::centred(&random(61, [3, 8], &device), &places).units;
        let (pull, losses) = neighbors::pull(&sample, &targets, &places, 1.0);
        let losses = values(losses).values;
        assert!(losses.iter().all(|loss| loss.is_finite()), "{name}: {losses:?}");
        assert!(values(pull.rows).values.iter().all(|value| value.abs() < 1e-3), "{name}");
    }
}

/// Heights and widths of a level and of the next coarser one.
fn halvings() -> Vec<([usize; 2], [usize; 2])> {
    let sizes = [[8, 9], [9, 8], [17, 11], [31, 37], [64, 48], [67, 131]];
    sizes
        .iter()
        .flat_map(|&size| {
            let levels = pyramid::levels(size);
            levels.clone().into_iter().zip(levels.into_iter().skip(1)).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn a_pyramid_has_five_halvings_and_no_side_below_four() {
    assert_eq!(pyramid::levels([256, 171]), [[256, 171], [128, 85], [64, 42], [32, 21], [16, 10], [8, 5]]);
    assert_eq!(pyramid::levels([91, 61]), [[91, 61], [45, 30], [22, 15], [11, 7]]);
    assert_eq!(pyramid::levels([7, 100]), [[7, 100]]);
}

#[test]
fn the_reduction_of_a_pyramid_is_the_adjoint_of_its_enlargement() {
    for ([h, w], [to_h, to_w]) in halvings() {
        let what = format!("{h}×{w}");
        assert_no_fault_and_equal(&what, |device| {
            let gradient: Map = random(70, [h, w, 4], device).abs();
            vec![values(pyramid::reduced(&gradient, [to_h, to_w]))]
        });
        for (name, device) in devices() {
            let (fine, coarse): (Map, Map) =
                (random(71, [h, w, 4], &device), random(72, [to_h, to_w, 4], &device));
            let dot = |a: &Map, b: &Map| -> f64 {
                let [a, b] = [a, b].map(|map| values(map.clone()).values);
                a.iter().zip(&b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
            };
            let enlarged = resample::resample(&coarse, (w, h), Filter::Bilinear, 1.0);
            let reduced = pyramid::reduced(&fine, [to_h, to_w]);
            let (there, back) = (dot(&enlarged, &fine), dot(&coarse, &reduced));
            let scale = dot(&coarse, &coarse).sqrt() * dot(&reduced, &reduced).sqrt();
            assert!((there - back).abs() < 1e-6 * scale, "{what}, {name}: {there} and {back}");
            if device == device::cpu() {
                let twin = pyramid::reduced_cpu(&fine, [to_h, to_w]);
                let error = relative_error(&values(reduced).values, &values(twin).values);
                assert!(error <= TOLERANCE, "{what}: relative error {error:e}");
            }
        }
    }
}

/// Steps of Adam on coefficients that are stored, from the definition of the pyramid: x = p₀ + U(p₁ + U(p₂ + …)).
fn on_coefficients(x: &Map, wanted: &Map, steps: i32, options: AdamOptions) -> Map {
    let [h, w, _] = x.dims();
    let sizes = pyramid::levels([h, w]);
    let enlarged = |map: &Map, [h, w]: [usize; 2]| resample::resample_cpu(map, (w, h), Filter::Bilinear);
    let zeros = |[h, w]: [usize; 2]| Map::zeros([h, w, 4], &x.device());
    let mut coefficients: Vec<Map> = sizes.iter().map(|&size| zeros(size)).collect();
    coefficients[0] = x.clone();
    let mut moments: Vec<[Map; 2]> = sizes.iter().map(|&size| [zeros(size), zeros(size)]).collect();
    let picture = |coefficients: &[Map]| {
        let mut sum = coefficients[coefficients.len() - 1].clone();
        for (level, size) in coefficients.iter().zip(&sizes).rev().skip(1) {
            sum = level.clone() + enlarged(&sum, *size);
        }
        sum
    };
    for t in 1..=steps {
        let mut gradient = picture(&coefficients) - wanted.clone();
        for (level, [first, second]) in moments.iter_mut().enumerate() {
            if level > 0 {
                gradient = pyramid::reduced_cpu(&gradient, sizes[level]);
            }
            *first = first.clone() * options.beta1 + gradient.clone() * (1.0 - options.beta1);
            *second =
                second.clone() * options.beta2 + gradient.clone() * gradient.clone() * (1.0 - options.beta2);
            let estimate = first.clone() / (1.0 - options.beta1.powi(t));
            let root = (second.clone() / (1.0 - options.beta2.powi(t))).sqrt() + options.epsilon;
            coefficients[level] = coefficients[level].clone() - estimate / root * options.learning_rate;
        }
    }
    picture(&coefficients)
}

#[test]
fn steps_on_a_pyramid_are_those_of_its_coefficients() {
    for (h, w) in [(8, 8), (17, 11), (37, 31), (67, 131)] {
        // Nowhere near the bounds, which the picture is clamped to and coefficients are not. Where epsilon is near the size of the
        // gradients, rounding does not decide the sign of a step.
        let options = AdamOptions { learning_rate: 0.01, epsilon: 0.1, ..AdamOptions::default() };
        let mut by_device = Vec::new();
        for (name, device) in devices() {
            let picture = |seed| -> Map { random(seed, [h, w, 4], &device) * 0.1 + 0.5 };
            let (x, wanted) = (picture(73), picture(74));
            let mut state = start(x.clone() + 0.0, true);
            for _ in 0..10 {
                let gradient = state.x.clone() - wanted.clone();
                adam::step(&mut state, &gradient, None, options);
            }
            let found = values(state.x.clone()).values;
            if by_device.is_empty() {
                by_device = values(on_coefficients(&x, &wanted, 10, options)).values;
            }
            let before = values(x).values;
            let moved =
                |now: &[f32]| now.iter().zip(&before).map(|(now, before)| now - before).collect::<Vec<_>>();
            let error = relative_error(&moved(&found), &moved(&by_device));
            assert!(error < 1e-4, "{h}×{w}, {name}: relative error {error:e}");
        }
    }
}

#[test]
fn steps_on_a_pyramid_leave_what_is_protected() {
    for (name, device) in devices() {
        let x: Map = random(75, [37, 31, 4], &device).abs();
        let editable = (random::<2>(76, [37, 31], &device) * 0.5 + 0.5).round();
        let mut state = start(x.clone() + 0.0, true);
        adam::step(&mut state, &random(77, [37, 31, 4], &device), Some(&editable), AdamOptions::default());
        let [before, after, editable] =
            [values(x), values(state.x), values(editable)].map(|found| found.values);
        for ((before, after), editable) in before.chunks(4).zip(after.chunks(4)).zip(editable) {
            assert_eq!(before != after, editable > 0.0, "{name}");
        }
    }
}
