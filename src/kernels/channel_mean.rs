//! Makes a gradient that keeps a grey picture grey.

use super::{Map, on_device};

/// Each of the three channels becomes their mean; the fourth stays zero. `[H, W, 4]` → `[H, W, 4]`.
///
/// Of a gradient, this is its part along the grey pictures.
pub fn channel_mean(map: &Map) -> Map {
    on_device!(map.device(), gpu: gpu(map), cpu: cpu(map))
}

/// The twin.
#[cfg(any(feature = "cpu", feature = "stock"))]
fn cpu(map: &Map) -> Map {
    use burn::tensor::{Tensor, TensorData};

    let mask =
        Tensor::<3>::from_data(TensorData::new(vec![1.0_f32, 1.0, 1.0, 0.0], [1, 1, 4]), &map.device());
    (map.clone() * mask.clone()).sum_dim(2) * mask / 3.0
}

#[cfg(feature = "gpu")]
fn gpu(map: &Map) -> Map {
    use super::gpu::{Buffer, Shader as _};

    let [h, w, _] = map.dims();
    let map = Buffer::of(map);
    let mean = map.new_like([h, w, 4]);
    ChannelMean.launch((h * w).div_ceil(256), &[&map], &[&mean], &[(h * w) as u32]);
    mean.into_tensor()
}

#[cfg(feature = "gpu")]
super::gpu::shader!(ChannelMean, "channel_mean.wgsl", 256);
