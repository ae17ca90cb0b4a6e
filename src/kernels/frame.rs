//! The picture as bytes for a canvas, and the way back from the device.

use burn::tensor::Tensor;

use super::{Map, on_device};
use crate::error::Error;

/// Reads a picture as RGBA8 and a few small vectors, in one go. `[H, W, 4]` → `4·H·W` bytes, opaque.
///
/// This is the only place where the optimisation waits for the device.
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

/// Reads a few small vectors, in one go.
///
/// # Errors
/// [`Error::DeviceLost`] if the device cannot be read.
pub async fn read_vectors(vectors: Vec<Tensor<1>>) -> Result<Vec<Vec<f32>>, Error> {
    if vectors.is_empty() {
        return Ok(Vec::new());
    }
    on_device!(vectors[0].device(), gpu: gpu::read_vectors(vectors).await, cpu: read_vectors_cpu(vectors).await)
}

/// The twin of [`read_vectors`].
///
/// # Errors
/// As [`read_vectors`].
pub async fn read_vectors_cpu(vectors: Vec<Tensor<1>>) -> Result<Vec<Vec<f32>>, Error> {
    let mut read = Vec::with_capacity(vectors.len());
    for vector in vectors {
        read.push(read_values_cpu(vector).await?);
    }
    Ok(read)
}

/// The values of a tensor, row by row.
///
/// # Errors
/// [`Error::DeviceLost`] if the device cannot be read.
pub async fn read_values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, Error> {
    // Boxed: each of its many callers would hold room for both.
    on_device!(tensor.device(),
        gpu: Box::pin(gpu::read_values(&tensor)).await,
        cpu: Box::pin(read_values_cpu(tensor)).await)
}

/// The twin of [`read_values`].
///
/// # Errors
/// As [`read_values`].
pub async fn read_values_cpu<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, Error> {
    let data = tensor.into_data_async().await.map_err(|error| Error::DeviceLost(error.to_string()))?;
    data.try_into_vec().map_err(|error| Error::DeviceLost(format!("{error:?}")))
}

#[cfg(feature = "gpu")]
mod gpu {
    use super::{Error, Map, Tensor};
    use crate::kernels::{
        Storage,
        gpu::{Buffer, Wgsl, read_buffers},
    };

    pub async fn read(picture: &Map, vectors: Vec<Tensor<1>>) -> Result<(Vec<u8>, Vec<Vec<f32>>), Error> {
        let [h, w, _] = picture.dims();
        let x = Buffer::of(picture);
        let packed = x.new_like([h, w]);
        Wgsl { name: "frame", variant: (), text: |()| TEXT.into(), workgroup: [256, 1, 1] }.launch(
            (h * w).div_ceil(256),
            &[&x],
            &[&packed],
            &[(h * w) as u32],
        );
        let buffers = std::iter::once(packed).chain(vectors.iter().map(Buffer::of)).collect();
        let mut bytes = read_buffers(buffers).await?.into_iter();
        let rgba = bytes.next().unwrap_or_default();
        Ok((rgba, bytes.map(|bytes| floats(&bytes)).collect()))
    }

    pub async fn read_vectors(vectors: Vec<Tensor<1>>) -> Result<Vec<Vec<f32>>, Error> {
        let bytes = read_buffers(vectors.iter().map(Buffer::of).collect()).await?;
        Ok(bytes.iter().map(|bytes| floats(bytes)).collect())
    }

    pub async fn read_values<const D: usize>(tensor: &Tensor<D>) -> Result<Vec<f32>, Error> {
        let buffer = Buffer::of(tensor);
        let storage = buffer.storage();
        let bytes = read_buffers(vec![buffer]).await?.concat();
        Ok(match storage {
            Storage::Full => floats(&bytes),
            Storage::Half => halves(&bytes),
        })
    }

    /// A half is the upper half of a number.
    fn halves(bytes: &[u8]) -> Vec<f32> {
        let bits = bytes.as_chunks().0.iter().map(|bytes| u32::from(u16::from_le_bytes(*bytes)) << 16);
        bits.map(f32::from_bits).collect()
    }

    fn floats(bytes: &[u8]) -> Vec<f32> {
        bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    }

    const TEXT: &str = "
struct Parameters { pixels: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> packed: array<u32>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    if (i >= parameters.pixels) { return; }
    packed[i] = pack4x8unorm(vec4<f32>(x[i].rgb, 1.0));
}
";
}
