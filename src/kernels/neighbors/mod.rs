//! Compares features with the nearest ones of a painting, by the cosine of the angle between them once each has lost its
//! mean. Features after a ReLU are all positive: without centring, what they have in common would decide which is near.
//!
//! Features are gathered from a map as rows, compared, and what pulls at them is added to the map of a gradient:
//!
//! ```text
//! f = F[places]   μ = Σ w·f   r = max(‖f − μ‖, 1e-6)   u = (f − μ)/r   z = max u·t   over the targets t of the painting
//! loss = Σ w·(1 − z)
//! ```
//!
//! A target is chosen once and then held, so the gradient with respect to f is g − w·Σ g with g = −w·(t − z·u)/r. On a GPU
//! the product with the targets is fused with its maximum: the matrix of all scores is never stored.

#[cfg(feature = "cpu")]
mod cpu;
#[cfg(feature = "gpu")]
pub(super) mod gpu;
mod sample;

use burn::tensor::{Device, Tensor};

pub use self::sample::{Place, Pull, Sample};
use super::{Map, on_device, upload};

/// Places on a device, `[1, N, 4]`: pixel (−1 for none), weight, and two zeros. No two have the same pixel.
pub fn upload_places(places: &[Place], device: &Device) -> Map {
    // Pixels of a map are few enough to be exact in f32.
    let row = |place: &Place| [place.pixel.map_or(-1.0, |pixel| pixel as f32), place.weight, 0.0, 0.0];
    upload(places.iter().flat_map(row).collect(), [1, places.len(), 4], device)
}

/// The features of `map` `[H, W, C]` at places, `[N, C]`. Rows without a pixel are those of `rows`, whose memory is used
/// again, or zero.
pub fn gather(map: &Map, places: &Map, rows: Option<Tensor<2>>) -> Tensor<2> {
    on_device!(map.device(),
        gpu: gpu::gather(map, places, rows), cpu: cpu::gather(map, places, rows), twin: baseline())
}

/// The sample of `rows` `[N, C]`.
pub fn centred(rows: &Tensor<2>, places: &Map) -> Sample {
    on_device!(rows.device(), gpu: gpu::centred(rows, places), cpu: cpu::centred(rows, places), twin: baseline())
}

/// What pulls at a sample, times `factor`, given targets t `[M, C]` of length 1; and a vector whose elements add up to the
/// loss without the factor.
///
/// Where several targets are as near, the first one pulls.
pub fn pull(sample: &Sample, targets: &Tensor<2>, places: &Map, factor: f32) -> (Pull, Tensor<1>) {
    on_device!(targets.device(),
        gpu: gpu::pull(sample, targets, places, factor),
        cpu: cpu::pull(sample, targets, places, factor),
        twin: baseline())
}

/// Adds the gradient of a sample to `map` `[H, W, C]`; `None`: to zeros in the shape and storage of `like`. No other tensor
/// may share the memory of `map`.
pub fn spread(map: Option<Map>, like: &Map, pull: &Pull, places: &Map) -> Map {
    on_device!(like.device(),
        gpu: gpu::spread(map, like, pull, places),
        cpu: cpu::spread(map, like, pull, places),
        twin: baseline())
}

/// The benchmark's baseline of stock operations paints with Gram matrices.
#[cfg(any(feature = "cpu", feature = "stock"))]
fn baseline() -> ! {
    panic!("neighbours have no stock operations")
}
