//! Reads tensors back from the device.

use burn::tensor::Tensor;

#[cfg(feature = "gpu")]
pub use super::gpu::readbacks;
use super::on_device;
#[cfg(feature = "gpu")]
use super::{
    Storage,
    gpu::{Buffer, read_buffers},
};
use crate::error::Error;

/// Reads a few small vectors with a single wait for the device.
///
/// # Errors
/// [`Error::DeviceLost`] if the device cannot be read.
pub async fn read_vectors(vectors: Vec<Tensor<1>>) -> Result<Vec<Vec<f32>>, Error> {
    if vectors.is_empty() {
        return Ok(Vec::new());
    }
    on_device!(vectors[0].device(), gpu: read_vectors_gpu(vectors).await, cpu: read_vectors_cpu(vectors).await)
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
    // Boxed: otherwise the future of each of its many callers would be as large as both branches.
    on_device!(tensor.device(),
        gpu: Box::pin(read_values_gpu(&tensor)).await,
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
async fn read_vectors_gpu(vectors: Vec<Tensor<1>>) -> Result<Vec<Vec<f32>>, Error> {
    let bytes = read_buffers(vectors.iter().map(Buffer::of).collect()).await?;
    Ok(bytes.iter().map(|bytes| floats(bytes)).collect())
}

#[cfg(feature = "gpu")]
async fn read_values_gpu<const D: usize>(tensor: &Tensor<D>) -> Result<Vec<f32>, Error> {
    let buffer = Buffer::of(tensor);
    let storage = buffer.storage();
    let bytes = read_buffers(vec![buffer]).await?.concat();
    Ok(match storage {
        Storage::Full => floats(&bytes),
        Storage::Half => halves(&bytes),
    })
}

/// bf16 values as f32: a bf16 is the upper half of an f32.
#[cfg(feature = "gpu")]
fn halves(bytes: &[u8]) -> Vec<f32> {
    let bits = bytes.as_chunks().0.iter().map(|bytes| u32::from(u16::from_le_bytes(*bytes)) << 16);
    bits.map(f32::from_bits).collect()
}

/// The f32 values of these bytes.
#[cfg(feature = "gpu")]
pub(super) fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}
