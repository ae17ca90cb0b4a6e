//! Neighbours on the GPU.

use burn::tensor::Tensor;

use super::sample::{LEAST, Pull, Sample};
use crate::kernels::{
    Map,
    gpu::{Buffer, Shader, shader},
    template::{fill, unroll, up_to},
};

/// Rows of a sample that a workgroup compares at once.
const ROWS: usize = 32;
/// Targets that a workgroup compares them with, a few at a time. As many workgroups as there are such spans share a row.
const SPAN: usize = 256;

pub fn gather(map: &Map, places: &Map, rows: Option<Tensor<2>>) -> Tensor<2> {
    let ([_, _, c], [_, n, _]) = (map.dims(), places.dims());
    let (map, fresh) = (Buffer::of(map), rows.is_none());
    let rows = rows.map_or_else(|| map.new_like([n, c]), |rows| Buffer::of(&rows));
    let parameters = [n * c / 4, c / 4, usize::from(fresh)].map(|number| number as u32);
    let places = Buffer::of(places);
    Gather(map.storage()).launch((n * c / 4).div_ceil(64), &[&map, &places], &[&rows], &parameters);
    rows.into_tensor()
}

pub fn centred(rows: &Tensor<2>, places: &Map) -> Sample {
    let [n, c] = rows.dims();
    let (rows, places) = (Buffer::of(rows), Buffer::of(places));
    let mean = row_sum(&rows, [n, c], Some(&places));
    let (units, lengths) = (rows.new_like([n, c]), rows.new_like([n]));
    let parameters = [n as u32, (c / 4) as u32, LEAST.to_bits()];
    Units.launch(n, &[&rows, &mean], &[&units, &lengths], &parameters);
    Sample { units: units.into_tensor(), lengths: lengths.into_tensor() }
}

/// The sum of rows `[n, c]` → `[c]`, each times the weight of its place.
fn row_sum(rows: &Buffer, [n, c]: [usize; 2], places: Option<&Buffer>) -> Buffer {
    let sum = rows.new_like([c]);
    let parameters = [n, c / 4, usize::from(places.is_some())].map(|number| number as u32);
    // Without places the rows are bound once more, and not read.
    RowSum.launch((c / 4).div_ceil(4), &[rows, places.unwrap_or(rows)], &[&sum], &parameters);
    sum
}

pub fn pull(sample: &Sample, targets: &Tensor<2>, places: &Map, factor: f32) -> (Pull, Tensor<1>) {
    let ([n, c], [m, _]) = (sample.units.dims(), targets.dims());
    let [units, targets] = [&sample.units, targets].map(Buffer::of);
    let (lengths, places) = (Buffer::of(&sample.lengths), Buffer::of(places));
    let (blocks, spans) = (n.div_ceil(ROWS), m.div_ceil(SPAN));
    let best = units.new_like([n, spans, 2]);
    let parameters = [n, m, c / 4, blocks, spans].map(|number| number as u32);
    Nearest.launch(blocks * spans, &[&units, &targets], &[&best], &parameters);

    let (rows, losses) = (units.new_like([n, c]), units.new_persistent([n]));
    PullRows.launch(
        n,
        &[&units, &lengths, &targets, &best, &places],
        &[&rows, &losses],
        &[n as u32, (c / 4) as u32, spans as u32, factor.to_bits(), LEAST.to_bits()],
    );
    let sum = row_sum(&rows, [n, c], None);
    (Pull { rows: rows.into_tensor(), sum: sum.into_tensor() }, losses.into_tensor())
}

pub fn spread(map: Option<Map>, like: &Map, pull: &Pull, places: &Map) -> Map {
    let ([h, w, c], [n, _]) = (like.dims(), pull.rows.dims());
    let map = map.map_or_else(
        || {
            let like = Buffer::of(like);
            let map = like.new_stored(like.storage(), [h, w, c]);
            Zeros(map.storage()).launch(
                (h * w * c / 4).div_ceil(256),
                &[],
                &[&map],
                &[(h * w * c / 4) as u32],
            );
            map
        },
        |map| Buffer::of(&map),
    );
    let (rows, sum, places) = (Buffer::of(&pull.rows), Buffer::of(&pull.sum), Buffer::of(places));
    let parameters = [n * c / 4, c / 4].map(|number| number as u32);
    Spread(map.storage()).launch((n * c / 4).div_ceil(64), &[&rows, &sum, &places], &[&map], &parameters);
    map.into_tensor()
}

shader!(Gather(Storage), "gather.wgsl", 64);
shader!(RowSum, "row_sum.wgsl", 64);
shader!(Units, "units.wgsl", 64);
shader!(PullRows, "pull.wgsl", 64);
shader!(Spread(Storage), "spread.wgsl", 64);
shader!(Zeros(Storage), "zeros.wgsl", 256);

/// The nearest target of each row, of each span of targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Nearest;

impl Shader for Nearest {
    fn workgroup(self) -> [u32; 3] {
        [64, 1, 1]
    }

    fn text(self) -> String {
        let text = fill(include_str!("nearest.wgsl"), &[("span", &SPAN)]);
        unroll(&unroll(&text, ["c"], &up_to(8)), ["r"], &up_to(4))
    }

    fn variants(_: &[(usize, usize)]) -> Vec<Self> {
        vec![Self]
    }
}
