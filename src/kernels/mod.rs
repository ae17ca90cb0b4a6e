//! The hot operations. Each file holds one: a WGSL kernel for the GPU and, beside it, its CPU twin
//! of stock Burn operations, which is the reference in the tests, and what runs where there is no WebGPU. What takes most of
//! a step is our own there, too (the crate `processor`).
//!
//! Feature maps are tensors of shape `[height, width, channels]`, channels last and a multiple of
//! four, so that on the GPU four channels are one `vec4`. A picture is such a map with four
//! channels: red, green, blue, and one that stays zero.

pub mod adam;
pub mod conv;
#[cfg(feature = "cpu")]
pub mod cpu;
pub mod cut;
pub mod frame;
#[cfg(feature = "gpu")]
pub(crate) mod gpu;
pub mod gram;
pub mod moments;
pub mod normalize;
#[cfg(feature = "gpu")]
mod pieces;
pub mod pool;
pub mod residual;
pub mod total_variation;
pub mod vectors;
pub mod weigh;

use burn::tensor::{Device, Tensor};

/// A map `[height, width, channels]`, channels last.
pub type Map = Tensor<3>;

/// How a GPU stores feature maps and their gradients. What is computed is f32 in any case, and so is what sums go into.
///
/// A half is the upper half of an f32 (bfloat16): 8 bits of precision, and the range of f32. IEEE's halves have 11 bits,
/// but features of more than 65,504 overflow and gradients below 6e-8 vanish, so each layer's would have to be scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Storage {
    /// 32 bits a number: for checks against other implementations, which are more exact than the eye.
    Full,
    /// 16 bits a number.
    Half,
}

/// Whether this device runs our WGSL kernels.
pub fn runs_wgsl(device: &Device) -> bool {
    #[cfg(feature = "stock")]
    if STOCK.load(std::sync::atomic::Ordering::Relaxed) {
        return false;
    }
    #[cfg(feature = "gpu")]
    {
        matches!(device.as_dispatch(), burn::backend::DispatchDevice::Cube(_))
    }
    #[cfg(not(feature = "gpu"))]
    {
        let _ = device;
        false
    }
}

#[cfg(feature = "stock")]
static STOCK: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

#[cfg(feature = "gpu")]
static IN_SOFTWARE: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// Says whether the GPU is none: an adapter that computes on the processor's cores wants larger tiles.
///
/// [`crate::device::gpu`] says it for the one that it opens. Results do not depend on it, but for rounding.
#[cfg(feature = "gpu")]
pub fn set_in_software(software: bool) {
    IN_SOFTWARE.store(software, std::sync::atomic::Ordering::Relaxed);
}

#[cfg(feature = "gpu")]
pub(crate) fn is_in_software() -> bool {
    IN_SOFTWARE.load(std::sync::atomic::Ordering::Relaxed)
}

/// Makes GPU devices run the CPU twins, that is Burn's stock kernels: the baseline of the benchmark.
#[cfg(feature = "stock")]
pub fn use_stock_operations(stock: bool) {
    STOCK.store(stock, std::sync::atomic::Ordering::Relaxed);
}

/// Runs the WGSL kernel where the device can, else what is there for the processor: loops of our own, if there are any, or
/// the twin.
///
/// A build for the browser has one of the two engines only, and links only its half.
macro_rules! on_device {
    ($device:expr, gpu: $gpu:expr, cpu: $cpu:expr, twin: $twin:expr) => {{
        #[cfg(feature = "cpu")]
        {
            if $crate::device::is_cpu(&$device) {
                $cpu
            } else {
                $crate::kernels::on_device!($device, gpu: $gpu, cpu: $twin)
            }
        }
        #[cfg(not(feature = "cpu"))]
        {
            $crate::kernels::on_device!($device, gpu: $gpu, cpu: $twin)
        }
    }};
    ($device:expr, gpu: $gpu:expr, cpu: $cpu:expr) => {{
        #[cfg(all(feature = "gpu", any(feature = "cpu", feature = "stock")))]
        {
            if $crate::kernels::runs_wgsl(&$device) { $gpu } else { $cpu }
        }
        #[cfg(all(feature = "gpu", not(any(feature = "cpu", feature = "stock"))))]
        {
            $gpu
        }
        #[cfg(not(feature = "gpu"))]
        {
            $cpu
        }
    }};
}
pub(crate) use on_device;

/// These numbers, in the order of the dimensions, on a device.
pub(crate) fn upload<const D: usize>(values: Vec<f32>, dims: [usize; D], device: &Device) -> Tensor<D> {
    on_device!(device,
        gpu: gpu::Buffer::upload(values, dims, device).into_tensor(),
        cpu: Tensor::from_data(burn::tensor::TensorData::new(values, dims), device))
}

/// The same numbers in other dimensions; nothing moves.
pub(crate) fn shaped<const D: usize, const E: usize>(tensor: Tensor<D>, dims: [usize; E]) -> Tensor<E> {
    on_device!(tensor.device(), gpu: gpu::Buffer::of(&tensor).shaped(dims).into_tensor(), cpu: tensor.reshape(dims))
}

/// `[h, w, c]` as the `[1, c, h, w]` that stock operations expect; a view, nothing moves.
pub(crate) fn to_nchw(map: Map) -> Tensor<4> {
    map.permute([2, 0, 1]).unsqueeze::<4>()
}

/// `[1, c, h, w]` as `[h, w, c]`; a view, nothing moves.
pub(crate) fn from_nchw(map: Tensor<4>) -> Map {
    let [_, c, h, w] = map.dims();
    map.reshape([c, h, w]).permute([1, 2, 0])
}
