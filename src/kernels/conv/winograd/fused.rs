//! Computes Winograd's convolutions with 2×2 tiles in a single launch, on hardware.

use std::collections::HashSet;

use crate::kernels::{
    Storage,
    conv::{
        algorithms::RegisterTile,
        epilogue::{Epilogue, Kind, Place},
    },
    gpu::{Buffer, Shader},
    padded,
    template::{fill, unroll, up_to},
};

/// Elements of a transformed tile.
const ELEMENTS: usize = 16;

/// WebGPU's default limits: vec4s of workgroup memory, and threads of a workgroup.
const MEMORY: usize = 16_384 / 16;
const THREADS: usize = 256;

/// Threads are run in groups of this many (fewer on most GPUs); what is missing in the last group idles.
const WAVE: usize = 64;

/// The compute units of the GPU that the rule reckons with.
const UNITS: usize = 80;

/// The register tiles: larger ones leave too little workgroup memory.
const TILES: [RegisterTile; 3] =
    [RegisterTile::FourByFour, RegisterTile::EightByFour, RegisterTile::EightByEight];

/// Where a sum of the text belongs.
const PLACE: Place = Place { row: "row", column: "column", channel: "channel", vec4s: "outputs", to: "to" };

/// The dimensions of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub height: usize,
    pub width: usize,
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
}

/// A variant of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fused {
    /// Tiles, instead of pixels, and channels of a thread.
    registers: RegisterTile,
    /// Threads of an element along the channels.
    across: usize,
    /// Threads of an element along the tiles.
    down: usize,
    epilogue: Kind,
}

/// `x` `[H, W, in]` by the transformed `weight` `[16, in, out]` → `y`. `None` chooses the register tile by rule.
pub fn convolve(
    [x, weight, y]: [&Buffer; 3],
    sizes: Sizes,
    epilogue: &Epilogue,
    registers: Option<RegisterTile>,
) {
    let kind = epilogue.kind(x, y);
    let kernel =
        registers.map_or_else(|| rule(sizes, kind), |tile| Fused::new(tile, sizes.outputs / 4, kind));
    let [columns, rows] = kernel.grid(sizes);
    let Sizes { height, width, inputs, outputs } = sizes;
    let numbers = [height, width, inputs / 4, outputs / 4, columns, rows, width.div_ceil(2)];
    let parameters = [&numbers.map(|number| number as u32)[..], &epilogue.parameters()].concat();
    let buffers: Vec<&Buffer> = [x, weight].into_iter().chain(epilogue.inputs()).collect();
    kernel.launch(columns * rows, &buffers, &epilogue.outputs(y), &parameters);
}

/// The kernel that a GPU should need the least time for.
fn rule(sizes: Sizes, kind: Kind) -> Fused {
    let all = TILES.map(|tile| Fused::new(tile, sizes.outputs / 4, kind));
    all.into_iter().min_by_key(|kernel| kernel.cost(sizes)).expect("there are some")
}

impl Fused {
    /// The kernel with this register tile for this many output channels, divided by 4. The largest is the same as that of
    /// 8×8: there would be too little memory.
    fn new(tile: RegisterTile, output_vec4s: usize, epilogue: Kind) -> Self {
        let registers = match tile {
            RegisterTile::EightBySixteen => RegisterTile::EightByEight,
            tile => tile,
        };
        let registers = registers.within(output_vec4s);
        let of_any_size = (1..=8).flat_map(|across| (1..=8).map(move |down| (across, down)));
        of_any_size
            .map(|(across, down)| Self { registers, across, down, epilogue })
            .filter(|variant| variant.fits())
            .max_by(|a, b| a.efficiency(output_vec4s).total_cmp(&b.efficiency(output_vec4s)))
            .expect("a small workgroup fits")
    }

    fn threads(self) -> usize {
        ELEMENTS * self.across * self.down
    }

    /// Tiles and vec4s of channels of a workgroup.
    fn block(self) -> [usize; 2] {
        [self.registers.pixels() * self.down, self.registers.vec4s() * self.across]
    }

    /// The first dimension of the workgroup's memory: that of inputs and of kernels.
    fn places(self) -> usize {
        self.registers.pixels() + 4 * self.registers.vec4s()
    }

    fn last(self) -> usize {
        self.across.max(self.down)
    }

    fn fits(self) -> bool {
        let [_, vec4s] = self.block();
        self.threads() <= THREADS
            && self.places() * ELEMENTS * self.last() <= MEMORY
            // For the way back: two tiles of each thread, and four threads for each.
            && 2 * vec4s <= self.places()
            && 8 * vec4s * self.down <= self.threads()
    }

    /// The times that each thread transforms two channels of a row of a tile, and copies a vec4 of the kernels.
    fn copies(self) -> [usize; 2] {
        let [tiles, vec4s] = self.block();
        [(8 * tiles).div_ceil(self.threads()), (4 * ELEMENTS * vec4s).div_ceil(self.threads())]
    }

    /// Instructions of a thread for a vec4 of input channels: multiply-adds and others.
    fn instructions(self) -> [usize; 2] {
        let [items, copies] = self.copies();
        [16 * self.registers.pixels() * self.registers.vec4s(), 60 * items + 12 * copies + 20]
    }

    /// The share of instructions that are multiply-adds whose result is used.
    fn efficiency(self, output_vec4s: usize) -> f64 {
        let ([_, wide], threads) = (self.block(), self.threads());
        let used = output_vec4s as f64 / output_vec4s.next_multiple_of(wide) as f64;
        let busy = threads as f64 / threads.next_multiple_of(WAVE) as f64;
        let [multiplications, others] = self.instructions().map(|count| count as f64);
        used * busy * multiplications / (multiplications + others)
    }

    /// Instructions for a vec4 of input channels of the unit that has the most workgroups.
    fn cost(self, sizes: Sizes) -> usize {
        let waves =
            self.grid(sizes).iter().product::<usize>().div_ceil(UNITS) * self.threads().div_ceil(WAVE);
        // Each unit runs two waves at a time.
        waves.next_multiple_of(2) * self.instructions().iter().sum::<usize>()
    }

    /// Workgroups along the channels and along the tiles.
    fn grid(self, Sizes { height, width, outputs, .. }: Sizes) -> [usize; 2] {
        let [tiles, vec4s] = self.block();
        [(outputs / 4).div_ceil(vec4s), (height.div_ceil(2) * width.div_ceil(2)).div_ceil(tiles)]
    }
}

impl Shader for Fused {
    fn workgroup(self) -> [u32; 3] {
        [self.threads() as u32, 1, 1]
    }

    fn text(self) -> String {
        let Self { registers, across, down, epilogue } = self;
        let [items, copies] = self.copies();
        let [tiles, vec4s] = self.block();
        let (element, pair) = match epilogue.input() {
            Storage::Full => ("vec2<f32>", include_str!("pair_f32.wgsl")),
            Storage::Half => ("u32", include_str!("pair_bf16.wgsl")),
        };
        let finish = if epilogue.is_pooled() {
            fill(include_str!("fused_pooled.wgsl"), &[("value", &epilogue.value("sum", &PLACE))])
        } else {
            fill(include_str!("fused_store.wgsl"), &[("store", &epilogue.store("sum", &PLACE))])
        };
        // The last threads may have nothing left.
        let guard = |needed: bool, condition: &'static str| if needed { [condition, "}"] } else { ["", ""] };
        let [if_item, end_item] = guard(items * self.threads() > 8 * tiles, "if (to_row{{i}} < 4u) {");
        let [if_copy, end_copy] =
            guard(copies * self.threads() > 4 * ELEMENTS * vec4s, "if (of_element{{n}} < 16u) {");
        let text = fill(
            include_str!("fused.wgsl"),
            &[
                ("bindings", &epilogue.declarations_of(("x", element), &["weight"])),
                ("pair", &pair),
                ("finish", &finish),
                ("threads", &self.threads()),
                ("across", &across),
                ("down", &down),
                ("last", &self.last()),
                ("places", &self.places()),
                ("pixels", &registers.pixels()),
                ("vec4s", &registers.vec4s()),
                ("if_item", &if_item),
                ("end_item", &end_item),
                ("if_copy", &if_copy),
                ("end_copy", &end_copy),
            ],
        );
        let rounds: Vec<[usize; 2]> =
            (0..registers.pixels() / 2).map(|round| [2 * round, 2 * round + 1]).collect();
        let text = unroll(&text, ["first", "second"], &rounds);
        let loops = [
            ("x", 4),
            ("r", 3),
            ("i", items),
            ("n", copies),
            ("j", 4),
            ("q", registers.vec4s()),
            ("p", registers.pixels()),
        ];
        loops.into_iter().fold(text, |text, (name, count)| unroll(&text, [name], &up_to(count)))
    }

    fn variants(channels: &[(usize, usize)]) -> Vec<Self> {
        let all = channels.iter().flat_map(|&(inputs, outputs)| {
            let forward = Kind::forward().chain(Kind::pooled()).map(move |kind| (outputs, kind));
            let backward = Kind::backward().chain(Kind::unpooled()).map(move |kind| (padded(inputs), kind));
            forward.chain(backward)
        });
        let all = all.flat_map(|(outputs, kind)| TILES.map(|tile| Self::new(tile, outputs / 4, kind)));
        all.collect::<HashSet<_>>().into_iter().collect()
    }
}
