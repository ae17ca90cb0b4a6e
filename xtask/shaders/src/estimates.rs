//! Applies the model to all recorded launches.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{
    assembly::Program,
    compile::{Compiled, Output, Policy},
    family::{FAMILIES, Family},
    model::{self, Bound, Kernel},
    outcome::Result,
    steps::{Launch, Recorded, Step},
    trips,
};

/// A kernel on a family, under a policy.
pub struct Row {
    pub family: Family,
    pub policy: Policy,
    pub name: String,
    /// Threads of a workgroup.
    pub threads: u32,
    pub kernel: Kernel,
    pub compiled: Compiled,
}

impl Row {
    /// A figure of the driver's.
    pub fn statistic(&self, name: &str) -> u64 {
        self.compiled.statistics.get(name).copied().unwrap_or_default()
    }

    /// Registers that are kept in memory.
    pub fn spilled(&self) -> u64 {
        self.statistic("Spilled VGPRs") + self.statistic("Spilled SGPRs")
    }
}

/// Cycles and multiply-adds.
#[derive(Clone, Copy, Debug, Default)]
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
pub struct Estimated {
    pub label: String,
    pub kernel: String,
    pub cost: Cost,
    pub bound: Bound,
}

/// A step on a family, under a policy.
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
pub struct Estimates {
    pub rows: Vec<Row>,
    pub steps: Vec<StepCost>,
}

impl Estimates {
    pub fn new(recorded: &Recorded, outputs: &BTreeMap<&'static str, Output>) -> Result<Self> {
        let (mut rows, mut steps) = (Vec::new(), Vec::new());
        let families = FAMILIES.iter().filter_map(|family| Some((*family, outputs.get(family.name)?)));
        let texts = texts(recorded)?;
        for (family, output) in families {
            for policy in [Policy::Browser, Policy::Strict] {
                let of_it: Vec<Row> = recorded
                    .kernels
                    .iter()
                    .map(|(name, text)| row(family, policy, name, text.workgroup, output))
                    .collect::<Result<_>>()?;
                let kernels: HashMap<&str, &Row> = of_it.iter().map(|row| (row.name.as_str(), row)).collect();
                for step in &recorded.steps {
                    steps.push(step_cost(family, policy, step, &kernels, &texts)?);
                }
                rows.extend(of_it);
            }
        }
        Ok(Self { rows, steps })
    }

    /// # Errors
    /// If a variant spills registers.
    pub fn check_spills(&self) -> Result<()> {
        let spills = self.rows.iter().filter(|row| row.spilled() > 0);
        let lines: Vec<String> = spills
            .map(|row| {
                format!("\n  {} ({:?}): {} spills {}", row.family.name, row.policy, row.name, row.spilled())
            })
            .collect();
        if lines.is_empty() {
            Ok(())
        } else {
            Err(format!("{} variants spill registers:{}", lines.len(), lines.concat()).into())
        }
    }
}

fn row(family: Family, policy: Policy, name: &str, workgroup: [u32; 3], output: &Output) -> Result<Row> {
    let compiled =
        output.kernels.get(name).and_then(|kernel| kernel.get(&policy)).ok_or("a kernel was left out")?;
    let compiled = compiled.clone();
    let statistic = |name: &str| compiled.statistics.get(name).copied().unwrap_or_default() as u32;
    let kernel = Kernel {
        program: Program::parse(&compiled.assembly, family.generation),
        lanes: compiled.lanes,
        registers: statistic("VGPRs"),
        local: statistic("LDS size"),
    };
    Ok(Row { family, policy, name: name.to_owned(), threads: workgroup.iter().product(), kernel, compiled })
}

/// What a kernel's text says of its loops and its uniform.
struct Said<'a> {
    loops: Vec<Option<&'a str>>,
    fields: Vec<(String, usize)>,
}

fn texts(recorded: &Recorded) -> Result<HashMap<&str, Said<'_>>> {
    let launched: HashSet<&str> =
        recorded.steps.iter().flat_map(|step| &step.launches).map(|launch| launch.kernel.as_str()).collect();
    let kernels = recorded.kernels.iter().filter(|(name, _)| launched.contains(name.as_str()));
    let said = kernels.map(|(name, kernel)| {
        let said = Said { loops: trips::annotations(&kernel.text), fields: trips::fields(&kernel.text)? };
        Ok((name.as_str(), said))
    });
    said.collect()
}

fn step_cost(
    family: Family,
    policy: Policy,
    step: &Step,
    kernels: &HashMap<&str, &Row>,
    texts: &HashMap<&str, Said<'_>>,
) -> Result<StepCost> {
    let launches = step.launches.iter().map(|launch| {
        let (row, said) = (kernels[launch.kernel.as_str()], &texts[launch.kernel.as_str()]);
        estimated(row, launch, said).map_err(|error| format!("{}: {error}", launch.kernel).into())
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

fn estimated(row: &Row, launch: &Launch, said: &Said) -> Result<Estimated> {
    let word = |at: usize| f64::from(launch.parameters.get(at).copied().unwrap_or_default());
    let mut names = HashMap::from([
        ("workgroups".to_owned(), launch.workgroups as f64),
        ("threads".to_owned(), launch.workgroups as f64 * f64::from(row.threads)),
    ]);
    names.extend(said.fields.iter().map(|(name, at)| (name.clone(), word(*at))));
    let trips = trips::of_program(&said.loops, row.kernel.program.loops.len(), &names)?;
    let of_launch = model::Launch {
        workgroups: launch.workgroups,
        threads: row.threads,
        bytes: launch.buffers.iter().sum(),
        trips: &trips,
    };
    let estimate = row.kernel.estimate(&of_launch, row.family);
    let cost = Cost { cycles: estimate.cycles, multiply_adds: estimate.multiply_adds, dispatches: 1 };
    Ok(Estimated { label: launch.label.clone(), kernel: launch.kernel.clone(), cost, bound: estimate.bound })
}
