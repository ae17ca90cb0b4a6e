//! Computes the input of the network: the picture minus the mean of the training set.

use burn::tensor::{Tensor, TensorData};

use super::{Map, on_device};

/// `picture − mean`, per channel. `[H, W, 4]` → `[H, W, 4]`; the fourth channel stays zero.
pub fn normalize(picture: &Map, mean: [f32; 3]) -> Map {
    on_device!(picture.device(), gpu: gpu(picture, mean), cpu: cpu(picture, mean))
}

/// The twin.
pub fn cpu(picture: &Map, mean: [f32; 3]) -> Map {
    let mean = TensorData::new(vec![mean[0], mean[1], mean[2], 0.0], [1, 1, 4]);
    picture.clone() - Tensor::from_data(mean, &picture.device())
}

#[cfg(feature = "gpu")]
fn gpu(picture: &Map, mean: [f32; 3]) -> Map {
    use super::gpu::{Buffer, Shader as _};

    let [h, w, _] = picture.dims();
    let x = Buffer::of(picture);
    let y = x.new_like([h, w, 4]);
    let [r, g, b] = mean.map(f32::to_bits);
    Normalize.launch((h * w).div_ceil(256), &[&x], &[&y], &[r, g, b, 0, (h * w) as u32]);
    y.into_tensor()
}

#[cfg(feature = "gpu")]
super::gpu::shader!(Normalize, "normalize.wgsl", 256);
