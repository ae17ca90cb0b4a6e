//! Computes sums of squares, the magnitudes of targets, which are read back together.

use burn::tensor::Tensor;

use super::{Map, on_device, readback::read_vectors};
use crate::error::Error;

/// Sums of squares that are to be read back together.
#[derive(Debug, Default)]
pub struct Squares {
    partial: Vec<Tensor<1>>,
}

impl Squares {
    /// Queues the sum of squares of a map; returns its index among the sums that [`Self::read`] returns.
    pub fn add(&mut self, map: &Map) -> usize {
        self.partial.push(squares(map));
        self.partial.len() - 1
    }

    /// All sums, in f64 from partial sums in f32. Waits for the device, once.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device cannot be read.
    pub async fn read(self) -> Result<Vec<f64>, Error> {
        let read = read_vectors(self.partial).await?;
        Ok(read.iter().map(|sums| sums.iter().copied().map(f64::from).sum()).collect())
    }
}

/// Partial sums of the squares of a map `[H, W, C]`; their number depends on the device.
pub fn squares(map: &Map) -> Tensor<1> {
    on_device!(map.device(), gpu: gpu::squares(map), cpu: cpu::squares(map), twin: squares_cpu(map))
}

/// The twin of [`squares`].
pub fn squares_cpu(map: &Map) -> Tensor<1> {
    (map.clone() * map.clone()).sum()
}

#[cfg(feature = "cpu")]
mod cpu {
    use super::{Map, Tensor};
    use crate::kernels::cpu::{Numbers, tensor};

    pub fn squares(map: &Map) -> Tensor<1> {
        let sum: f64 = Numbers::of(map).all().iter().map(|&value| f64::from(value).powi(2)).sum();
        tensor(vec![sum as f32], [1])
    }
}

#[cfg(feature = "gpu")]
pub(super) mod gpu {
    use super::{Map, Tensor};
    use crate::kernels::gpu::{Buffer, Shader as _, shader};

    /// The most partial sums, all of which are read back.
    const THREADS: usize = 4096;

    pub fn squares(map: &Map) -> Tensor<1> {
        let vec4s = map.dims().iter().product::<usize>() / 4;
        let threads = vec4s.div_ceil(4).min(THREADS);
        let map = Buffer::of(map);
        let sums = map.new_like([threads]);
        Squares(map.storage()).launch(
            threads.div_ceil(64),
            &[&map],
            &[&sums],
            &[vec4s as u32, threads as u32],
        );
        sums.into_tensor()
    }

    shader!(Squares(Storage), "squares.wgsl", 64);
}
