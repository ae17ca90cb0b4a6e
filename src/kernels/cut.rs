//! Rectangles out of maps, and a map out of rectangles.

use burn::tensor::s;

use super::{Map, on_device};
use picture::rect::Rect;

/// A rectangle of a map, `[H, W, C]` → `[height, width, C]`.
pub fn crop(map: &Map, rect: Rect) -> Map {
    let [h, w, _] = map.dims();
    if rect == Rect::whole((w, h)) {
        return map.clone();
    }
    on_device!(map.device(), gpu: gpu::crop(map, rect), cpu: crop_cpu(map, rect))
}

/// The twin of [`crop`].
pub fn crop_cpu(map: &Map, rect: Rect) -> Map {
    let Rect { x, y, width, height } = rect;
    map.clone().slice(s![y..y + height, x..x + width, ..])
}

/// A piece of a map: the rectangle `from` of `map` belongs where `to` is, which is of its size.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "see above")]
pub struct Piece {
    pub map: Map,
    pub from: Rect,
    pub to: Rect,
}

/// The map of this size (width, height) that the pieces make. They must cover it; it has the channels of the first.
///
/// # Panics
/// If there is no piece.
pub fn assemble((width, height): (usize, usize), pieces: impl IntoIterator<Item = Piece>) -> Map {
    let mut pieces = pieces.into_iter();
    let first = pieces.next().expect("a map has at least one piece");
    let [_, _, channels] = first.map.dims();
    let shape = [height, width, channels];
    let pieces = std::iter::once(first.clone()).chain(pieces);
    on_device!(first.map.device(), gpu: gpu::assemble(shape, pieces), cpu: assemble_cpu(shape, pieces))
}

/// The twin of [`assemble`].
///
/// # Panics
/// If there is no piece.
pub fn assemble_cpu(shape: [usize; 3], pieces: impl Iterator<Item = Piece>) -> Map {
    let mut whole = None;
    for Piece { map, from, to } in pieces {
        let empty = whole.unwrap_or_else(|| Map::zeros(shape, &map.device()));
        let Rect { x, y, width, height } = to;
        whole = Some(empty.slice_assign(s![y..y + height, x..x + width, ..], crop_cpu(&map, from)));
    }
    whole.expect("a map has at least one piece")
}

#[cfg(feature = "gpu")]
mod gpu {
    use super::{Map, Piece, Rect};
    use crate::kernels::{
        Storage,
        gpu::{Buffer, Wgsl},
    };

    pub fn crop(map: &Map, rect: Rect) -> Map {
        let [_, w, c] = map.dims();
        let map = Buffer::of(map);
        let out = map.new_stored(map.storage(), [rect.height, rect.width, c]);
        copy(&map, w, rect, &out, rect.width, Rect { x: 0, y: 0, ..rect }, c);
        out.into_tensor()
    }

    /// All pieces are copied into one buffer. They are taken one by one, so that each can be let go before the next one
    /// is made.
    pub fn assemble(shape: [usize; 3], pieces: impl Iterator<Item = Piece>) -> Map {
        let [_, width, channels] = shape;
        let mut whole: Option<Buffer> = None;
        for Piece { map, from, to } in pieces {
            let [_, w, _] = map.dims();
            let map = Buffer::of(&map);
            let whole = whole.get_or_insert_with(|| map.new_stored(map.storage(), shape));
            copy(&map, w, from, whole, width, to, channels);
        }
        whole.expect("a map has at least one piece").into_tensor()
    }

    fn copy(
        source: &Buffer,
        width: usize,
        from: Rect,
        out: &Buffer,
        out_width: usize,
        to: Rect,
        channels: usize,
    ) {
        let quads = channels / 4;
        let row = from.width * quads;
        let text = |storage: Storage| format!("alias Quad = {};\n{TEXT}", storage.quad());
        Wgsl { name: "cut", variant: source.storage(), text, workgroup: [256, 1, 1] }.launch(
            (row * from.height).div_ceil(256),
            &[source],
            &[out],
            &[
                row as u32,
                (row * from.height) as u32,
                (width * quads) as u32,
                ((from.y * width + from.x) * quads) as u32,
                (out_width * quads) as u32,
                ((to.y * out_width + to.x) * quads) as u32,
            ],
        );
    }

    const TEXT: &str = "
struct Parameters { row: u32, count: u32, stride: u32, start: u32, out_stride: u32, out_start: u32 }
@group(0) @binding(0) var<storage, read> map: array<Quad>;
@group(0) @binding(1) var<storage, read_write> out: array<Quad>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    if (i >= parameters.count) { return; }
    let y = i / parameters.row;
    let x = i % parameters.row;
    out[parameters.out_start + y * parameters.out_stride + x] = map[parameters.start + y * parameters.stride + x];
}
";
}
