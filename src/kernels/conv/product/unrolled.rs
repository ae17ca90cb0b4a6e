//! The product for GPUs in software: no workgroup memory, since barriers cost more there than a convolution.

use std::collections::HashSet;

use super::sizes::{Sizes, uses};
use crate::kernels::{
    conv::epilogue::{Kind, Place},
    gpu::Shader,
    template::{fill, unroll, up_to},
};

/// Where a sum of the text belongs. There is no pooling, and so no need for row and column.
const PLACE: Place =
    Place { row: "", column: "", channel: "channel + {{q}}u", vec4s: "outputs", to: "to + {{q}}u" };

/// A variant of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unrolled {
    /// 9 for a 3×3 convolution, 1 for a 1×1.
    taps: u32,
    /// Pixels that one thread computes.
    pixels: usize,
    /// Output channels that one thread computes, divided by 4.
    vec4s: usize,
    /// Threads of a workgroup: along x the channels, along y the pixels.
    workgroup: [u32; 2],
    epilogue: Kind,
}

impl Unrolled {
    /// A thread's tile of `pixels × 4·vec4s` sums needs `pixels + 4·vec4s` loads of four values for `16 · pixels · vec4s`
    /// multiply-adds. In software (SwiftShader) a load costs as much as eight multiply-adds, whatever its width and pattern,
    /// and spilling into the processor's cache costs less. So the tile is large, and twice as wide where no neighbours are
    /// gathered.
    pub(super) fn new(taps: u32, pixels: usize, output_vec4s: usize, epilogue: Kind) -> Self {
        let wide = if taps == 1 { 8 } else { 4 };
        let pixels = match pixels {
            ..=4 => 4,
            5..=8 => 8,
            9.. => 16,
        };
        // Four adjacent threads share their pixels, if there are enough channels.
        let divisor = |most: usize, of: usize| {
            (1..=most).rev().find(|&n| n.is_power_of_two() && of.is_multiple_of(n)).unwrap_or(1)
        };
        let share = if output_vec4s.is_multiple_of(4) { output_vec4s / 4 } else { output_vec4s };
        let vec4s = divisor(wide, share);
        let across = divisor(4, output_vec4s / vec4s) as u32;
        Self { taps, pixels, vec4s, workgroup: [across, 64 / across], epilogue }
    }

    /// Workgroups along the channels and along the pixels.
    pub(super) fn grid(self, sizes: Sizes) -> [usize; 2] {
        let [across, down] = self.workgroup;
        let columns = (sizes.outputs / 4) / (self.vec4s * across as usize);
        [columns, sizes.pixels().div_ceil(self.pixels * down as usize)]
    }
}

impl Shader for Unrolled {
    fn on_hardware(self) -> bool {
        false
    }

    fn workgroup(self) -> [u32; 3] {
        let [across, down] = self.workgroup;
        [across, down, 1]
    }

    fn text(self) -> String {
        let Self { taps, pixels, vec4s, workgroup: [across, down], epilogue } = self;
        let sum = match taps {
            9 => fill(include_str!("unrolled_3x3.wgsl"), &[("minus_mean", &epilogue.minus_mean())]),
            _ => include_str!("unrolled_1x1.wgsl").to_owned(),
        };
        let text = fill(
            include_str!("unrolled.wgsl"),
            &[
                ("sum", &sum),
                ("multiply", &include_str!("unrolled_multiply.wgsl")),
                ("bindings", &epilogue.declarations("x", &["weight"])),
                ("across", &across),
                ("down", &down),
                ("pixels", &pixels),
                ("vec4s", &vec4s),
                ("store", &epilogue.store("sum{{p}}_{{q}}", &PLACE)),
            ],
        );
        unroll(&unroll(&text, ["q"], &up_to(vec4s)), ["p"], &up_to(pixels))
    }

    fn variants(channels: &[(usize, usize)]) -> Vec<Self> {
        let all = uses(channels).flat_map(|(taps, outputs, epilogue)| {
            [4, 8, usize::MAX].map(|pixels| Self::new(taps, pixels, outputs / 4, epilogue))
        });
        all.collect::<HashSet<_>>().into_iter().collect()
    }
}
