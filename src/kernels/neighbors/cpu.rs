//! Neighbours on the CPU. The product with the targets is in the crate `processor`.

use burn::tensor::Tensor;

use super::sample::{LEAST, Pull, Sample};
use crate::kernels::{
    Map,
    cpu::{Numbers, tensor},
};

/// The pixel and the weight of each place.
fn each(places: &Numbers) -> impl Iterator<Item = (Option<usize>, f32)> {
    places
        .all()
        .as_chunks()
        .0
        .iter()
        .map(|&[pixel, weight, _, _]| ((pixel >= 0.0).then_some(pixel as usize), weight))
}

pub fn gather(map: &Map, places: &Map, rows: Option<Tensor<2>>) -> Tensor<2> {
    let ([_, _, c], [_, n, _]) = (map.dims(), places.dims());
    let (map, places) = (Numbers::of(map), Numbers::of(places));
    let mut found = rows.map_or_else(|| vec![0.0; n * c], |rows| Numbers::of(&rows).all().to_vec());
    for (row, (pixel, _)) in found.chunks_exact_mut(c).zip(each(&places)) {
        if let Some(pixel) = pixel {
            row.copy_from_slice(&map.all()[pixel * c..][..c]);
        }
    }
    tensor(found, [n, c])
}

pub fn centred(rows: &Tensor<2>, places: &Map) -> Sample {
    let [n, c] = rows.dims();
    let (rows, places) = (Numbers::of(rows), Numbers::of(places));
    let mean = sum(rows.all(), c, each(&places).map(|(_, weight)| weight));
    let mut units = rows.all().to_vec();
    let length = |row: &mut [f32]| {
        row.iter_mut().zip(&mean).for_each(|(value, mean)| *value -= mean);
        let length = row.iter().map(|value| value * value).sum::<f32>().sqrt().max(LEAST);
        for value in row.iter_mut() {
            *value /= length;
        }
        length
    };
    let lengths = units.chunks_exact_mut(c).map(length).collect();
    Sample { units: tensor(units, [n, c]), lengths: tensor(lengths, [n]) }
}

pub fn pull(sample: &Sample, targets: &Tensor<2>, places: &Map, factor: f32) -> (Pull, Tensor<1>) {
    let [n, c] = sample.units.dims();
    let [units, targets] = [&sample.units, targets].map(Numbers::of);
    let (lengths, places) = (Numbers::of(&sample.lengths), Numbers::of(places));
    let nearest = processor::nearest(units.all(), targets.all(), c);
    let mut rows = vec![0.0; n * c];
    let mut losses = Vec::with_capacity(n);
    let all = rows.chunks_exact_mut(c).zip(units.all().chunks_exact(c)).zip(each(&places));
    for (((row, unit), (_, weight)), (&length, (z, target))) in all.zip(lengths.all().iter().zip(nearest)) {
        losses.push(weight * (1.0 - z));
        if length > LEAST {
            let scale = -factor * weight / length;
            let target = &targets.all()[target * c..][..c];
            row.iter_mut().zip(target).zip(unit).for_each(|((g, t), u)| *g = scale * (t - z * u));
        }
    }
    let sum = sum(&rows, c, std::iter::repeat(1.0));
    (Pull { rows: tensor(rows, [n, c]), sum: tensor(sum, [c]) }, tensor(losses, [n]))
}

pub fn spread(map: Option<Map>, like: &Map, pull: &Pull, places: &Map) -> Map {
    let [h, w, c] = like.dims();
    let (rows, sum, places) = (Numbers::of(&pull.rows), Numbers::of(&pull.sum), Numbers::of(places));
    let mut found = map.map_or_else(|| vec![0.0; h * w * c], |map| Numbers::of(&map).all().to_vec());
    for (row, (pixel, weight)) in rows.all().chunks_exact(c).zip(each(&places)) {
        if let Some(pixel) = pixel {
            let pixel = found[pixel * c..][..c].iter_mut();
            pixel.zip(row).zip(sum.all()).for_each(|((value, g), sum)| *value += g - weight * sum);
        }
    }
    tensor(found, [h, w, c])
}

/// The weighted sum of rows `[N, C]`.
fn sum(rows: &[f32], channels: usize, weights: impl Iterator<Item = f32>) -> Vec<f32> {
    let mut sum = vec![0.0; channels];
    for (row, weight) in rows.chunks_exact(channels).zip(weights) {
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
    }
    sum
}
