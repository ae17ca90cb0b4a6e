//! The list of all WGSL kernels.

use super::{
    adam, channel_mean, conv, crop, frame,
    gpu::{Registered, Shader},
    gram, moments, neighbors, normalize, pool, pyramid, resample, residual, scale_pixels, split_k, squares,
    total_variation, vectors,
};

/// The text of one variant of a kernel.
#[derive(Clone, Debug)]
pub struct Source {
    /// Kernel and variant, for messages.
    pub name: String,
    /// Threads per workgroup, as the kernel is launched.
    pub workgroup: [u32; 3],
    /// WGSL with the entry point `main`.
    pub text: String,
    /// Whether a device that is not in software may launch it.
    pub hardware: bool,
}

/// Lists the kernels. Only listed kernels can be launched ([`Registered`]).
macro_rules! list {
    ($($shader:ty),* $(,)?) => {
        $(impl Registered for $shader {})*

        /// Every variant of every kernel that the engine may launch for networks whose layers have these numbers of channels,
        /// in and out.
        pub fn all(channels: &[(usize, usize)]) -> Vec<Source> {
            let mut all = Vec::new();
            $(all.extend(<$shader>::variants(channels).into_iter().map(source));)*
            all
        }
    };
}

list! {
    adam::gpu::Step,
    channel_mean::ChannelMean,
    conv::epilogue::ReluBackward,
    conv::product::Tiled,
    conv::product::Unrolled,
    conv::winograd::fused::Fused,
    conv::winograd::gpu::FilterTransform,
    conv::winograd::gpu::InputTransform,
    conv::winograd::gpu::OutputTransform,
    crop::gpu::CopyRectangle,
    frame::gpu::PackRgba,
    gram::gpu::GramBlocks,
    gram::gpu::GramPartial,
    gram::gpu::GramResidual,
    moments::gpu::Covariance,
    moments::gpu::MeanPartial,
    moments::gpu::Offset,
    neighbors::gpu::Gather,
    neighbors::gpu::Nearest,
    neighbors::gpu::PullRows,
    neighbors::gpu::RowSum,
    neighbors::gpu::Spread,
    neighbors::gpu::Units,
    neighbors::gpu::Zeros,
    normalize::Normalize,
    pool::gpu::Backward,
    pool::gpu::Forward,
    pyramid::gpu::Reduce,
    resample::gpu::Resample,
    residual::Residual,
    scale_pixels::ScalePixels,
    split_k::SplitKSum,
    squares::gpu::Squares,
    total_variation::TotalVariation,
    vectors::gpu::CurvaturePair,
    vectors::gpu::Dots,
    vectors::gpu::Moved,
    vectors::gpu::WeightedSum,
}

fn source(shader: impl Shader) -> Source {
    Source {
        name: format!("{shader:?}"),
        workgroup: shader.workgroup(),
        text: shader.text(),
        hardware: shader.on_hardware(),
    }
}
