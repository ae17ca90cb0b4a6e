//! Launching WGSL: the one place that knows how Burn's GPU tensors become buffers.

use burn::tensor::Tensor;
use burn_wgpu::{CubeBackend, CubeTensor, KernelSource, SourceKernel, SourceTemplate};
use cubecl::{
    CubeCount, CubeDim,
    prelude::KernelId,
    server::{KernelArguments, MetadataBindingInfo},
};

use crate::message::Failure;

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

/// A tensor's buffer on the GPU: f32, contiguous.
pub struct Buffer(CubeTensor);

impl Buffer {
    /// The buffer of a tensor that lives on a GPU.
    pub fn of<const D: usize>(tensor: &Tensor<D>) -> Self {
        let primitive = tensor
            .clone()
            .try_into_primitive::<CubeBackend>()
            .unwrap_or_else(|error| panic!("a GPU kernel got a tensor of another device: {error:?}"));
        debug_assert!(primitive.meta.strides().last().is_none_or(|&stride| stride == 1));
        Self(primitive)
    }

    /// A new buffer on the device of this one, for `D` dimensions of f32. Its content is undefined.
    pub fn new_like<const D: usize>(&self, shape: [usize; D]) -> Self {
        let client = self.0.client.clone();
        let handle = client.empty(shape.iter().product::<usize>() * size_of::<f32>());
        Self(CubeTensor::new_contiguous(client, self.0.device.clone(), shape.into(), handle, self.0.dtype))
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
pub async fn read_buffers(buffers: Vec<Buffer>) -> Result<Vec<Vec<u8>>, Failure> {
    let Some(client) = buffers.first().map(|buffer| buffer.0.client.clone()) else {
        return Ok(Vec::new());
    };
    let handles = buffers.into_iter().map(|buffer| buffer.0.handle).collect();
    let bytes =
        client.read_async(handles).await.map_err(|error| Failure::DeviceLost(format!("{error:?}")))?;
    Ok(bytes.into_iter().map(|bytes| bytes.to_vec()).collect())
}
