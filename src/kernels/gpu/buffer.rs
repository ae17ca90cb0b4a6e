//! Buffers on the GPU: the one place that knows how they lie in Burn's tensors.

use burn::{
    backend::DispatchDevice,
    tensor::{DType, Device, Tensor, TensorData},
};
use burn_wgpu::{CubeBackend, CubeTensor};

use super::arena;
use crate::kernels::Storage;

/// A tensor's buffer on the GPU: contiguous, of f32 or bf16 values. A clone refers to the same memory.
#[derive(Clone)]
pub struct Buffer(pub(super) CubeTensor);

impl Buffer {
    /// The buffer of a tensor that lives on a GPU.
    pub fn of<const D: usize>(tensor: &Tensor<D>) -> Self {
        let primitive = tensor
            .clone()
            .try_into_primitive::<CubeBackend>()
            .unwrap_or_else(|error| panic!("a GPU kernel got a tensor of another device: {error:?}"));
        debug_assert!(primitive.is_contiguous());
        Self(primitive)
    }

    /// A new buffer of these values on a GPU.
    ///
    /// `Tensor::from_data` would link code that lays out quantized values, and with it a compiler.
    pub fn upload<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Self {
        #[cfg_attr(not(feature = "cpu"), expect(irrefutable_let_patterns, reason = "there are no others"))]
        let DispatchDevice::Cube(device) = device.as_dispatch() else {
            panic!("a GPU's buffer was asked for on another device: {device:?}")
        };
        let (bytes, shape, dtype) = TensorData::new(values, shape).into_parts();
        let client = device.client();
        arena::note_upload();
        let handle = client.create(bytes);
        Self(CubeTensor::new_contiguous(client, device.clone(), shape, handle, dtype))
    }

    /// How its values are stored.
    pub fn storage(&self) -> Storage {
        if self.0.dtype == DType::BF16 { Storage::Half } else { Storage::Full }
    }

    /// A name of its memory, and its size in bytes.
    #[cfg(not(target_family = "wasm"))]
    pub fn memory(&self) -> (String, u64) {
        let (id, ..) = self.0.handle.clone().binding().claim_key();
        (format!("{id:?}"), self.0.handle.size_in_used())
    }

    /// A new f32 buffer of this shape on the device of this one. Its content is undefined.
    pub fn new_like<const D: usize>(&self, shape: [usize; D]) -> Self {
        self.new_stored(Storage::Full, shape)
    }

    /// As [`Self::new_like`], with this storage.
    pub fn new_stored<const D: usize>(&self, storage: Storage, shape: [usize; D]) -> Self {
        let dtype = match storage {
            Storage::Full => DType::F32,
            Storage::Half => DType::BF16,
        };
        let bytes = shape.iter().product::<usize>() * dtype.size();
        let handle = arena::memory(bytes, false, || self.0.client.empty(bytes));
        Self(CubeTensor::new_contiguous(
            self.0.client.clone(),
            self.0.device.clone(),
            shape.into(),
            handle,
            dtype,
        ))
    }

    /// As [`Self::new_like`], in persistent memory: the allocator reuses it for buffers of this size only.
    ///
    /// Otherwise the allocator reuses any free memory that is large enough. A loss that outlives a pass through the
    /// network would then occupy the memory of a feature map, and a feature map the memory of a buffer that every layer
    /// needs.
    pub fn new_persistent<const D: usize>(&self, shape: [usize; D]) -> Self {
        let client = &self.0.client;
        let bytes = shape.iter().product::<usize>() * size_of::<f32>();
        let handle = arena::memory(bytes, true, || {
            client.memory_persistent_allocation(bytes, |bytes| client.empty(bytes))
        });
        Self(CubeTensor::new_contiguous(
            client.clone(),
            self.0.device.clone(),
            shape.into(),
            handle,
            DType::F32,
        ))
    }

    /// The same values with other dimensions.
    ///
    /// Burn's own `reshape` would link kernels that copy non-contiguous tensors; ours are always contiguous.
    pub fn shaped<const D: usize>(self, dims: [usize; D]) -> Self {
        let CubeTensor { client, device, handle, dtype, .. } = &self.0;
        Self(CubeTensor::new_contiguous(client.clone(), device.clone(), dims.into(), handle.clone(), *dtype))
    }

    /// A part of this f32 buffer as a buffer of its own, in the same memory. It begins with the value `first`, a multiple
    /// of 64, since WebGPU binds parts at multiples of 256 bytes.
    pub fn part<const D: usize>(&self, first: usize, shape: [usize; D]) -> Self {
        debug_assert!(first.is_multiple_of(64) && self.storage() == Storage::Full);
        let CubeTensor { client, device, handle, dtype, .. } = &self.0;
        let bytes = |values: usize| (values * size_of::<f32>()) as u64;
        let rest = handle.size_in_used() - bytes(first + shape.iter().product::<usize>());
        let handle = handle.clone().offset_start(bytes(first)).offset_end(rest);
        Self(CubeTensor::new_contiguous(client.clone(), device.clone(), shape.into(), handle, *dtype))
    }

    /// The tensor of this buffer.
    pub fn into_tensor<const D: usize>(self) -> Tensor<D> {
        Tensor::from_primitive::<CubeBackend>(self.0)
    }
}

/// How many threads share a sum over `count` elements: thread t adds up the elements t, t + threads, … by itself.
///
/// Their partial sums are read back with the frame and added on the CPU, so they must stay few. A sum within
/// each workgroup would leave fewer, but needs barriers, on which a software adapter spends more than on a convolution.
pub fn summing_threads(count: usize) -> usize {
    count.div_ceil(4).min(8192)
}
