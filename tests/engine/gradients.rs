//! Checks the hand-written backward pass against Burn's automatic differentiation and against finite differences, for
//! a small random network, on both devices.

use std::ops::Range;

use burn::tensor::{Device, Tensor, TensorData};
use impasto::{
    device,
    kernels::{Map, Storage, gram, total_variation::total_variation_cpu},
    network::Vgg,
    sources::{Painting, Sources},
    transfer::StyleTransfer,
};
use options::{Options, Padding, Pooling, StyleLoss};
use picture::{
    Picture,
    mask::Mask,
    rect::{Rect, Remainder},
};
use pollster::block_on;
use rand::{RngExt as _, SeedableRng, rngs::StdRng};
use weights::{Balance, Conv, Layer, Weights};

/// VGG-19's shape with few channels; variance-preserving random weights, so that all layers respond.
fn network() -> Weights {
    let mut random = StdRng::seed_from_u64(1);
    let mut in_channels = 3;
    let convs = Layer::ALL.map(|layer| {
        let out_channels = 8 + 4 * (layer.index() % 3);
        let scale = (6.0 / (9.0 * in_channels as f32)).sqrt();
        let mut values = |n: usize, scale: f32| (0..n).map(|_| random.random_range(-scale..scale)).collect();
        let weight = values(out_channels * in_channels * 9, scale);
        let conv = Conv { layer, out_channels, in_channels, weight, bias: values(out_channels, 0.05) };
        in_channels = out_channels;
        conv
    });
    Weights { name: "random".into(), mean: [0.48, 0.46, 0.41], balance: balance(), convs: convs.to_vec() }
}

/// Factors for layers that are used by one loss, by both or by none.
fn balance() -> Balance {
    let written = [("content", 0.6), ("conv1_1", 1.7), ("conv3_3", 0.4)];
    Balance::new(&written.map(|(name, factor)| (name.to_owned(), factor)).into())
        .expect("factors within bounds")
}

/// Losses at many layers, some of them for both content and style, weights all different.
fn options(pooling: Pooling) -> Options {
    use Layer::{Conv1_1, Conv1_2, Conv2_2, Conv3_3, Conv4_2, Conv4_4, Conv5_1};
    Options {
        content_weight: 0.7,
        style_weight: 1.3,
        tv_weight: 0.5,
        content_layers: vec![(Conv4_2, 0.6), (Conv2_2, 0.3), (Conv3_3, 0.2)],
        style_layers: vec![(Conv1_1, 0.1), (Conv1_2, 0.2), (Conv3_3, 0.3), (Conv4_4, 0.4), (Conv5_1, 0.5)],
        pooling,
        ..Options::default()
    }
}

/// Sizes with an odd row or column at some pooling.
fn pictures() -> [Picture; 3] {
    [Picture::noise(37, 22, 1), Picture::noise(29, 31, 2), Picture::noise(37, 22, 3)]
}

fn transfer(device: &Device, options: &Options) -> StyleTransfer {
    with_map(device, options, None)
}

fn with_map(device: &Device, options: &Options, map: Option<Mask>) -> StyleTransfer {
    let [photo, painting, _] = pictures();
    let mut sources = Sources::new(photo, painting);
    sources.subject.content_map = map;
    let vgg = Vgg::new(&network(), device).expect("channels in fours").storing(Storage::Full);
    block_on(StyleTransfer::of(vgg, sources, options)).expect("pictures large enough")
}

/// As [`transfer`], with a content map and one painting for each half of the picture. The mask is soft between them.
fn in_two_styles(device: &Device, options: &Options) -> StyleTransfer {
    let [photo, first, second] = pictures();
    let (width, height) = photo.size();
    let mask = (0..width * height).map(|at| (at % width) as f32 / width as f32).collect();
    let mask = Mask::new(width, height, mask).expect("weights within 0..1");
    let mut sources = Sources::new(photo, first);
    sources.paintings.push(Painting::opaque(second, 1.0));
    sources.subject.mask = Some(mask);
    sources.subject.content_map = Some(content_map());
    let vgg = Vgg::new(&network(), device).expect("channels in fours").storing(Storage::Full);
    block_on(StyleTransfer::of(vgg, sources, options)).expect("pictures large enough")
}

fn devices() -> [(&'static str, Device); 2] {
    let gpu = block_on(device::gpu()).expect("a GPU adapter; `cargo xtask test` installs a software one");
    [("CPU", device::cpu()), ("GPU", gpu.device)]
}

fn relative_error(got: &[f32], expected: &[f32]) -> f64 {
    let norm = |values: Vec<f64>| values.iter().map(|v| v * v).sum::<f64>().sqrt();
    let difference = got.iter().zip(expected).map(|(&a, &b)| f64::from(a) - f64::from(b)).collect();
    norm(difference) / norm(expected.iter().map(|&v| f64::from(v)).collect())
}

/// A content map with all greys.
fn content_map() -> Mask {
    let (width, height) = pictures()[0].size();
    let values = (0..width * height).map(|at| (at * 7 % 256) as f32 / 255.0).collect();
    Mask::new(width, height, values).expect("weights within 0..1")
}

/// The weights of a content map for features of this size after `poolings` poolings, `[H, W, 1]`.
fn weights_of(map: &Mask, [h, w]: [usize; 2], poolings: usize, device: &Device) -> Tensor<3> {
    let mut sums = vec![(0.0f64, 0.0f64); h * w];
    for (pixel, value) in map.values().iter().enumerate() {
        let (x, y) = (pixel % map.size().0, pixel / map.size().0);
        let (sum, count) = &mut sums[(y >> poolings) * w + (x >> poolings)];
        *sum += 5.0f64.powf(f64::from(2.0 * value - 1.0));
        *count += 1.0;
    }
    let means: Vec<f32> = sums.into_iter().map(|(sum, count)| (sum / count) as f32).collect();
    Tensor::from_data(TensorData::new(means, [h, w, 1]), device)
}

/// The total loss from the formula, with stock operations, and its gradient by Burn's autodiff.
fn by_autodiff(options: &Options, map: Option<&Mask>) -> (f32, Vec<f32>) {
    let [photo, painting, at] = pictures();
    let device = device::cpu().autodiff();
    let vgg = Vgg::new(&network(), &device).expect("channels in fours").storing(Storage::Full);
    let forward = |map: &Map, remainder| vgg.forward(map, options.pooling, remainder, Layer::Conv5_1);
    let content = forward(&mirrored(&vgg.upload(&photo), options.bleed()), Remainder::Kept);
    let style = forward(&vgg.upload(&painting), Remainder::Dropped);
    let x = vgg.upload(&at).require_grad();
    let seen = mirrored(&x, options.bleed());
    let features = forward(&seen, Remainder::Kept);
    let relative =
        |a: Tensor<1>, b: Tensor<1>| (a - b.clone()).powi_scalar(2).mean() / b.powi_scalar(2).mean();
    let mut loss = Tensor::<1>::zeros([1], &device);
    for &(layer, weight) in &options.content_layers {
        let (found, wanted) = (features.at(layer), content.at(layer));
        let [h, w, _] = found.dims();
        let mut squares = (found.clone() - wanted.clone()).powi_scalar(2);
        if let Some(map) = map {
            squares = squares * weights_of(map, [h, w], layer.poolings(), &device);
        }
        let distance = squares.mean() / wanted.clone().powi_scalar(2).mean();
        loss = loss + distance * (options.alpha() * weight * 0.6);
    }
    for &(layer, weight) in &options.style_layers {
        let factor = match layer {
            Layer::Conv1_1 => 1.7,
            Layer::Conv3_3 => 0.4,
            _ => 1.0,
        };
        let distance = match options.style_loss {
            StyleLoss::Gram | StyleLoss::Neighbors => {
                let flat = |map: &Map| gram::gram_matrix_cpu(map).reshape([-1]);
                relative(flat(features.at(layer)), flat(style.at(layer)))
            }
            StyleLoss::Moments => {
                let [found, wanted] = [features.at(layer), style.at(layer)].map(moments);
                let power = gram::gram_matrix_cpu(style.at(layer)).powi_scalar(2).mean();
                let divisor = wanted.1.clone().powi_scalar(2).mean().max_pair(power * 0.01);
                let covariance = (found.1 - wanted.1).powi_scalar(2).mean() / divisor;
                (relative(found.0, wanted.0) + covariance) * 0.5
            }
        };
        loss = loss + distance * (options.style_weight * weight * factor);
    }
    if options.has_neighbors() {
        for layer in Options::NEIGHBOR_LAYERS {
            let factor = options.style_weight * options.neighbors_weight * 0.5;
            loss = loss + distance_from_nearest(features.at(layer), style.at(layer)) * factor;
        }
    }
    let zeros = Tensor::from_data(TensorData::zeros::<f32, _>(seen.dims()), &device);
    let (_, tv) = total_variation_cpu(&seen, zeros, None, 0.0);
    loss = loss + tv * options.tv_weight;
    let gradient = x.grad(&loss.backward()).expect("the picture takes part in the loss");
    let gradient = gradient.into_data().try_into_vec::<f32>().expect("f32");
    (loss.into_scalar::<f32>(), gradient.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect())
}

/// A map with its mirror image beyond each edge, for so many pixels. The rows and columns at the edges are not repeated.
fn mirrored(map: &Map, pixels: usize) -> Map {
    if pixels == 0 {
        return map.clone();
    }
    [0, 1].into_iter().fold(map.clone(), |map, dimension| {
        let turned = |first| map.clone().narrow(dimension, first, pixels).flip([dimension as isize]);
        let (before, after) = (turned(1), turned(map.dims()[dimension] - 1 - pixels));
        Tensor::cat(vec![before, map, after], dimension)
    })
}

/// The mean distance of features from the nearest of others: 1 − the cosine, after each have lost their mean. These pictures
/// are so small that every position is compared.
fn distance_from_nearest(features: &Map, others: &Map) -> Tensor<1> {
    let units = |map: &Map| {
        let [h, w, c] = map.dims();
        let rows = map.clone().reshape([h * w, c]);
        let left = rows.clone() - rows.mean_dim(0);
        left.clone() / left.powi_scalar(2).sum_dim(1).sqrt()
    };
    let scores = units(features).matmul(units(others).transpose());
    scores.max_dim(1).mul_scalar(-1.0).add_scalar(1.0).mean()
}

/// Mean and covariance of features, the latter from centred features.
fn moments(map: &Map) -> (Tensor<1>, Tensor<1>) {
    let [h, w, c] = map.dims();
    let flat = map.clone().reshape([h * w, c]);
    let mean = flat.clone().mean_dim(0);
    let left = flat - mean.clone();
    let covariance = left.clone().transpose().matmul(left) / (c * h * w) as f32;
    (mean.reshape([-1]), covariance.reshape([-1]))
}

#[test]
fn the_gradient_agrees_with_automatic_differentiation() {
    for (pooling, style_loss, padding, map) in [
        (Pooling::Max, StyleLoss::Gram, Padding::Zero, None),
        (Pooling::Avg, StyleLoss::Gram, Padding::Zero, Some(content_map())),
        (Pooling::Max, StyleLoss::Moments, Padding::Zero, None),
        (Pooling::Avg, StyleLoss::Neighbors, Padding::Zero, None),
        (Pooling::Max, StyleLoss::Neighbors, Padding::Zero, Some(content_map())),
        (Pooling::Avg, StyleLoss::Gram, Padding::Bleed, None),
        (Pooling::Max, StyleLoss::Moments, Padding::Bleed, None),
    ] {
        let padding = Some(padding);
        let options = Options { style_loss, neighbors_weight: 0.8, padding, ..options(pooling) };
        let (expected_loss, expected) = by_autodiff(&options, map.as_ref());
        for (name, device) in devices() {
            let mut transfer = with_map(&device, &options, map.clone());
            let (losses, gradient) =
                block_on(transfer.loss_and_gradient(&pictures()[2])).expect("the device works");
            let loss_error = (losses.total - expected_loss).abs() / expected_loss;
            let error = relative_error(&gradient, &expected);
            assert!(
                loss_error < 1e-5,
                "{pooling:?}, {style_loss:?}, {padding:?} on the {name}: loss {} for {expected_loss}",
                losses.total
            );
            assert!(
                error < 1e-5,
                "{pooling:?}, {style_loss:?}, {padding:?} on the {name}: the gradient is off by {error:e}"
            );
        }
    }
}

#[test]
fn the_gradient_agrees_with_finite_differences() {
    let at = &pictures()[2];
    let at =
        Picture::new(37, 22, at.rgb().iter().map(|v| 0.2 + 0.6 * v).collect()).expect("values within 0..1");
    let cases = devices().into_iter().flat_map(|(name, device)| {
        [
            (false, StyleLoss::Gram, Padding::Zero),
            (true, StyleLoss::Gram, Padding::Zero),
            (true, StyleLoss::Moments, Padding::Zero),
            (false, StyleLoss::Neighbors, Padding::Zero),
            (true, StyleLoss::Neighbors, Padding::Zero),
            (true, StyleLoss::Gram, Padding::Bleed),
        ]
        .map(|(masked, style_loss, padding)| (name, device.clone(), masked, style_loss, padding))
    });
    for (name, device, masked, style_loss, padding) in cases {
        // Average pooling, so that the only kinks are those of the ReLUs.
        let options = Options { style_loss, padding: Some(padding), ..options(Pooling::Avg) };
        let start = if masked { in_two_styles } else { transfer };
        let mut transfer = start(&device, &options);
        let (_, gradient) = block_on(transfer.loss_and_gradient(&at)).expect("the device works");
        // Of all pixels, and of those at the edges alone.
        for (seed, at_edges) in [(0, false), (1, false), (2, false), (3, true)] {
            // A random direction at about 60 degrees to the gradient.
            let mut random = StdRng::seed_from_u64(seed);
            let direction: Vec<f32> = gradient
                .iter()
                .enumerate()
                .map(|(value, g)| {
                    let (x, y) = (value / 3 % 37, value / 3 / 37);
                    let is_meant = !at_edges || x < 2 || y < 2 || x >= 35 || y >= 20;
                    let sign = if random.random_bool(0.75) { g.signum() } else { -g.signum() };
                    if is_meant { sign } else { 0.0 }
                })
                .collect();
            let step = 1e-4;
            let mut loss = |sign: f32| {
                let moved = at.rgb().iter().zip(&direction).map(|(v, d)| v + sign * step * d).collect();
                let moved = Picture::new(37, 22, moved).expect("values within 0..1");
                f64::from(block_on(transfer.loss_and_gradient(&moved)).expect("the device works").0.total)
            };
            let slope = (loss(1.0) - loss(-1.0)) / (2.0 * f64::from(step));
            let expected: f64 =
                gradient.iter().zip(&direction).map(|(&g, &d)| f64::from(g) * f64::from(d)).sum();
            let error = ((slope - expected) / expected).abs();
            // Few pixels have a small slope, in which rounding counts more.
            let tolerance = if at_edges { 3e-2 } else { 1e-2 };
            assert!(
                error < tolerance,
                "{style_loss:?}, {padding:?} on the {name}: the slope is {slope}, the gradient says {expected}"
            );
        }
    }
}

/// An odd last row or column must have a gradient as well. Otherwise nothing constrains its pixels.
#[test]
fn the_deepest_layer_pulls_at_the_last_rows_and_columns_as_well() {
    let options = Options {
        content_layers: Vec::new(),
        style_layers: vec![(Layer::Conv5_1, 1.0)],
        tv_weight: 0.0,
        ..options(Pooling::Avg)
    };
    for (name, device) in devices() {
        let mut transfer = transfer(&device, &options);
        let (_, gradient) = block_on(transfer.loss_and_gradient(&pictures()[2])).expect("the device works");
        let (width, height) = (37, 22);
        let mean_magnitude = |columns: Range<usize>, rows: Range<usize>| {
            let rect = Rect { x: columns.start, y: rows.start, width: columns.len(), height: rows.len() };
            let gradients = rect.rows(width).flat_map(|row| &gradient[3 * row.start..3 * row.end]);
            gradients.map(|gradient| gradient.abs()).sum::<f32>() / rect.pixels() as f32
        };
        let all = mean_magnitude(0..width, 0..height);
        let last_rows = mean_magnitude(0..width, height - 2..height) / all;
        let last_columns = mean_magnitude(width - 2..width, 0..height) / all;
        println!("{name}: {last_rows} and {last_columns} of the mean gradient");
        // 0.35 and 0.43 if they are left out.
        assert!(last_rows > 0.7 && last_columns > 0.7, "{name}: {last_rows}, {last_columns}");
    }
}
