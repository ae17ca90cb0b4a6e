//! Resizes pictures and maps of four channels on the device, for changes of scale.

use picture::resample::Filter;

use super::{Map, on_device};

/// `factor · map`, resized to `to` (width, height): `[H, W, 4]` → `[height, width, 4]`.
pub fn resample(map: &Map, to: (usize, usize), filter: Filter, factor: f32) -> Map {
    on_device!(map.device(),
        gpu: gpu::resample(map, to, filter, factor),
        cpu: cpu::resample(map, to, filter) * factor,
        twin: resample_cpu(map, to, filter) * factor)
}

/// The picture of the next scale, `to` (width, height), enlarged bicubically and clamped to 0..1: `[H, W, 4]` →
/// `[height, width, 4]`.
///
/// With `photos`, the photo at the size of `picture` and at the new size, only the difference from the photo is
/// enlarged, and added to the photo at the new size. The picture then has the fine detail of the photo, which the
/// smaller scale could not represent.
pub fn enlarged(picture: &Map, photos: Option<(&Map, &Map)>, to: (usize, usize)) -> Map {
    on_device!(picture.device(),
        gpu: gpu::enlarged(picture, photos, to),
        cpu: enlarged_cpu(picture, photos, |map| cpu::resample(map, to, Filter::Bicubic)),
        twin: enlarged_cpu(picture, photos, |map| resample_cpu(map, to, Filter::Bicubic)))
}

#[cfg(any(feature = "cpu", feature = "stock"))]
fn enlarged_cpu(picture: &Map, photos: Option<(&Map, &Map)>, resize: impl Fn(&Map) -> Map) -> Map {
    let enlarged = match photos {
        Some((before, after)) => resize(&(picture.clone() - before.clone())) + after.clone(),
        None => resize(picture),
    };
    enlarged.clamp(0.0, 1.0)
}

/// The twin of [`resample`], without a factor: products with a matrix for each axis.
pub fn resample_cpu(map: &Map, to: (usize, usize), filter: Filter) -> Map {
    use burn::tensor::{Tensor, TensorData};
    use picture::resample::taps;

    let [h, w, c] = map.dims();
    let matrix = |from: usize, to: usize| {
        let mut values = vec![0.0; to * from];
        for (row, taps) in values.chunks_exact_mut(from).zip(taps(from, to, filter)) {
            row[taps.first..][..taps.weights.len()].copy_from_slice(&taps.weights);
        }
        Tensor::<2>::from_data(TensorData::new(values, [to, from]), &map.device())
    };
    let columns = matrix(h, to.1).matmul(map.clone().reshape([h, w * c])).reshape([to.1, w, c]);
    let rows = matrix(w, to.0).unsqueeze::<3>().matmul(columns);
    rows.reshape([to.1, to.0, c])
}

#[cfg(feature = "cpu")]
mod cpu {
    use picture::resample;

    use super::{Filter, Map};
    use crate::kernels::cpu::{Numbers, tensor};

    pub fn resample(map: &Map, to: (usize, usize), filter: Filter) -> Map {
        let [h, w, _] = map.dims();
        tensor(resample::resample(Numbers::of(map).all(), (w, h), to, filter), [to.1, to.0, 4])
    }
}

#[cfg(feature = "gpu")]
pub(super) mod gpu {
    use burn::tensor::Device;
    use picture::resample::taps;

    use super::{Filter, Map};
    use crate::kernels::gpu::{Buffer, Shader as _, shader};

    const SUBTRACTS: u32 = 1;
    const ADDS: u32 = 2;
    const CLAMPS: u32 = 4;

    pub fn resample(map: &Map, to: (usize, usize), filter: Filter, factor: f32) -> Map {
        let [h, w, _] = map.dims();
        let device = map.device();
        let pass = |factor| Pass { device: &device, filter, factor, other: None, flags: 0 };
        let rows = pass(1.0).columns(&Buffer::of(map), [h, w], to.0);
        pass(factor).rows(&rows, [h, to.0], to.1).into_tensor()
    }

    pub fn enlarged(picture: &Map, photos: Option<(&Map, &Map)>, to: (usize, usize)) -> Map {
        let [h, w, _] = picture.dims();
        let device = picture.device();
        let photos = photos.map(|(before, after)| (Buffer::of(before), Buffer::of(after)));
        let (before, after) = photos.as_ref().map(|(before, after)| (before, after)).unzip();
        let pass =
            |other, flags| Pass { device: &device, filter: Filter::Bicubic, factor: 1.0, other, flags };
        let subtracts = before.map_or(0, |_| SUBTRACTS);
        let rows = pass(before, subtracts).columns(&Buffer::of(picture), [h, w], to.0);
        let adds = after.map_or(0, |_| ADDS);
        pass(after, adds | CLAMPS).rows(&rows, [h, to.0], to.1).into_tensor()
    }

    /// Resizes one axis of a map `[H, W, 4]`.
    struct Pass<'a> {
        device: &'a Device,
        filter: Filter,
        /// By which the result is multiplied.
        factor: f32,
        /// Subtracted or added, as `flags` say.
        other: Option<&'a Buffer>,
        flags: u32,
    }

    impl Pass<'_> {
        /// `[h, w, 4]` → `[h, to, 4]`.
        fn columns(self, map: &Buffer, [h, w]: [usize; 2], to: usize) -> Buffer {
            self.launch(map, [w, to], 1, [h, to])
        }

        /// `[h, w, 4]` → `[to, w, 4]`.
        fn rows(self, map: &Buffer, [h, w]: [usize; 2], to: usize) -> Buffer {
            self.launch(map, [h, to], w, [to, w])
        }

        /// `inner` is the distance of two pixels along the axis, in pixels.
        fn launch(self, map: &Buffer, [from, to]: [usize; 2], inner: usize, [h, w]: [usize; 2]) -> Buffer {
            let (table, weights) = self.table(from, to);
            let resized = map.new_like([h, w, 4]);
            Resample.launch(
                (h * w).div_ceil(64),
                // Where no other map is needed, the map itself is bound once more, and not read.
                &[map, &table, self.other.unwrap_or(map)],
                &[&resized],
                &[(h * w) as u32, inner as u32, from as u32, to as u32, weights as u32, self.flags],
            );
            resized
        }

        /// The first pixel and the weights for each new pixel, and the number of weights.
        fn table(&self, from: usize, to: usize) -> (Buffer, usize) {
            let taps = taps(from, to, self.filter);
            let most = taps.iter().map(|taps| taps.weights.len()).max().unwrap_or_default();
            let mut table = Vec::with_capacity(to * (most + 1));
            for (at, taps) in taps.iter().enumerate() {
                table.push(taps.first as f32);
                table.extend(taps.weights.iter().map(|weight| self.factor * weight));
                table.resize((at + 1) * (most + 1), 0.0);
            }
            (Buffer::upload(table, [to * (most + 1)], self.device), most)
        }
    }

    shader!(Resample, "resample.wgsl", 64);
}
