//! The operations that take most of a step. Each file holds one: the launch of a WGSL kernel for the GPU, whose text is the
//! `.wgsl` file beside it, and its CPU twin of Burn's stock operations. The twin is the reference in the tests, and runs where
//! there is no WebGPU. The most expensive operations have loops of our own on the CPU, too (the crate `processor`).
//!
//! The list of all WGSL kernels is in `shaders`.
//!
//! Feature maps are tensors of shape `[height, width, channels]`, channels last and a multiple of
//! four, so that on the GPU four channels are one `vec4`. A picture is such a map with four
//! channels: red, green, blue, and one that stays zero.

pub mod adam;
pub mod channel_mean;
pub mod conv;
#[cfg(feature = "cpu")]
pub mod cpu;
pub mod crop;
pub mod frame;
#[cfg(feature = "gpu")]
pub(crate) mod gpu;
pub mod gram;
pub mod inspect;
#[cfg(feature = "gpu")]
pub mod listing;
pub mod moments;
pub mod neighbors;
pub mod normalize;
pub mod pool;
pub mod pooled;
pub mod pyramid;
pub mod readback;
pub mod recording;
pub mod resample;
pub mod residual;
pub mod scale_pixels;
#[cfg(feature = "gpu")]
pub mod shaders;
#[cfg(feature = "gpu")]
mod split_k;
pub mod squares;
mod storage;
#[cfg(feature = "gpu")]
mod template;
mod tile;
pub mod total_variation;
pub mod vectors;

use burn::tensor::{Device, Tensor};
#[cfg(feature = "gpu")]
pub use gpu::{is_in_software, launches, set_in_software};
pub use storage::Storage;

/// A map `[height, width, channels]`, channels last.
pub type Map = Tensor<3>;

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

/// Whether tensors on this device lie in the CPU's memory.
#[cfg(feature = "cpu")]
pub fn is_cpu(device: &Device) -> bool {
    matches!(device.as_dispatch(), burn::backend::DispatchDevice::Flex(_))
}

/// Makes GPU devices run the CPU twins, that is Burn's stock kernels: the baseline of the benchmark.
#[cfg(feature = "stock")]
pub fn use_stock_operations(stock: bool) {
    STOCK.store(stock, std::sync::atomic::Ordering::Relaxed);
}

/// Runs the WGSL kernel where the device can, else the implementation for the CPU: loops of our own, if there are any, or the
/// twin.
///
/// A build for the browser has only one of the two engines, and links only that one.
macro_rules! on_device {
    ($device:expr, gpu: $gpu:expr, cpu: $cpu:expr, twin: $twin:expr) => {{
        #[cfg(feature = "cpu")]
        {
            if $crate::kernels::is_cpu(&$device) {
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

/// The picture has three channels and a fourth that is zero, so that a pixel is one `vec4`.
pub(crate) fn padded(channels: usize) -> usize {
    channels.next_multiple_of(4)
}

/// A tensor of these values, which are in the order of the dimensions, on a device.
pub(crate) fn upload<const D: usize>(values: Vec<f32>, dims: [usize; D], device: &Device) -> Tensor<D> {
    on_device!(device,
        gpu: gpu::Buffer::upload(values, dims, device).into_tensor(),
        cpu: Tensor::from_data(burn::tensor::TensorData::new(values, dims), device))
}

/// The same values with other dimensions; nothing is copied.
#[allow(clippy::needless_pass_by_value, reason = "a processor's tensor is used up")]
pub(crate) fn shaped<const D: usize, const E: usize>(tensor: Tensor<D>, dims: [usize; E]) -> Tensor<E> {
    on_device!(tensor.device(), gpu: gpu::Buffer::of(&tensor).shaped(dims).into_tensor(), cpu: tensor.reshape(dims))
}

/// `[h, w, c]` as the `[1, c, h, w]` that stock operations expect; a view, nothing is copied.
pub(crate) fn to_nchw(map: Map) -> Tensor<4> {
    map.permute([2, 0, 1]).unsqueeze::<4>()
}

/// `[1, c, h, w]` as `[h, w, c]`; a view, nothing is copied.
pub(crate) fn from_nchw(map: Tensor<4>) -> Map {
    let [_, c, h, w] = map.dims();
    map.reshape([c, h, w]).permute([1, 2, 0])
}
