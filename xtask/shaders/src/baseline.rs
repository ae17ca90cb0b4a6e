//! The figures that are kept in `benches/shaders.json`, and the comparison with them.

use serde::{Deserialize, Serialize};

use crate::{compile::Policy, estimates::Estimates, outcome::Result};

/// How much worse an estimate may be than the one that was written.
const TOLERANCE: f64 = 0.05;

#[derive(Serialize, Deserialize)]
struct Baseline {
    driver: String,
    steps: Vec<Entry>,
}

/// A step with the algorithms of the rule.
#[derive(Serialize, Deserialize)]
struct Entry {
    family: String,
    policy: Policy,
    network: String,
    /// Cycles.
    cycles: f64,
    /// Of the GPU's multiply-adds in that time.
    share: f64,
    dispatches: usize,
}

fn baseline(driver: &str, estimates: &Estimates) -> Baseline {
    let of_rule = estimates.steps.iter().filter(|step| step.algorithm == "rule");
    let steps = of_rule.map(|step| {
        let total = step.total();
        Entry {
            family: step.family.name.to_owned(),
            policy: step.policy,
            network: step.network.clone(),
            cycles: total.cycles.round(),
            share: (total.share(step.family) * 1000.0).round() / 1000.0,
            dispatches: total.dispatches,
        }
    });
    Baseline { driver: driver.to_owned(), steps: steps.collect() }
}

pub fn text(driver: &str, estimates: &Estimates) -> Result<String> {
    Ok(serde_json::to_string_pretty(&baseline(driver, estimates))? + "\n")
}

/// # Errors
/// If a network's estimate is worse than the one that was written.
pub fn compare(written: &str, driver: &str, estimates: &Estimates) -> Result<()> {
    worse(&serde_json::from_str(written)?, &baseline(driver, estimates))
}

fn worse(written: &Baseline, now: &Baseline) -> Result<()> {
    if written.driver != now.driver {
        println!("NOT COMPARED: benches/shaders.json is of {}, and here is {}", written.driver, now.driver);
        return Ok(());
    }
    let key = |entry: &Entry| (entry.family.clone(), entry.policy, entry.network.clone());
    let pairs = now
        .steps
        .iter()
        .filter_map(|now| Some((now, written.steps.iter().find(|old| key(old) == key(now))?)));
    let worse = pairs.filter(|(now, old)| now.cycles > old.cycles * (1.0 + TOLERANCE));
    let lines: Vec<String> = worse
        .map(|(now, old)| {
            let percent = (now.cycles / old.cycles - 1.0) * 100.0;
            let (cycles, before) = (now.cycles, old.cycles);
            format!(
                "\n  {} on {} ({:?}): {cycles} cycles a step, {before} written: {percent:.1} % more",
                now.network, now.family, now.policy
            )
        })
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    let advice = "if that is wanted: cargo xtask shaders --write";
    Err(format!("steps are estimated to be slower than in benches/shaders.json; {advice}{}", lines.concat())
        .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(driver: &str, cycles: f64) -> Baseline {
        let (family, network) = ("navi21".into(), "tiny".into());
        let entry = Entry { family, policy: Policy::Browser, network, cycles, share: 0.5, dispatches: 40 };
        Baseline { driver: driver.into(), steps: vec![entry] }
    }

    #[test]
    fn six_percent_more_is_found_and_four_are_not() {
        let written = baseline("mesa 1", 100.0);
        let message = worse(&written, &baseline("mesa 1", 106.0)).unwrap_err().to_string();
        assert!(message.contains("tiny on navi21") && message.contains("6.0 %"), "{message}");
        worse(&written, &baseline("mesa 1", 104.0)).unwrap();
        worse(&written, &baseline("mesa 1", 50.0)).unwrap();
        worse(&written, &baseline("mesa 2", 200.0)).expect("another compiler makes other code");
    }
}
