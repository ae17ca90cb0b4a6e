//! Multiplies maps by a weight per pixel.

use burn::tensor::Tensor;

use super::{Map, on_device};

/// `weights[p] · map[p, c] + add[p, c]` of maps `[H, W, C]` and weights `[H, W]` → `[H, W, C]`.
pub fn scale_pixels(map: &Map, weights: &Tensor<2>, add: Option<&Map>) -> Map {
    on_device!(map.device(), gpu: gpu(map, weights, add), cpu: scale_pixels_cpu(map, weights, add))
}

/// The twin of [`scale_pixels`].
pub fn scale_pixels_cpu(map: &Map, weights: &Tensor<2>, add: Option<&Map>) -> Map {
    let [h, w, _] = map.dims();
    let weighted = map.clone() * weights.clone().reshape([h, w, 1]);
    match add {
        Some(add) => weighted + add.clone(),
        None => weighted,
    }
}

#[cfg(feature = "gpu")]
fn gpu(map: &Map, weights: &Tensor<2>, add: Option<&Map>) -> Map {
    use super::gpu::{Buffer, Shader as _};

    let [h, w, c] = map.dims();
    let vec4s = h * w * c / 4;
    let (map, weights) = (Buffer::of(map), Buffer::of(weights));
    // Where nothing is added the map itself is bound once more, and not read.
    let added = add.map_or_else(|| map.clone(), Buffer::of);
    let out = map.new_stored(map.storage(), [h, w, c]);
    ScalePixels(map.storage()).launch(
        vec4s.div_ceil(256),
        &[&map, &weights, &added],
        &[&out],
        &[vec4s as u32, (c / 4) as u32, u32::from(add.is_some())],
    );
    out.into_tensor()
}

#[cfg(feature = "gpu")]
super::gpu::shader!(ScalePixels(Storage), "scale_pixels.wgsl", 256);
