//! The tables.

use std::{collections::HashSet, fmt::Write as _};

use crate::{
    compile::Policy,
    estimates::{Cost, Estimates, Row, StepCost, short},
    family::FAMILIES,
    hot_loop::HotLoop,
    outcome::Result,
};

/// What is printed.
pub struct Options {
    pub write: bool,
    quick: bool,
    all: bool,
    algorithm: Option<String>,
    policy: Policy,
    /// The family whose layers and kernels are shown.
    family: String,
}

/// The family that is shown unless another is asked for.
const FAMILY: &str = "navi21";

impl Options {
    pub fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--write" => options.write = true,
                "--quick" => options.quick = true,
                "--all" => options.all = true,
                "--strict" => options.policy = Policy::Strict,
                "--family" => {
                    let known = |name: &&String| FAMILIES.iter().any(|family| family.name == **name);
                    let names = FAMILIES.map(|family| family.name).join(", ");
                    let name = rest.next().filter(known).ok_or(format!("--family needs one of {names}"))?;
                    options.family.clone_from(name);
                }
                "--algorithm" => {
                    options.algorithm = Some(rest.next().ok_or("--algorithm needs a text")?.clone());
                }
                other => return Err(format!("there is no {other} here, see `cargo xtask help`").into()),
            }
        }
        if options.quick && options.write {
            return Err("--write takes the figures of all families, --quick has those of one".into());
        }
        Ok(options)
    }

    /// The only family that is looked at, if it is to be quick.
    pub fn quick(&self) -> Option<&str> {
        self.quick.then_some(self.family.as_str())
    }

    fn wants(&self, algorithm: &str) -> bool {
        match &self.algorithm {
            Some(text) => algorithm.contains(text.as_str()),
            None => self.all || algorithm == "rule",
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        let (policy, family) = (Policy::Browser, FAMILY.to_owned());
        Self { write: false, quick: false, all: false, algorithm: None, policy, family }
    }
}

/// The tables as they are printed.
pub fn text(driver: &str, estimates: &Estimates, options: &Options) -> String {
    let mut text = format!("{driver}, {:?}\n", options.policy);
    text += &steps(estimates, options.policy);
    text += &layers(estimates, options);
    text + &kernels(estimates, options)
}

/// The tables as they are kept.
pub fn document(driver: &str, estimates: &Estimates) -> String {
    let rule = Options::default();
    format!(
        "# What real GPUs' compilers make of the kernels\n\n\
        Written by `cargo xtask shaders --write` with {driver}. Nothing was run; [README.md](README.md) states the model.\n\
        A step is one of 256×256 pixels.\n{}\n## Shaders that check every index themselves\n{}{}{}",
        steps(estimates, Policy::Browser),
        steps(estimates, Policy::Strict),
        layers(estimates, &rule),
        kernels(estimates, &Options { all: true, ..Options::default() }),
    )
}

/// Of each network and algorithm: cycles and share on each family.
fn steps(estimates: &Estimates, policy: Policy) -> String {
    let families = families(estimates);
    let mut text = "\n### Steps\n\n| network | algorithms | dispatches |".to_owned();
    for family in &families {
        let _ = write!(text, " {family}: Mcycles | share |");
    }
    text += "\n|---|---|---:|";
    text += &"---:|---:|".repeat(families.len());
    text.push('\n');
    let of_policy = || estimates.steps.iter().filter(|step| step.policy == policy);
    let mut seen = HashSet::new();
    for step in of_policy().filter(|step| seen.insert((&step.network, &step.algorithm))) {
        let same = |other: &&StepCost| other.network == step.network && other.algorithm == step.algorithm;
        let costs = of_policy().filter(same).map(|step| (step.total(), step));
        row(&mut text, &step.network, &step.algorithm, costs);
    }
    let mut seen = HashSet::new();
    for step in of_policy().filter(|step| seen.insert(&step.network)) {
        let best = of_policy()
            .filter(|other| other.network == step.network && other.algorithm == "rule")
            .map(|rule| {
                let all: Vec<_> = of_policy()
                    .filter(|other| other.network == rule.network && other.family.name == rule.family.name)
                    .collect();
                (best(rule, &all), rule)
            });
        row(&mut text, &step.network, "the best for each layer", best);
    }
    text + &ratios(estimates, policy)
}

/// The cycles of the small networks' steps, relative to VGG-19's.
fn ratios(estimates: &Estimates, policy: Policy) -> String {
    let families = families(estimates);
    let mut text = "\nCycles of a step by the rule, those of VGG-19 being 1:\n\n| network | ".to_owned();
    text += &families.join(" | ");
    text += " |\n|---|";
    text += &"---:|".repeat(families.len());
    let of_rule = |network: &str, family: &str| {
        let mut steps =
            estimates.steps.iter().filter(|step| step.policy == policy && step.algorithm == "rule");
        let found = steps.find(|step| step.network == network && step.family.name == family);
        found.map_or(f64::NAN, |step| step.total().cycles)
    };
    for network in ["fast", "tiny"] {
        let _ = write!(text, "\n| {network} |");
        for family in &families {
            let _ = write!(text, " {:.2} |", of_rule(network, family) / of_rule("vgg19", family));
        }
    }
    text + "\n"
}

/// The families that there are estimates for.
fn families(estimates: &Estimates) -> Vec<&'static str> {
    let found = |name: &&str| estimates.steps.iter().any(|step| step.family.name == *name);
    FAMILIES.iter().map(|family| family.name).filter(found).collect()
}

fn row<'a>(
    text: &mut String,
    network: &str,
    algorithm: &str,
    costs: impl Iterator<Item = (Cost, &'a StepCost)>,
) {
    let costs: Vec<_> = costs.collect();
    let dispatches = costs.first().map_or(0, |(cost, _)| cost.dispatches);
    let _ = write!(text, "| {network} | {algorithm} | {dispatches} |");
    for (cost, step) in costs {
        let _ = write!(text, " {:.3} | {:.0} % |", cost.cycles / 1e6, cost.share(step.family) * 100.0);
    }
    text.push('\n');
}

/// The least of each layer.
fn best(rule: &StepCost, all: &[&StepCost]) -> Cost {
    let mut sum = Cost::default();
    for label in rule.labels() {
        let costs = all.iter().map(|step| step.sum(|launch| launch.label == label));
        let least = costs.min_by(|one, other| one.cycles.total_cmp(&other.cycles)).unwrap_or_default();
        sum.cycles += least.cycles;
        sum.multiply_adds += least.multiply_adds;
        sum.dispatches += least.dispatches;
    }
    sum
}

/// Of each layer on one family: each launch.
fn layers(estimates: &Estimates, options: &Options) -> String {
    let mut text = String::new();
    for step in estimates.steps.iter().filter(|step| {
        step.policy == options.policy && step.family.name == options.family && options.wants(&step.algorithm)
    }) {
        let total = step.total().cycles;
        let _ = write!(
            text,
            "\n### Layers of {}, {}, {}\n\n| layer | kernel | kcycles | of the step | share of peak | bound by |\n\
            |---|---|---:|---:|---:|---|\n",
            step.network, step.algorithm, options.family
        );
        for label in step.labels() {
            let mut line = |kernel: &str, cost: Cost, bound: &str| {
                let (cycles, part) = (cost.cycles / 1e3, cost.cycles / total * 100.0);
                let share = cost.share(step.family) * 100.0;
                let _ = writeln!(
                    text,
                    "| {label} | {kernel} | {cycles:.1} | {part:.1} % | {share:.0} % | {bound} |"
                );
            };
            line("**all**", step.sum(|launch| launch.label == label), "");
            let mut seen = HashSet::new();
            let of_layer = step.launches.iter().filter(|launch| launch.label == label);
            for launch in of_layer.filter(|launch| seen.insert(&launch.kernel)) {
                let cost = step.sum(|other| other.label == label && other.kernel == launch.kernel);
                line(&short(&launch.kernel), cost, &launch.bound);
            }
        }
    }
    text
}

/// Of each kernel that is launched: registers and the like on each family, and its innermost loop on one.
fn kernels(estimates: &Estimates, options: &Options) -> String {
    let names = families(estimates).join(", ");
    let mut text = format!(
        "\n### Kernels\n\nFor {names}; code, loop, cycles and share for {}. The loop is the innermost one with the most vector \
        instructions (all of the kernel where there is none): its multiply-adds, other float, integer and move instructions, \
        loads and stores of buffers and of workgroup memory, scalar instructions and loads, waits and barriers. Cycles are those \
        of a round of the loop for one wave: of the vector unit, of workgroup memory, of the cache, and of a wave that is alone.\n\n\
        | kernel | VGPRs | SGPRs | spilled | waves | LDS | lanes | bytes | instructions | FMA | float | int | move | load | store | \
        LDS load | LDS store | scalar | s_load | wait | barrier | cycles: vector | LDS | cache | alone | share |\n|---|",
        options.family
    );
    text += &"---:|".repeat(25);
    text.push('\n');
    let wanted = |step: &&StepCost| step.policy == options.policy && options.wants(&step.algorithm);
    let launched: HashSet<&str> = estimates
        .steps
        .iter()
        .filter(wanted)
        .flat_map(|step| &step.launches)
        .map(|launch| launch.kernel.as_str())
        .collect();
    let rows = || estimates.rows.iter().filter(|row| row.policy == options.policy);
    for row in rows().filter(|row| row.family.name == options.family && launched.contains(row.name.as_str()))
    {
        let same: Vec<&Row> = rows().filter(|other| other.name == row.name).collect();
        let mut cost = Cost::default();
        for step in estimates.steps.iter().filter(wanted).filter(|step| step.family.name == options.family) {
            let of_step = step.sum(|launch| launch.kernel == row.name);
            cost.cycles += of_step.cycles;
            cost.multiply_adds += of_step.multiply_adds;
        }
        text += &kernel(row, &same, cost.share(row.family));
    }
    text
}

fn kernel(row: &Row, same: &[&Row], share: f64) -> String {
    let each = |figure: &dyn Fn(&Row) -> u64| {
        let figures: Vec<String> = same.iter().map(|row| figure(row).to_string()).collect();
        if figures.iter().all(|figure| *figure == figures[0]) {
            figures[0].clone()
        } else {
            figures.join(" ")
        }
    };
    let HotLoop { mix, cycles } = row.hot_loop;
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {:.0} % |\n",
        short(&row.name),
        each(&|row| row.statistic("VGPRs")),
        each(&|row| row.statistic("SGPRs")),
        each(&Row::spilled),
        each(&|row| u64::from(row.waves)),
        row.statistic("LDS size"),
        row.lanes,
        row.statistic("Code size"),
        row.statistic("Instructions"),
        mix.map(|count| count.to_string()).join(" | "),
        cycles.map(|cycles| format!("{cycles:.0}")).join(" | "),
        share * 100.0,
    )
}
