//! Gram matrices: which channels respond together, summed over all pixels.
//!
//! The output is small (C × C) and the sum is long (H·W), so the pixels are cut into pieces that
//! are summed side by side (split-K), and the pieces are added up.

use burn::tensor::Tensor;

use super::{Map, on_device};

/// `G = Fᵀ·F / (C·H·W)` with F as pixels × channels. `[H, W, C]` → `[C, C]` (Gatys et al. 2015, eq. 3,
/// divided by the number of summands so that pictures of all sizes compare).
pub fn gram_matrix(features: &Map) -> Tensor<2> {
    on_device!(features.device(),
        gpu: gpu::gram_matrix(features),
        cpu: cpu::gram_matrix(features),
        twin: gram_matrix_cpu(features))
}

/// The twin of [`gram_matrix`].
pub fn gram_matrix_cpu(features: &Map) -> Tensor<2> {
    let [h, w, c] = features.dims();
    let flat = features.clone().reshape([h * w, c]);
    flat.clone().transpose().matmul(flat) / (c * h * w) as f32
}

#[cfg(feature = "cpu")]
mod cpu {
    use super::{Map, Tensor};
    use crate::kernels::cpu::{Numbers, helpers, tensor};

    pub fn gram_matrix(features: &Map) -> Tensor<2> {
        let [h, w, c] = features.dims();
        let (x, factor) = (Numbers::of(features), 1.0 / (c * h * w) as f32);
        let helped = helpers().and_then(|helpers| helpers.gram(x.all(), c, factor));
        tensor(helped.unwrap_or_else(|| processor::gram(x.all(), c, factor)), [c, c])
    }
}

#[cfg(feature = "gpu")]
mod gpu {
    use super::{Map, Tensor};
    use crate::kernels::{
        Storage,
        gpu::{Buffer, Wgsl},
        pieces::add_up,
    };

    /// How many numbers the partial products may be: 8 MiB.
    const PIECES: usize = 1 << 21;

    /// The partial products and how many there are.
    fn partial(features: &Map) -> (Buffer, usize) {
        let [h, w, c] = features.dims();
        let pixels = h * w;
        // Enough pieces to occupy a GPU on narrow layers; few enough that they fit.
        let most = (PIECES / (c * c)).max(1);
        let splits = pixels.div_ceil(128).min(most);
        let chunk = pixels.div_ceil(splits);
        let splits = pixels.div_ceil(chunk);
        let x = Buffer::of(features);
        let out = x.new_kept([PIECES.max(c * c)]); // one size for all layers, so that all share it
        let tiles = (c / 4).div_ceil(2);
        let text = |storage: Storage| storage.written(PARTIAL);
        Wgsl { name: "gram_partial", variant: x.storage(), text, workgroup: [64, 1, 1] }.launch(
            (tiles * tiles * splits).div_ceil(64),
            &[&x],
            &[&out],
            &[pixels as u32, (c / 4) as u32, tiles as u32, splits as u32, chunk as u32],
        );
        (out, splits)
    }

    /// A thread computes 8 × 8 entries over one piece. The matrix is symmetric: what lies below the diagonal is the
    /// mirror image of a tile above it.
    const PARTIAL: &str = "
struct Parameters { pixels: u32, quads: u32, tiles: u32, splits: u32, chunk: u32 }
@group(0) @binding(0) var<storage, read> x: array<Quad>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

// 4 × 4 entries, given by rows, and their mirror image.
fn store(piece: u32, row: u32, column: u32, entries: mat4x4<f32>) {
    let quads = parameters.quads;
    let mirrored = transpose(entries);
    let above = piece + row * 4u * quads + column;
    let below = piece + column * 4u * quads + row;
    out[above] = entries[0];
    out[above + quads] = entries[1];
    out[above + 2u * quads] = entries[2];
    out[above + 3u * quads] = entries[3];
    out[below] = mirrored[0];
    out[below + quads] = mirrored[1];
    out[below + 2u * quads] = mirrored[2];
    out[below + 3u * quads] = mirrored[3];
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    let tiles = parameters.tiles;
    let quads = parameters.quads;
    let split = i / (tiles * tiles);
    let row = (i / tiles) % tiles;
    let column = i % tiles;
    if (split >= parameters.splits || row > column) { return; }
    // An odd number of quads leaves the last tile half empty: it computes the last quad twice.
    let r0 = row * 2u;
    let r1 = min(r0 + 1u, quads - 1u);
    let c0 = column * 2u;
    let c1 = min(c0 + 1u, quads - 1u);
    var s00 = vec4<f32>(); var s01 = vec4<f32>(); var s10 = vec4<f32>(); var s11 = vec4<f32>();
    var s20 = vec4<f32>(); var s21 = vec4<f32>(); var s30 = vec4<f32>(); var s31 = vec4<f32>();
    var s40 = vec4<f32>(); var s41 = vec4<f32>(); var s50 = vec4<f32>(); var s51 = vec4<f32>();
    var s60 = vec4<f32>(); var s61 = vec4<f32>(); var s70 = vec4<f32>(); var s71 = vec4<f32>();
    let end = min((split + 1u) * parameters.chunk, parameters.pixels);
    for (var p = split * parameters.chunk; p < end; p++) {
        let at = p * quads;
        let a = load(x[at + r0]);
        let b = load(x[at + r1]);
        let u = load(x[at + c0]);
        let v = load(x[at + c1]);
        s00 += a.x * u; s01 += a.x * v;
        s10 += a.y * u; s11 += a.y * v;
        s20 += a.z * u; s21 += a.z * v;
        s30 += a.w * u; s31 += a.w * v;
        s40 += b.x * u; s41 += b.x * v;
        s50 += b.y * u; s51 += b.y * v;
        s60 += b.z * u; s61 += b.z * v;
        s70 += b.w * u; s71 += b.w * v;
    }
    let piece = split * quads * 4u * quads;
    store(piece, r0, c0, mat4x4<f32>(s00, s10, s20, s30));
    let wide = c0 + 1u < quads;
    let high = r0 + 1u < quads;
    if (wide) { store(piece, r0, c1, mat4x4<f32>(s01, s11, s21, s31)); }
    if (high) { store(piece, r1, c0, mat4x4<f32>(s40, s50, s60, s70)); }
    if (wide & high) { store(piece, r1, c1, mat4x4<f32>(s41, s51, s61, s71)); }
}
";

    pub fn gram_matrix(features: &Map) -> Tensor<2> {
        let [h, w, c] = features.dims();
        let (pieces, splits) = partial(features);
        add_up(&pieces, splits, 1.0 / (c * h * w) as f32, [c, c]).into_tensor()
    }
}
