//! Applies the model to all recorded launches.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::{
    assembly::Program,
    cache::Cache,
    compile::{Compiler, Policy},
    family::Family,
    hot_loop::HotLoop,
    model::{self, Kernel},
    outcome::Result,
    steps::{Launch, Recorded, Step},
    trips,
};

/// A kernel on a family, under a policy.
#[derive(Serialize, Deserialize)]
pub struct Row {
    pub family: Family,
    pub policy: Policy,
    pub name: String,
    /// The driver's figures by name.
    pub statistics: BTreeMap<String, u64>,
    /// Lanes of a wave.
    pub lanes: u32,
    /// Waves of a vector unit.
    pub waves: u32,
    /// Only of kernels that are launched.
    pub hot_loop: HotLoop,
}

impl Row {
    /// A figure of the driver's.
    pub fn statistic(&self, name: &str) -> u64 {
        self.statistics.get(name).copied().unwrap_or_default()
    }

    /// Registers that are kept in memory.
    pub fn spilled(&self) -> u64 {
        self.statistic("Spilled VGPRs") + self.statistic("Spilled SGPRs")
    }
}

/// Cycles and multiply-adds.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Cost {
    pub cycles: f64,
    pub multiply_adds: f64,
    pub dispatches: usize,
}

impl Cost {
    fn add(&mut self, other: Self) {
        self.cycles += other.cycles;
        self.multiply_adds += other.multiply_adds;
        self.dispatches += other.dispatches;
    }

    /// Of the GPU's multiply-adds in that time.
    pub fn share(self, family: Family) -> f64 {
        self.multiply_adds / (self.cycles * 64.0 * f64::from(family.units))
    }
}

/// A launch with its estimate.
#[derive(Serialize, Deserialize)]
pub struct Estimated {
    pub label: String,
    pub kernel: String,
    pub cost: Cost,
    /// What takes the time.
    pub bound: String,
}

/// A step on a family, under a policy.
#[derive(Serialize, Deserialize)]
pub struct StepCost {
    pub family: Family,
    pub policy: Policy,
    pub network: String,
    pub algorithm: String,
    pub launches: Vec<Estimated>,
}

impl StepCost {
    pub fn total(&self) -> Cost {
        self.sum(|_| true)
    }

    pub fn sum(&self, of: impl Fn(&Estimated) -> bool) -> Cost {
        let mut sum = Cost::default();
        self.launches.iter().filter(|launch| of(launch)).for_each(|launch| sum.add(launch.cost));
        sum
    }

    /// In the order of the step.
    pub fn labels(&self) -> Vec<&str> {
        let mut seen = HashSet::new();
        self.launches.iter().map(|launch| launch.label.as_str()).filter(|label| seen.insert(*label)).collect()
    }
}

/// Everything that the tables say.
#[derive(Default, Serialize, Deserialize)]
pub struct Estimates {
    pub driver: String,
    pub rows: Vec<Row>,
    pub steps: Vec<StepCost>,
}

impl Estimates {
    /// Those of one family, which the compiler is for. Kernels that no step launches are only looked at for spills, and with
    /// `quick` not at all, as is another policy than that of browsers on this driver.
    pub fn of(family: Family, recorded: &Recorded, compiler: &Compiler, quick: bool) -> Result<Self> {
        let mut all = Self { driver: compiler.driver.clone(), ..Self::default() };
        let launches = recorded.steps.iter().flat_map(|step| &step.launches);
        let launched: HashSet<&str> = launches.map(|launch| launch.kernel.as_str()).collect();
        for policy in [Policy::Browser, Policy::Strict].into_iter().take(if quick { 1 } else { 2 }) {
            let mut kernels = HashMap::new();
            for (name, text) in &recorded.kernels {
                let launched = launched.contains(name.as_str());
                if !launched && (quick || policy == Policy::Strict) {
                    continue;
                }
                let threads = text.workgroup.iter().product();
                let fault = |error: Box<dyn std::error::Error>| format!("{name}: {error}");
                let compiled = compiler.compile(&text.text, policy, launched).map_err(fault)?;
                let statistic =
                    |name: &str| compiled.statistics.get(name).copied().unwrap_or_default() as u32;
                let kernel = Kernel {
                    program: Program::parse(
                        compiled.assembly.as_deref().unwrap_or_default(),
                        family.generation,
                    ),
                    lanes: compiled.lanes,
                    registers: statistic("VGPRs"),
                    local: statistic("LDS size"),
                };
                all.rows.push(Row {
                    family,
                    policy,
                    name: name.clone(),
                    lanes: kernel.lanes,
                    waves: kernel.waves(threads, family),
                    hot_loop: if launched { HotLoop::of(&kernel, family) } else { HotLoop::default() },
                    statistics: compiled.statistics,
                });
                if launched {
                    let (loops, fields) = (trips::annotations(&text.text), trips::fields(&text.text)?);
                    kernels.insert(name.as_str(), Launched { kernel, threads, loops, fields });
                }
            }
            for step in &recorded.steps {
                all.steps.push(step_cost(family, policy, step, &kernels)?);
            }
        }
        Ok(all)
    }

    /// Those of another family, too.
    pub fn add(&mut self, other: Self) {
        self.driver = other.driver;
        self.rows.extend(other.rows);
        self.steps.extend(other.steps);
    }

    /// # Errors
    /// If a variant spills registers.
    pub fn check_spills(&self) -> Result<()> {
        let mut spills: BTreeMap<(&str, Policy), Vec<String>> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.family.strict && row.spilled() > 0) {
            let found = spills.entry((&row.name, row.policy)).or_default();
            found.push(format!("{} {}", row.family.name, row.spilled()));
        }
        let line = |((name, policy), found): (&(&str, Policy), &Vec<String>)| {
            format!("\n  {}, {policy:?}: {}", short(name), found.join(", "))
        };
        let lines: Vec<String> = spills.iter().map(line).collect();
        if lines.is_empty() {
            Ok(())
        } else {
            Err(format!("{} variants spill registers:{}", lines.len(), lines.concat()).into())
        }
    }
}

/// A kernel's name without what is false.
pub fn short(name: &str) -> String {
    let mut name = name.replace(": true", "");
    while let Some(at) = name.find(": false") {
        let start = name[..at].rfind([' ', '{']).map_or(0, |start| start + 1);
        let end = at + ": false".len();
        let end = if name[end..].starts_with(", ") { end + 2 } else { end };
        name.replace_range(start..end, "");
    }
    name
}

/// A kernel that is launched, and what its text says of its loops and its uniform.
struct Launched<'a> {
    kernel: Kernel,
    threads: u32,
    loops: Vec<Option<&'a str>>,
    fields: Vec<(String, usize)>,
}

fn step_cost(
    family: Family,
    policy: Policy,
    step: &Step,
    kernels: &HashMap<&str, Launched<'_>>,
) -> Result<StepCost> {
    let mut cache = Cache::new(family);
    // A step finds in the cache what the one before has left.
    for launch in &step.launches {
        cache.take(&launch.buffers);
    }
    let launches = step.launches.iter().map(|launch| {
        let bytes = cache.take(&launch.buffers);
        let estimated = estimated(family, &kernels[launch.kernel.as_str()], launch, bytes);
        estimated.map_err(|error| format!("{}: {error}", launch.kernel).into())
    });
    let launches = launches.collect::<Result<_>>()?;
    Ok(StepCost {
        family,
        policy,
        network: step.network.clone(),
        algorithm: step.algorithm.clone(),
        launches,
    })
}

/// The bytes of workgroup memory that a thread sets to zero at once.
const ZEROED: u32 = 16;

fn estimated(family: Family, of: &Launched, launch: &Launch, bytes: [u64; 2]) -> Result<Estimated> {
    let word = |at: usize| f64::from(launch.parameters.get(at).copied().unwrap_or_default());
    let mut names = HashMap::from([
        ("workgroups".to_owned(), launch.workgroups as f64),
        ("threads".to_owned(), launch.workgroups as f64 * f64::from(of.threads)),
    ]);
    names.extend(of.fields.iter().map(|(name, at)| (name.clone(), word(*at))));
    let mut loops = of.kernel.program.loops.len();
    // A driver sets workgroup memory to zero in a loop of its own, before all others.
    let zeroing = of.kernel.local > 0 && loops > of.loops.len();
    loops -= usize::from(zeroing);
    let mut trips = trips::of_program(&of.loops, loops, &names)?;
    if zeroing {
        trips.insert(0, f64::from(of.kernel.local) / f64::from(of.threads * ZEROED));
    }
    let of_launch =
        model::Launch { workgroups: launch.workgroups, threads: of.threads, bytes, trips: &trips };
    let estimate = of.kernel.estimate(&of_launch, family);
    let cost = Cost { cycles: estimate.cycles, multiply_adds: estimate.multiply_adds, dispatches: 1 };
    let (label, kernel) = (launch.label.clone(), launch.kernel.clone());
    Ok(Estimated { label, kernel, cost, bound: estimate.bound.name().to_owned() })
}
