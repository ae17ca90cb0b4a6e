//! The estimate of a launch's cycles. `benches/README.md` states the model; this is all of it.

use std::{collections::VecDeque, ops::Range};

use crate::{
    assembly::{Kind, Loop, Program},
    family::{CACHE_RATE, Family, LOCAL_BYTES, LOCAL_LATENCY, LOCAL_RATE, MEMORY_LATENCY, SCALAR_LATENCY},
};

/// A kernel as it was compiled.
#[derive(Clone, Debug)]
pub struct Kernel {
    pub program: Program,
    pub lanes: u32,
    /// Vector registers.
    pub registers: u32,
    /// Bytes of workgroup memory.
    pub local: u32,
}

/// A launch of it.
#[derive(Clone, Copy, Debug)]
pub struct Launch<'a> {
    pub workgroups: u64,
    /// Threads of a workgroup.
    pub threads: u32,
    /// Bytes of the bound buffers that the last cache does not hold, and that it does.
    pub bytes: [u64; 2],
    /// Rounds of each loop of the program.
    pub trips: &'a [f64],
}

/// What one wave takes of each unit, in cycles of that unit, and how long it takes by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wave {
    pub multiply_adds: f64,
    pub vector: f64,
    pub scalar: f64,
    pub local: f64,
    pub cache: f64,
    pub alone: f64,
    /// Bytes that it moves from and to buffers.
    pub bytes: f64,
}

/// An estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub cycles: f64,
    /// Multiply-adds that are executed, also those whose results are thrown away.
    pub multiply_adds: f64,
    pub bound: Bound,
}

/// What the time of a launch is that of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Vector,
    Scalar,
    Local,
    Cache,
    Latency,
    Memory,
}

impl Bound {
    pub fn name(self) -> &'static str {
        match self {
            Self::Vector => "arithmetic",
            Self::Scalar => "scalar",
            Self::Local => "workgroup memory",
            Self::Cache => "cache",
            Self::Latency => "latency",
            Self::Memory => "memory",
        }
    }
}

impl Kernel {
    /// Waves that one vector unit holds at a time.
    pub fn waves(&self, threads: u32, family: Family) -> u32 {
        let by_registers = family.waves(self.lanes, self.registers);
        let of_group = threads.div_ceil(self.lanes);
        let groups = LOCAL_BYTES.checked_div(self.local).unwrap_or(u32::MAX);
        by_registers.min((groups.saturating_mul(of_group) / family.simds()).max(1))
    }

    /// The estimate of a launch.
    pub fn estimate(&self, launch: &Launch, family: Family) -> Estimate {
        let wave = self.wave(launch.trips, family);
        let of_group = u64::from(launch.threads.div_ceil(self.lanes));
        // The busiest compute unit, and the busiest of its vector units.
        let in_unit = (launch.workgroups.div_ceil(u64::from(family.units)) * of_group) as f64;
        let in_simd = (in_unit / f64::from(family.simds())).ceil();
        let resident = in_simd.min(f64::from(self.waves(launch.threads, family)));
        let waves = (launch.workgroups * of_group) as f64;
        let [far, near] = launch.bytes.map(|bytes| bytes as f64);
        let part = (waves * wave.bytes / (far + near).max(1.0)).min(1.0);
        let near = family.last.map_or(0.0, |(_, rate)| near / rate);
        let (cycles, bound) = [
            (in_simd * wave.vector, Bound::Vector),
            (in_simd * wave.scalar, Bound::Scalar),
            (in_unit * wave.local, Bound::Local),
            (in_unit * wave.cache, Bound::Cache),
            (in_simd / resident * wave.alone, Bound::Latency),
            (part * (far / family.memory + near) * family.clock, Bound::Memory),
        ]
        .into_iter()
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .expect("there are six");
        Estimate { cycles, multiply_adds: waves * wave.multiply_adds, bound }
    }

    /// What one wave takes. A condition counts as met: all blocks are run.
    pub fn wave(&self, trips: &[f64], family: Family) -> Wave {
        let mut wave = self.sums(trips, family);
        let mut clock = Clock::default();
        self.run(0..self.program.kinds.len(), None, trips, family, &mut clock);
        wave.alone = clock.now;
        wave
    }

    fn sums(&self, trips: &[f64], family: Family) -> Wave {
        let lanes = f64::from(self.lanes);
        let mut wave = Wave::default();
        for (at, kind) in self.program.kinds.iter().enumerate() {
            let around =
                self.program.loops.iter().zip(trips).filter(|(one, _)| (one.start..one.end).contains(&at));
            let times: f64 = around.map(|(_, trips)| trips).product();
            match *kind {
                Kind::Vector { multiply_adds, cost, .. } => {
                    wave.multiply_adds += times * lanes * f64::from(multiply_adds);
                    wave.vector += times * f64::from(cost) * family.vector_cycles(self.lanes);
                }
                Kind::Scalar | Kind::Branch(_) | Kind::ScalarLoad => {
                    wave.scalar += times * family.scalar_cycles();
                }
                Kind::Memory { bytes, .. } => wave.bytes += times * lanes * f64::from(bytes),
                Kind::Local { bytes, .. } => wave.local += times * lanes * f64::from(bytes) / LOCAL_RATE,
                Kind::Wait { .. } | Kind::Barrier | Kind::Other => {}
            }
        }
        wave.cache = wave.bytes / CACHE_RATE;
        wave
    }

    /// Lets a wave that is alone run these instructions, which are those of the loop `within`. Two rounds of a loop stand for
    /// all: the second is like the others.
    fn run(
        &self,
        range: Range<usize>,
        within: Option<usize>,
        trips: &[f64],
        family: Family,
        clock: &mut Clock,
    ) {
        let first = within.map_or(0, |within| within + 1);
        let mut at = range.start;
        while at < range.end {
            let begins = |&inner: &usize| {
                let Loop { start, end } = self.program.loops[inner];
                start == at && end <= range.end
            };
            let Some(inner) = (first..self.program.loops.len()).find(begins) else {
                clock.issue(self.program.kinds[at], self.lanes, family);
                at += 1;
                continue;
            };
            let Loop { start, end } = self.program.loops[inner];
            self.run(start..end, Some(inner), trips, family, clock);
            let before = clock.now;
            self.run(start..end, Some(inner), trips, family, clock);
            clock.skip((trips[inner] - 2.0) * (clock.now - before));
            at = end;
        }
    }
}

/// The time of a wave that is alone, and when its loads arrive.
#[derive(Default)]
struct Clock {
    now: f64,
    memory: VecDeque<f64>,
    local: VecDeque<f64>,
}

impl Clock {
    fn issue(&mut self, kind: Kind, lanes: u32, family: Family) {
        let bytes = |bytes: u32| f64::from(lanes * bytes);
        let arrives = |queue: &VecDeque<f64>, now: f64, latency: f64, cycles: f64| {
            queue.back().map_or(0.0, |last| last + cycles).max(now + latency)
        };
        self.now += match kind {
            Kind::Vector { cost, .. } => f64::from(cost) * family.vector_cycles(lanes),
            Kind::Other => 0.0,
            _ => family.scalar_cycles(),
        };
        match kind {
            Kind::Memory { bytes: each, load: true } => {
                let at = arrives(&self.memory, self.now, MEMORY_LATENCY, bytes(each) / CACHE_RATE);
                self.memory.push_back(at);
            }
            Kind::Local { bytes: each, .. } => {
                let at = arrives(&self.local, self.now, LOCAL_LATENCY, bytes(each) / LOCAL_RATE);
                self.local.push_back(at);
            }
            Kind::ScalarLoad => self.local.push_back(arrives(&self.local, self.now, SCALAR_LATENCY, 1.0)),
            Kind::Wait { memory, local } => {
                self.now = wait(&mut self.memory, memory, self.now);
                self.now = wait(&mut self.local, local, self.now);
            }
            _ => {}
        }
    }

    /// Lets time pass in which nothing changes but the time.
    fn skip(&mut self, cycles: f64) {
        self.now += cycles;
        for arrival in self.memory.iter_mut().chain(&mut self.local) {
            *arrival += cycles;
        }
    }
}

/// The time when at most `left` loads are under way.
fn wait(queue: &mut VecDeque<f64>, left: Option<usize>, now: f64) -> f64 {
    let Some(left) = left else { return now };
    let mut time = now;
    while queue.len() > left {
        time = queue.pop_front().unwrap_or(now).max(time);
    }
    time
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{assembly::Sort, family::FAMILIES};

    const MULTIPLY_ADD: Kind = Kind::Vector { multiply_adds: 1, cost: 1, sort: Sort::Float };

    /// A kernel that is one loop.
    fn kernel(kinds: Vec<Kind>, registers: u32) -> Kernel {
        let loops = vec![Loop { start: 0, end: kinds.len() }];
        Kernel { program: Program { kinds, loops }, lanes: 64, registers, local: 0 }
    }

    /// The share of peak of so many workgroups of one wave, 1000 rounds each, and its bound.
    fn share(kernel: &Kernel, workgroups: u64, far: u64, family: Family) -> (f64, Bound) {
        let estimate =
            kernel.estimate(&Launch { workgroups, threads: 64, bytes: [far, 0], trips: &[1000.0] }, family);
        (estimate.multiply_adds / (estimate.cycles * 64.0 * f64::from(family.units)), estimate.bound)
    }

    #[test]
    fn arithmetic_alone_is_the_peak_of_every_family() {
        let kernel = kernel(vec![MULTIPLY_ADD; 64], 64);
        for family in FAMILIES {
            assert_eq!(share(&kernel, u64::from(family.units) * 16, 0, family), (1.0, Bound::Vector));
            let (alone, _) = share(&kernel, 1, 0, family);
            assert!(alone < 0.07, "{}: one workgroup leaves all other units idle, {alone}", family.name);
        }
    }

    #[test]
    fn each_unit_can_be_what_takes_the_time() {
        let share = |first: Kind, count: usize, far: u64| {
            let kinds = [vec![first; count], vec![MULTIPLY_ADD; 16]].concat();
            share(&kernel(kinds, 64), 80 * 64, far, FAMILIES[3])
        };
        let [local, cache] = [Kind::Local { bytes: 16, load: true }, Kind::Memory { bytes: 16, load: true }];
        // 64 bytes of 64 lanes take 32 cycles of a unit that two vector units share, each of which does 16 times 2 cycles.
        assert_eq!(share(local, 4, 0), (0.5, Bound::Local));
        assert_eq!(share(Kind::Scalar, 64, 0), (0.5, Bound::Scalar));
        assert_eq!(share(cache, 4, 0), (0.25, Bound::Cache));
        assert_eq!(share(cache, 4, u64::MAX).1, Bound::Memory, "everything is read once from memory");
    }

    #[test]
    fn a_wait_is_hidden_by_other_waves_only() {
        let [load, wait] =
            [Kind::Memory { bytes: 4, load: true }, Kind::Wait { memory: Some(0), local: None }];
        let share = |registers| {
            let kinds = [vec![load, wait], vec![MULTIPLY_ADD; 50]].concat();
            share(&kernel(kinds, registers), 80 * 64, 0, FAMILIES[3])
        };
        assert_eq!(share(64), (1.0, Bound::Vector));
        // Two waves of 100 cycles of arithmetic and 300 of waiting.
        let (few, bound) = share(256);
        assert!((few - 0.5).abs() < 0.01 && bound == Bound::Latency, "{few}");
    }

    #[test]
    fn a_load_ahead_of_its_use_is_not_waited_for() {
        let [load, wait] =
            [Kind::Memory { bytes: 4, load: true }, Kind::Wait { memory: Some(1), local: None }];
        let kinds = [vec![load, wait], vec![MULTIPLY_ADD; 200]].concat();
        let wave = kernel(kinds, 64).wave(&[1000.0], FAMILIES[3]);
        assert!(wave.alone < wave.vector * 1.02, "{} for {}", wave.alone, wave.vector);
    }
}
