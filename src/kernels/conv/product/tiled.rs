//! The product for hardware GPUs, with blocks of both matrices in workgroup memory.

use std::collections::HashSet;

use super::sizes::{Sizes, unpooled_uses, uses};
use crate::kernels::{
    conv::{
        algorithms::RegisterTile,
        epilogue::{Kind, Place},
    },
    gpu::Shader,
    template::{fill, unroll, up_to},
};

/// The vec4s of input channels that are in workgroup memory at a time. More would leave memory for fewer workgroups.
const DEPTH: usize = 2;

/// WebGPU's default limits: vec4s of workgroup memory, and threads of a workgroup.
const MEMORY: usize = 16_384 / 16;
const THREADS: usize = 256;

/// Threads are run in groups of this many (fewer on most GPUs); what is missing in the last group idles.
const WAVE: usize = 64;

/// Where a sum of the text belongs.
const PLACE: Place = Place {
    row: "(pixel / parameters.width)",
    column: "(pixel % parameters.width)",
    channel: "channel",
    vec4s: "outputs",
    to: "to",
};

/// A variant of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tiled {
    /// 9 for a 3×3 convolution, 1 for a 1×1.
    taps: u32,
    tile: RegisterTile,
    /// Threads along the channels.
    across: usize,
    /// Threads along the pixels.
    down: usize,
    epilogue: Kind,
}

impl Tiled {
    /// The kernel with this register tile for this many output channels, divided by 4.
    ///
    /// Workgroups are as wide as the channels need. So networks whose numbers of channels divide badly waste little.
    pub(super) fn new(taps: u32, tile: RegisterTile, output_vec4s: usize, epilogue: Kind) -> Self {
        let tile = tile.within(output_vec4s);
        // Few are compared, since this is done at every launch: as many threads as fit into one to four waves.
        let of_any_size = (1..=16).flat_map(|across| {
            let with = move |down| Self { taps, tile, across, down, epilogue };
            (1..=THREADS / WAVE).filter_map(move |waves| with(waves * WAVE / across).whole())
        });
        of_any_size
            .filter(|variant| variant.fits())
            .max_by(|a, b| a.efficiency(output_vec4s).total_cmp(&b.efficiency(output_vec4s)))
            .expect("a small workgroup fits")
    }

    /// With fewer threads along the pixels, so that they copy whole pixels; `None` if they are too few.
    fn whole(self) -> Option<Self> {
        (1..=self.down)
            .rev()
            .map(|down| Self { down, ..self })
            .find(|variant| variant.threads().is_multiple_of(DEPTH))
    }

    fn threads(self) -> usize {
        self.across * self.down
    }

    /// The times that each thread copies a vec4 of x and of the weights to workgroup memory in a step.
    fn copies(self) -> [usize; 2] {
        let rows = self.threads() / DEPTH;
        let x = (self.tile.pixels() * self.down).div_ceil(rows);
        [x, (4 * DEPTH * self.tile.vec4s() * self.across).div_ceil(self.threads())]
    }

    fn fits(self) -> bool {
        // As in the text: whole rows of DOWN and ACROSS.
        let [x, weight] = self.copies().map(|copies| copies * self.threads());
        let x = (x / DEPTH).next_multiple_of(self.down) * DEPTH;
        2 * (x + weight.next_multiple_of(self.across)) <= MEMORY
    }

    /// The share of instructions that are multiply-adds whose result is used. A load of x for a 3×3 convolution comes with
    /// the address of a neighbour, and each step with a barrier. Small workgroups are preferred a little: a GPU distributes
    /// them better.
    fn efficiency(self, output_vec4s: usize) -> f64 {
        let [x, weight] = self.copies();
        let (wide, threads) = (self.tile.vec4s() * self.across, self.threads());
        let used = output_vec4s as f64 / output_vec4s.next_multiple_of(wide) as f64;
        let busy = threads as f64 / threads.next_multiple_of(WAVE) as f64;
        let multiplications = (16 * DEPTH * self.tile.pixels() * self.tile.vec4s()) as f64;
        let copying = (if self.taps == 9 { 16 } else { 8 } * x + 6 * weight) as f64;
        let instructions = multiplications + copying + 12.0 + threads as f64 / 16.0;
        used * busy * multiplications / instructions
    }

    /// Workgroups along the channels and along the pixels.
    pub(super) fn grid(self, sizes: Sizes) -> [usize; 2] {
        let columns = (sizes.outputs / 4).div_ceil(self.tile.vec4s() * self.across);
        [columns, sizes.pixels().div_ceil(self.tile.pixels() * self.down)]
    }
}

impl Shader for Tiled {
    fn workgroup(self) -> [u32; 3] {
        [self.across as u32, self.down as u32, 1]
    }

    fn text(self) -> String {
        let Self { taps, tile, across, down, epilogue } = self;
        let [copies_x, copies_weight] = self.copies();
        let gather = match taps {
            9 => fill(include_str!("gather_3x3.wgsl"), &[("minus_mean", &epilogue.minus_mean())]),
            _ => include_str!("gather_1x1.wgsl").to_owned(),
        };
        let text = fill(
            include_str!("tiled.wgsl"),
            &[
                ("bindings", &epilogue.declarations("x", &["weight"])),
                ("gather", &fill(&gather, &[("stored", &epilogue.input().wgsl_type())])),
                ("taps", &taps),
                ("threads", &self.threads()),
                ("depth", &DEPTH),
                ("across", &across),
                ("down", &down),
                ("pixels", &tile.pixels()),
                ("vec4s", &tile.vec4s()),
                ("copies_x", &copies_x),
                ("copies_weight", &copies_weight),
                ("store", &epilogue.store("sum{{p}}_{{q}}", &PLACE)),
            ],
        );
        let loops = [
            ("i", copies_x),
            ("n", copies_weight),
            ("k", DEPTH),
            ("j", 4),
            ("q", tile.vec4s()),
            ("p", tile.pixels()),
        ];
        loops.into_iter().fold(text, |text, (name, count)| unroll(&text, [name], &up_to(count)))
    }

    fn variants(channels: &[(usize, usize)]) -> Vec<Self> {
        let all = uses(channels).chain(unpooled_uses(channels)).flat_map(|(taps, outputs, epilogue)| {
            RegisterTile::ALL.map(|tile| Self::new(taps, tile, outputs / 4, epilogue))
        });
        all.collect::<HashSet<_>>().into_iter().collect()
    }
}
