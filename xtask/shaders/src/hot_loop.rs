//! Describes the innermost loop of a kernel.

use serde::{Deserialize, Serialize};

use crate::{
    assembly::{Kind, Loop, Sort},
    family::Family,
    model::{Kernel, Wave},
};

/// The innermost loop with the most vector instructions, or all of the kernel where there is none.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct HotLoop {
    /// Instructions: multiply-adds, other float, integer and moves of the vector unit; loads and stores of buffers; of workgroup
    /// memory; scalar ones and loads; waits; barriers.
    pub mix: [u32; 12],
    /// Cycles of a round for one wave: of the vector unit, of workgroup memory, of the cache, and of a wave that is alone.
    pub cycles: [f64; 4],
}

impl HotLoop {
    pub fn of(kernel: &Kernel, family: Family) -> Self {
        let program = &kernel.program;
        let vectors = |one: &Loop| {
            let vector = |kind: &&Kind| matches!(kind, Kind::Vector { .. });
            program.kinds[one.start..one.end].iter().filter(vector).count()
        };
        let whole = Loop { start: 0, end: program.kinds.len() };
        let hot = program.innermost().max_by_key(vectors).unwrap_or(whole);
        let mut mix = [0; 12];
        for place in program.kinds[hot.start..hot.end].iter().filter_map(|kind| place(*kind)) {
            mix[place] += 1;
        }
        // The difference that one more round makes.
        let with = |rounds: f64| {
            let trips: Vec<f64> =
                program.loops.iter().map(|one| if *one == hot { rounds } else { 1.0 }).collect();
            kernel.wave(&trips, family)
        };
        let (less, more) = if hot == whole { (Wave::default(), with(1.0)) } else { (with(2.0), with(3.0)) };
        let cycles = [
            more.vector - less.vector,
            more.local - less.local,
            more.cache - less.cache,
            more.alone - less.alone,
        ];
        Self { mix, cycles }
    }
}

/// The place of an instruction in the mix.
fn place(kind: Kind) -> Option<usize> {
    Some(match kind {
        Kind::Vector { multiply_adds: 1.., .. } => 0,
        Kind::Vector { sort: Sort::Float, .. } => 1,
        Kind::Vector { sort: Sort::Integer, .. } => 2,
        Kind::Vector { sort: Sort::Move, .. } => 3,
        Kind::Memory { load: true, .. } => 4,
        Kind::Memory { .. } => 5,
        Kind::Local { load: true, .. } => 6,
        Kind::Local { .. } => 7,
        Kind::Scalar | Kind::Branch(_) => 8,
        Kind::ScalarLoad => 9,
        Kind::Wait { .. } => 10,
        Kind::Barrier => 11,
        Kind::Other => return None,
    })
}
