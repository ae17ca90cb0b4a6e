//! Packs a picture as RGBA8 and reads it back.

use burn::tensor::Tensor;

use super::{
    Map, on_device,
    readback::{read_values_cpu, read_vectors_cpu},
};
use crate::error::Error;

/// Reads a picture as RGBA8 and a few small vectors, in one go. `[H, W, 4]` → `4·H·W` bytes, opaque.
///
/// The optimisation waits for the device only here.
///
/// # Errors
/// [`Error::DeviceLost`] if the device cannot be read.
pub async fn read(picture: &Map, vectors: Vec<Tensor<1>>) -> Result<(Vec<u8>, Vec<Vec<f32>>), Error> {
    on_device!(picture.device(), gpu: gpu::read(picture, vectors).await, cpu: read_cpu(picture, vectors).await)
}

/// The twin of [`read`].
///
/// # Errors
/// As [`read`].
pub async fn read_cpu(picture: &Map, vectors: Vec<Tensor<1>>) -> Result<(Vec<u8>, Vec<Vec<f32>>), Error> {
    let values = read_values_cpu(picture.clone()).await?;
    // Rounded half up, as WGSL's pack4x8unorm does.
    let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5).floor() as u8;
    let rgba = values.chunks_exact(4).flat_map(|p| [byte(p[0]), byte(p[1]), byte(p[2]), 255]).collect();
    Ok((rgba, read_vectors_cpu(vectors).await?))
}

#[cfg(feature = "gpu")]
pub(super) mod gpu {
    use super::{Error, Map, Tensor};
    use crate::kernels::{
        gpu::{Buffer, Shader as _, read_buffers, shader},
        readback::floats,
    };

    pub async fn read(picture: &Map, vectors: Vec<Tensor<1>>) -> Result<(Vec<u8>, Vec<Vec<f32>>), Error> {
        let [h, w, _] = picture.dims();
        let x = Buffer::of(picture);
        let packed = x.new_like([h, w]);
        PackRgba.launch((h * w).div_ceil(256), &[&x], &[&packed], &[(h * w) as u32]);
        let buffers = std::iter::once(packed).chain(vectors.iter().map(Buffer::of)).collect();
        let mut bytes = read_buffers(buffers).await?.into_iter();
        let rgba = bytes.next().unwrap_or_default();
        Ok((rgba, bytes.map(|bytes| floats(&bytes)).collect()))
    }

    shader!(PackRgba, "frame.wgsl", 256);
}
