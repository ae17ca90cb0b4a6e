//! Launching WGSL kernels.

use std::{cell::Cell, fmt::Debug, hash::Hash};

use burn_wgpu::{KernelSource, SourceKernel, SourceTemplate};
use cubecl::{
    CubeCount, CubeDim,
    prelude::KernelId,
    server::{KernelArguments, MetadataBindingInfo},
};

use super::Buffer;
#[cfg(not(target_family = "wasm"))]
use crate::kernels::inspect::{self, Launch};
use crate::kernels::listing;

/// WebGPU's default limit of workgroups per dimension.
const MAX_WORKGROUPS: u32 = 65_535;

/// A WGSL kernel. A value is one variant of it, and the key of its pipeline in the cache.
///
/// The text is written only when the pipeline is built: once per device and variant.
pub trait Shader: Copy + Debug + Eq + Hash + Send + Sync + 'static {
    /// Threads per workgroup, the same as in `@workgroup_size`.
    fn workgroup(self) -> [u32; 3];

    /// The WGSL. The entry point is `main`; the bindings of group 0 are the inputs, the outputs, then the parameters
    /// (a uniform).
    fn text(self) -> String;

    /// Every variant that the engine may launch for networks whose layers have these channels, in and out.
    fn variants(channels: &[(usize, usize)]) -> Vec<Self>;

    /// Whether a device that is not in software may launch this variant.
    fn on_hardware(self) -> bool {
        true
    }

    /// Queues the kernel on `workgroups` workgroups. Does not wait.
    ///
    /// The dispatch may be two-dimensional: a kernel's linear workgroup index is `group.y * groups.x + group.x`,
    /// and there may be a few workgroups too many.
    ///
    /// `parameters` are the 32-bit words of the uniform.
    fn launch(self, workgroups: usize, inputs: &[&Buffer], outputs: &[&Buffer], parameters: &[u32])
    where
        Self: Registered,
    {
        let workgroup = self.workgroup();
        #[cfg(not(target_family = "wasm"))]
        if inspect::add(|label| Launch {
            name: format!("{self:?}"),
            label,
            text: self.text(),
            workgroup,
            workgroups,
            parameters: parameters.to_vec(),
            buffers: inputs.iter().chain(outputs).map(|buffer| buffer.memory()).collect(),
        }) {
            return;
        }
        let id = KernelId::new::<Self>().cube_dim(cube_dim(workgroup).into()).info(self);
        if listing::add(&id, || self.text()) {
            return;
        }
        launch(
            Source { id, text: Box::new(move || self.text()) },
            workgroup,
            workgroups,
            inputs,
            outputs,
            parameters,
        );
    }
}

/// A kernel that [`super::super::shaders`] lists. Only such kernels can be launched, so that none is missing there.
pub trait Registered {}

/// Declares a kernel of `$threads` threads per workgroup, whose text is the file `$file` beside the caller: as it is, or
/// with the hole `{{storage}}` filled by [`Storage::declarations`](crate::kernels::Storage::declarations).
macro_rules! shader {
    ($(#[$doc:meta])* $name:ident, $file:literal, $threads:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) struct $name;

        impl $crate::kernels::gpu::Shader for $name {
            fn workgroup(self) -> [u32; 3] {
                [$threads, 1, 1]
            }

            fn text(self) -> String {
                include_str!($file).to_owned()
            }

            fn variants(_: &[(usize, usize)]) -> Vec<Self> {
                vec![Self]
            }
        }
    };
    ($(#[$doc:meta])* $name:ident(Storage), $file:literal, $threads:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) struct $name(pub $crate::kernels::Storage);

        impl $crate::kernels::gpu::Shader for $name {
            fn workgroup(self) -> [u32; 3] {
                [$threads, 1, 1]
            }

            fn text(self) -> String {
                $crate::kernels::template::fill(include_str!($file), &[("storage", &self.0.declarations())])
            }

            fn variants(_: &[(usize, usize)]) -> Vec<Self> {
                $crate::kernels::Storage::ALL.map(Self).to_vec()
            }
        }
    };
}
pub(crate) use shader;

/// One variant of any kernel, as Burn expects it.
struct Source {
    id: KernelId,
    text: Box<dyn Fn() -> String + Send + Sync>,
}

impl KernelSource for Source {
    fn source(&self) -> SourceTemplate {
        SourceTemplate::new((self.text)())
    }

    fn id(&self) -> KernelId {
        self.id.clone()
    }

    fn lang(&self) -> &'static str {
        "wgsl"
    }
}

fn cube_dim([x, y, z]: [u32; 3]) -> CubeDim {
    CubeDim::new_3d(x, y, z)
}

thread_local! {
    /// Launches by this thread.
    static LAUNCHES: Cell<usize> = const { Cell::new(0) };
}

/// How many kernels this thread has launched so far. Replays of a recording are not counted.
pub fn launches() -> usize {
    LAUNCHES.get()
}

/// [`Shader::launch`], compiled once for all kernels.
fn launch(
    source: Source,
    workgroup: [u32; 3],
    workgroups: usize,
    inputs: &[&Buffer],
    outputs: &[&Buffer],
    parameters: &[u32],
) {
    LAUNCHES.set(LAUNCHES.get() + 1);
    let client = outputs[0].0.client.clone();
    let buffers = inputs.iter().chain(outputs).map(|buffer| buffer.0.handle.clone().binding()).collect();
    // The uniform's size is a multiple of 16 bytes.
    let mut words = parameters.to_vec();
    words.resize(words.len().next_multiple_of(4), 0);
    let words = words.chunks(2).map(|pair| u64::from(pair[0]) | u64::from(pair[1]) << 32).collect();
    let workgroups = u32::try_from(workgroups).expect("a launch has fewer than 2^32 workgroups");
    // A dispatch is two-dimensional as soon as one dimension does not suffice.
    let rows = workgroups.div_ceil(MAX_WORKGROUPS).max(1);
    let count = CubeCount::Static(workgroups.div_ceil(rows), rows, 1);
    let arguments =
        KernelArguments::new().with_buffers(buffers).with_info(MetadataBindingInfo::custom(words));
    client.launch(Box::new(SourceKernel::new(source, cube_dim(workgroup))), count, arguments);
}
