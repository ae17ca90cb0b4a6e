//! Computes rectangles of maps, and assembles maps from rectangles.

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

/// Copies `from` into `map` of the same shape, on a GPU into the same memory: a recording that reads it sees the new values.
pub fn overwrite(map: &mut Map, from: &Map) {
    on_device!(from.device(), gpu: gpu::overwrite(map, from), cpu: *map = from.clone());
}

/// A patch of a larger map: the rectangle `from` of `map` belongs at the rectangle `to`, which has the same size.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "see above")]
pub struct Patch {
    pub map: Map,
    pub from: Rect,
    pub to: Rect,
}

/// The map `[height, width, C]` of these patches. They must cover it.
///
/// # Panics
/// If there is no patch.
pub fn assemble((width, height): (usize, usize), patches: impl IntoIterator<Item = Patch>) -> Map {
    let mut patches = patches.into_iter();
    let first = patches.next().expect("a map has at least one patch");
    let [_, _, channels] = first.map.dims();
    let shape = [height, width, channels];
    let patches = std::iter::once(first.clone()).chain(patches);
    on_device!(first.map.device(), gpu: gpu::assemble(shape, patches), cpu: assemble_cpu(shape, patches))
}

/// The twin of [`assemble`].
///
/// # Panics
/// If there is no patch.
pub fn assemble_cpu(shape: [usize; 3], patches: impl Iterator<Item = Patch>) -> Map {
    let mut whole = None;
    for Patch { map, from, to } in patches {
        let empty = whole.unwrap_or_else(|| Map::zeros(shape, &map.device()));
        let Rect { x, y, width, height } = to;
        whole = Some(empty.slice_assign(s![y..y + height, x..x + width, ..], crop_cpu(&map, from)));
    }
    whole.expect("a map has at least one patch")
}

#[cfg(feature = "gpu")]
pub(super) mod gpu {
    use super::{Map, Patch, Rect};
    use crate::kernels::{
        Storage,
        gpu::{Buffer, Shader},
        template::fill,
    };

    pub fn crop(map: &Map, rect: Rect) -> Map {
        let [_, w, c] = map.dims();
        let map = Buffer::of(map);
        let out = map.new_stored(map.storage(), [rect.height, rect.width, c]);
        copy(&map, w, rect, &out, rect.width, Rect { x: 0, y: 0, ..rect }, c);
        out.into_tensor()
    }

    pub fn overwrite(map: &Map, from: &Map) {
        let [height, width, c] = from.dims();
        let rect = Rect { x: 0, y: 0, width, height };
        copy(&Buffer::of(from), width, rect, &Buffer::of(map), width, rect, c);
    }

    /// Copies all patches into one buffer, one by one: each can be dropped before the next one is computed.
    pub fn assemble(shape: [usize; 3], patches: impl Iterator<Item = Patch>) -> Map {
        let [_, width, channels] = shape;
        let mut whole: Option<Buffer> = None;
        for Patch { map, from, to } in patches {
            let [_, w, _] = map.dims();
            let map = Buffer::of(&map);
            let whole = whole.get_or_insert_with(|| map.new_stored(map.storage(), shape));
            copy(&map, w, from, whole, width, to, channels);
        }
        whole.expect("a map has at least one patch").into_tensor()
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
        let vec4s = channels / 4;
        let row = from.width * vec4s;
        CopyRectangle(source.storage()).launch(
            (row * from.height).div_ceil(256),
            &[source],
            &[out],
            &[
                row as u32,
                (row * from.height) as u32,
                (width * vec4s) as u32,
                ((from.y * width + from.x) * vec4s) as u32,
                (out_width * vec4s) as u32,
                ((to.y * out_width + to.x) * vec4s) as u32,
            ],
        );
    }

    /// Copies a rectangle between maps that are stored in this way.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct CopyRectangle(Storage);

    impl Shader for CopyRectangle {
        fn workgroup(self) -> [u32; 3] {
            [256, 1, 1]
        }

        fn text(self) -> String {
            fill(include_str!("crop.wgsl"), &[("stored", &self.0.wgsl_type())])
        }

        fn variants(_: &[(usize, usize)]) -> Vec<Self> {
            Storage::ALL.map(Self).to_vec()
        }
    }
}
