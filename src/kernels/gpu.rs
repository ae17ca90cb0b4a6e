//! Launching WGSL: the one place that knows how Burn's GPU tensors become buffers.

use burn::{
    backend::DispatchDevice,
    tensor::{DType, Device, Tensor, TensorData},
};
use burn_wgpu::{CubeBackend, CubeTensor, KernelSource, SourceKernel, SourceTemplate};
use cubecl::{
    CubeCount, CubeDim,
    prelude::KernelId,
    server::{KernelArguments, MetadataBindingInfo},
};

use super::Storage;
use crate::error::Error;

/// WebGPU's default limit of workgroups per dimension.
const MAX_WORKGROUPS: u32 = 65_535;

/// A WGSL kernel: how to write its text, and what distinguishes its variants.
///
/// The text is written only when the pipeline is built: once per device and variant.
pub struct Wgsl<V> {
    /// Names the kernel; two kernels never share a name.
    pub name: &'static str,
    /// What the text depends on beyond the name.
    pub variant: V,
    /// The entry point is `main`; the bindings of group 0 are the inputs, the outputs, then the parameters.
    pub text: fn(V) -> String,
    /// Threads per workgroup, as the text says in `@workgroup_size`.
    pub workgroup: [u32; 3],
}

/// What a variant must be to serve as a key of the pipeline cache.
pub trait Variant: Copy + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static {}
impl<T: Copy + std::fmt::Debug + Eq + std::hash::Hash + Send + Sync + 'static> Variant for T {}

impl<V: Variant> KernelSource for Wgsl<V> {
    fn source(&self) -> SourceTemplate {
        SourceTemplate::new((self.text)(self.variant))
    }

    fn id(&self) -> KernelId {
        let [x, y, z] = self.workgroup;
        KernelId::new::<Self>().cube_dim(CubeDim::new_3d(x, y, z).into()).info((self.name, self.variant))
    }

    fn lang(&self) -> &'static str {
        "wgsl"
    }
}

impl<V: Variant> Wgsl<V> {
    /// Queues the kernel on `workgroups` workgroups; nothing is waited for.
    ///
    /// The dispatch may be two-dimensional: a kernel's linear workgroup index is `group.y * groups.x + group.x`,
    /// and there may be a few workgroups too many.
    pub fn launch<const D: usize>(
        self,
        workgroups: usize,
        inputs: &[&Buffer],
        outputs: &[&Buffer],
        parameters: &[u32; D],
    ) {
        let client = outputs[0].0.client.clone();
        let buffers = inputs.iter().chain(outputs).map(|buffer| buffer.0.handle.clone().binding()).collect();
        // The parameters travel as a uniform: 32-bit words in 16-byte rows.
        let mut words = parameters.to_vec();
        words.resize(words.len().next_multiple_of(4), 0);
        let words = words.chunks(2).map(|pair| u64::from(pair[0]) | u64::from(pair[1]) << 32).collect();
        let [x, y, z] = self.workgroup;
        let workgroups = u32::try_from(workgroups).expect("a launch has fewer than 2^32 workgroups");
        // A dispatch is two-dimensional as soon as one dimension does not suffice.
        let rows = workgroups.div_ceil(MAX_WORKGROUPS).max(1);
        let count = CubeCount::Static(workgroups.div_ceil(rows), rows, 1);
        let arguments =
            KernelArguments::new().with_buffers(buffers).with_info(MetadataBindingInfo::custom(words));
        client.launch(Box::new(SourceKernel::new(self, CubeDim::new_3d(x, y, z))), count, arguments);
    }
}

/// The upper halves of four numbers become numbers.
const WIDENED: &str = "    let even = quad << vec2<u32>(16u);
    let odd = quad & vec2<u32>(0xffff0000u);
    return bitcast<vec4<f32>>(vec4<u32>(even.x, odd.x, even.y, odd.y));
";

impl Storage {
    /// What WGSL calls four channels.
    pub fn quad(self) -> &'static str {
        match self {
            Self::Full => "vec4<f32>",
            Self::Half => "vec2<u32>",
        }
    }

    /// WGSL that reads maps of the first kind by `load`, those of the second one by `load_beside`, and writes these by
    /// `keep`: a kernel computes with `vec4<f32>`, whatever its maps are stored as.
    pub fn functions(from: Self, to: Self) -> String {
        let load = |name: &str, storage: Self| match storage {
            Self::Full => format!("fn {name}(quad: vec4<f32>) -> vec4<f32> {{ return quad; }}\n"),
            Self::Half => format!("fn {name}(quad: vec2<u32>) -> vec4<f32> {{\n{WIDENED}}}\n"),
        };
        // To the nearest, ties to even.
        let keep = match to {
            Self::Full => "fn keep(value: vec4<f32>) -> vec4<f32> { return value; }\n",
            Self::Half => {
                "fn keep(value: vec4<f32>) -> vec2<u32> {
    let bits = bitcast<vec4<u32>>(value);
    let near = bits + 0x7fffu + ((bits >> vec4<u32>(16u)) & vec4<u32>(1u));
    return (near.xz >> vec2<u32>(16u)) | (near.yw & vec2<u32>(0xffff0000u));
}
"
            }
        };
        load("load", from) + &load("load_beside", to) + keep
    }

    /// A kernel's text for maps that are all stored like this, which it calls `array<Quad>`.
    pub fn written(self, text: &str) -> String {
        format!("alias Quad = {};\n{}{text}", self.quad(), Self::functions(self, self))
    }
}

/// A tensor's buffer on the GPU: contiguous, of 32-bit numbers or a map that is stored in halves. A clone is the same one.
#[derive(Clone)]
pub struct Buffer(CubeTensor);

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

    /// A new buffer of these numbers on a GPU.
    ///
    /// `Tensor::from_data` would bring along what lays out quantized numbers anew, and with that a compiler.
    pub fn upload<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Self {
        #[cfg_attr(not(feature = "cpu"), expect(irrefutable_let_patterns, reason = "there are no others"))]
        let DispatchDevice::Cube(device) = device.as_dispatch() else {
            panic!("a GPU's buffer was asked for on another device: {device:?}")
        };
        let (bytes, shape, dtype) = TensorData::new(values, shape).into_parts();
        let client = device.client();
        let handle = client.create(bytes);
        Self(CubeTensor::new_contiguous(client, device.clone(), shape, handle, dtype))
    }

    /// How its numbers are stored.
    pub fn storage(&self) -> Storage {
        if self.0.dtype == DType::BF16 { Storage::Half } else { Storage::Full }
    }

    /// A new buffer on the device of this one, for `D` dimensions of f32. Its content is undefined.
    pub fn new_like<const D: usize>(&self, shape: [usize; D]) -> Self {
        self.new_stored(Storage::Full, shape)
    }

    /// As [`Self::new_like`], for numbers that are stored in this way.
    pub fn new_stored<const D: usize>(&self, storage: Storage, shape: [usize; D]) -> Self {
        let client = self.0.client.clone();
        let dtype = match storage {
            Storage::Full => DType::F32,
            Storage::Half => DType::BF16,
        };
        let handle = client.empty(shape.iter().product::<usize>() * dtype.size());
        Self(CubeTensor::new_contiguous(client, self.0.device.clone(), shape.into(), handle, dtype))
    }

    /// As [`Self::new_like`], with memory that is never lent to tensors of other sizes.
    ///
    /// The allocator otherwise gives out whatever is free and large enough: a loss that outlives a pass through the
    /// network would hold on to the memory of a feature map, and a feature map to that of what is needed at every layer.
    pub fn new_kept<const D: usize>(&self, shape: [usize; D]) -> Self {
        self.0.client.memory_persistent_allocation(shape, |shape| self.new_like(shape))
    }

    /// The same numbers in other dimensions.
    ///
    /// Burn's own `reshape` would bring kernels into the engine that copy what is not contiguous; our tensors always are.
    pub fn shaped<const D: usize>(self, dims: [usize; D]) -> Self {
        let CubeTensor { client, device, handle, dtype, .. } = &self.0;
        Self(CubeTensor::new_contiguous(client.clone(), device.clone(), dims.into(), handle.clone(), *dtype))
    }

    /// The tensor of this buffer.
    pub fn into_tensor<const D: usize>(self) -> Tensor<D> {
        Tensor::from_primitive::<CubeBackend>(self.0)
    }
}

/// How many threads share a sum over `count` elements: thread t adds up the elements t, t + threads, … by itself.
///
/// Their partial sums are read back with the frame and added on the processor, so they must stay few. A sum within
/// each workgroup would leave fewer, but costs barriers, on which a software adapter spends more than on a convolution.
pub fn summing_threads(count: usize) -> usize {
    count.div_ceil(4).min(8192)
}

/// The bytes of some buffers on one device, copied back together.
pub async fn read_buffers(buffers: Vec<Buffer>) -> Result<Vec<Vec<u8>>, Error> {
    let Some(client) = buffers.first().map(|buffer| buffer.0.client.clone()) else {
        return Ok(Vec::new());
    };
    let handles = buffers.into_iter().map(|buffer| buffer.0.handle).collect();
    let bytes = client.read_async(handles).await.map_err(|error| Error::DeviceLost(format!("{error:?}")))?;
    Ok(bytes.into_iter().map(|bytes| bytes.to_vec()).collect())
}
