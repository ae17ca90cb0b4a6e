//! Computes Gram matrices on the GPU, and their residuals.

use std::iter::repeat_n;

use burn::tensor::Tensor;

use super::compared::Compared;
use crate::kernels::{
    Map, Storage,
    gpu::{Buffer, Shader},
    split_k::split_k_sum,
    template::{fill, unroll, up_to},
};

/// The most values that the partial sums of all layers together should have: 8 MiB.
const PARTS: usize = 1 << 21;

/// The fewest pixels of a split.
const SPLIT: usize = 128;

/// WebGPU lets a shader have eight buffers: the parts, five targets, the residuals and the sums.
const LAYERS_AT_ONCE: usize = 5;

/// vec4s of a residual that one thread or workgroup computes.
const SPAN: usize = 16;

/// WebGPU binds a part of a buffer at multiples of 256 bytes.
const ALIGNMENT: usize = 64;

/// The partial sums of a Gram matrix within a buffer of them.
#[derive(Clone, Copy, Debug)]
struct Parts {
    /// Where they begin, in values.
    start: usize,
    count: usize,
}

/// How the pixels of a map are split.
#[derive(Clone, Copy, Debug)]
struct Splits {
    count: usize,
    /// Pixels of each but the last.
    chunk: usize,
}

impl Splits {
    /// Enough to occupy a GPU on narrow layers; few enough that `most` values hold the sums of all.
    fn new([h, w, c]: [usize; 3], most: usize) -> Self {
        let pixels = h * w;
        let chunk = pixels.div_ceil(pixels.div_ceil(SPLIT).min((most / (c * c)).max(1)));
        Self { count: pixels.div_ceil(chunk), chunk }
    }
}

/// The partial sums of all maps in one buffer.
fn partial(maps: &[&Map]) -> (Buffer, Vec<Parts>) {
    let splits: Vec<_> = maps.iter().map(|map| Splits::new(map.dims(), PARTS / maps.len())).collect();
    let mut all = Vec::new();
    let mut start = 0;
    for (map, splits) in maps.iter().zip(&splits) {
        let [.., c] = map.dims();
        all.push(Parts { start, count: splits.count });
        start += splits.count * c * c;
    }
    let x: Vec<Buffer> = maps.iter().map(|map| Buffer::of(map)).collect();
    // One size for all that is usual, so that all share it.
    let out = x[0].new_persistent([PARTS.max(start)]);
    if out.is_in_software() {
        for (((map, x), splits), parts) in maps.iter().zip(&x).zip(&splits).zip(&all) {
            launch_tiles(map.dims(), x, *splits, parts.start, &out);
        }
    } else {
        launch_blocks(maps, &x, &splits, &all, &out);
    }
    (out, all)
}

fn launch_tiles([h, w, c]: [usize; 3], x: &Buffer, splits: Splits, start: usize, out: &Buffer) {
    let tiles = (c / 4).div_ceil(2);
    let parameters = [h * w, c / 4, tiles, splits.count, splits.chunk, start / 4];
    GramPartial(x.storage()).launch(
        (pair_slots(tiles) * splits.count).div_ceil(64),
        &[x],
        &[out],
        &parameters.map(|number| number as u32),
    );
}

fn launch_blocks(maps: &[&Map], x: &[Buffer], splits: &[Splits], parts: &[Parts], out: &Buffer) {
    let mut units = 0;
    let mut table = Vec::new();
    for ((map, splits), parts) in maps.iter().zip(splits).zip(parts) {
        let [h, w, c] = map.dims();
        let blocks = c.div_ceil(32);
        let row = [units, h * w, c / 4, blocks, splits.count, splits.chunk, parts.start / 4, 0];
        table.push(row.map(|number| number as u32));
        units += pair_slots(blocks) * splits.count;
    }
    GramBlocks(out_storage(x)).launch(units, &padded(x), &[out], &parameters(&table, &[]));
}

/// Of a row and a column of `count`, row ≤ column: see `pair.wgsl`.
fn pair_slots(count: usize) -> usize {
    (count + 1) * count.div_ceil(2)
}

/// The uniform: the table, filled up, the number of its rows, and other numbers.
fn parameters(table: &[[u32; 8]], others: &[u32]) -> Vec<u32> {
    let mut words = table.concat();
    words.resize(8 * LAYERS_AT_ONCE, 0);
    words.push(table.len() as u32);
    words.extend(others);
    words
}

fn out_storage(x: &[Buffer]) -> Storage {
    debug_assert!(x.iter().all(|map| map.storage() == x[0].storage()));
    x[0].storage()
}

/// The buffers, and the first one again in the place of those that are missing: it is not read there.
fn padded(buffers: &[Buffer]) -> Vec<&Buffer> {
    buffers.iter().chain(repeat_n(&buffers[0], LAYERS_AT_ONCE - buffers.len())).collect()
}

pub fn gram_matrix(features: &Map) -> Tensor<2> {
    let [h, w, c] = features.dims();
    let (parts, all) = partial(&[features]);
    split_k_sum(&parts, all[0].count, norm([h, w, c]), [c, c]).into_tensor()
}

fn norm([h, w, c]: [usize; 3]) -> f32 {
    1.0 / (c * h * w) as f32
}

pub fn residuals(layers: &[Compared]) -> (Vec<Tensor<2>>, Vec<Tensor<1>>) {
    let each = layers.chunks(LAYERS_AT_ONCE).map(residuals_at_once);
    let (matrices, sums): (Vec<_>, Vec<_>) = each.unzip();
    (matrices.concat(), sums)
}

fn residuals_at_once(layers: &[Compared]) -> (Vec<Tensor<2>>, Tensor<1>) {
    let maps: Vec<&Map> = layers.iter().map(|layer| layer.features).collect();
    let (parts, all) = partial(&maps);
    let targets: Vec<Buffer> = layers.iter().map(|layer| Buffer::of(layer.target)).collect();
    let (mut units, mut values) = (0, 0);
    let mut table = Vec::new();
    let mut places = Vec::new();
    for (layer, parts) in layers.iter().zip(&all) {
        let [h, w, c] = layer.features.dims();
        let vec4s = c * c / 4;
        let numbers = [units, vec4s, parts.start / 4, parts.count, values / 4].map(|number| number as u32);
        let floats = [norm([h, w, c]), layer.scale, layer.factor].map(f32::to_bits);
        table.push([&numbers[..], &floats].concat().try_into().expect("eight words"));
        places.push((values, c));
        units += vec4s.div_ceil(SPAN);
        values += (c * c).next_multiple_of(ALIGNMENT);
    }
    let (matrices, sums) = (parts.new_persistent([values]), parts.new_persistent([units]));
    let inputs: Vec<&Buffer> = std::iter::once(&parts).chain(padded(&targets)).collect();
    let kernel = GramResidual { serial: parts.is_in_software() };
    let workgroups = if kernel.serial { units.div_ceil(64) } else { units };
    let parameters = parameters(&table, &[units as u32]);
    kernel.launch(workgroups, &inputs, &[&matrices, &sums], &parameters);
    let matrices = places.into_iter().map(|(start, c)| matrices.part(start, [c, c]).into_tensor());
    (matrices.collect(), sums.into_tensor())
}

/// Partial sums of one map, without barriers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GramPartial(Storage);

impl Shader for GramPartial {
    fn workgroup(self) -> [u32; 3] {
        [64, 1, 1]
    }

    fn text(self) -> String {
        let [pair, add] = [include_str!("pair.wgsl"), include_str!("add.wgsl")];
        let storage = self.0.declarations();
        fill(include_str!("partial.wgsl"), &[("storage", &storage), ("pair", &pair), ("add", &add)])
    }

    fn variants(_: &[(usize, usize)]) -> Vec<Self> {
        Storage::ALL.map(Self).to_vec()
    }
}

/// Partial sums of several maps, which are staged in the memory of workgroups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GramBlocks(Storage);

impl Shader for GramBlocks {
    fn workgroup(self) -> [u32; 3] {
        [64, 1, 1]
    }

    fn text(self) -> String {
        let text = fill(
            include_str!("blocks.wgsl"),
            &[
                ("storage", &self.0.declarations()),
                ("pair", &include_str!("pair.wgsl")),
                ("add", &include_str!("add.wgsl")),
                ("layers", &LAYERS_AT_ONCE),
                ("after", &(LAYERS_AT_ONCE + 1)),
            ],
        );
        let text = unroll(&text, ["layer"], &up_to(LAYERS_AT_ONCE));
        let text = unroll(&text, ["other"], &others());
        let text = unroll(&text, ["load"], &up_to(4));
        let text = unroll(&text, ["load", "pixel"], &[0, 1, 2, 3].map(|load| [load, load * 8]));
        let text = unroll(&text, ["r"], &up_to(8));
        // Two halves of the workgroup's memory by turns.
        unroll(&text, ["r", "below", "base"], &[0, 1, 2, 3].map(|r| [r, r + 4, r % 2 * 288]))
    }

    fn variants(_: &[(usize, usize)]) -> Vec<Self> {
        Storage::ALL.map(Self).to_vec()
    }
}

/// The sum of the parts, minus the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GramResidual {
    /// Without barriers.
    serial: bool,
}

impl Shader for GramResidual {
    fn workgroup(self) -> [u32; 3] {
        [64, 1, 1]
    }

    fn text(self) -> String {
        let main = if self.serial {
            include_str!("residual_serial.wgsl")
        } else {
            include_str!("residual_shared.wgsl")
        };
        let text = fill(
            include_str!("residual.wgsl"),
            &[
                ("main", &main),
                ("span", &SPAN),
                ("layers", &LAYERS_AT_ONCE),
                ("matrices", &(LAYERS_AT_ONCE + 1)),
                ("sums", &(LAYERS_AT_ONCE + 2)),
                ("uniform", &(LAYERS_AT_ONCE + 3)),
            ],
        );
        let bindings: Vec<_> = (0..LAYERS_AT_ONCE).map(|layer| [layer, layer + 1]).collect();
        unroll(&unroll(&text, ["layer", "binding"], &bindings), ["other"], &others())
    }

    fn variants(_: &[(usize, usize)]) -> Vec<Self> {
        [false, true].map(|serial| Self { serial }).to_vec()
    }
}

/// All layers but the first.
fn others() -> Vec<[usize; 1]> {
    (1..LAYERS_AT_ONCE).map(|layer| [layer]).collect()
}
