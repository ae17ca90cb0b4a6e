//! Runs the tests: the native ones with Cargo, then those of the site in browsers; counts both together.

use std::path::PathBuf;
use std::time::Instant;
use std::{fmt, fs};

use crate::process::{Result, command, dist, root, run, run_watched, target};
use crate::setup::{self, Tools};
use crate::site;

/// `cargo xtask test`: all tests; with `--native` or `--browser` only those.
pub fn test(arguments: &[String]) -> Result {
    let (native, browser) = match arguments {
        [] => (true, true),
        [one] if one == "--native" => (true, false),
        [one] if one == "--browser" => (false, true),
        _ => return Err("`cargo xtask test` takes --native, --browser or nothing".into()),
    };
    let mut tally = Tally::default();
    let outcome = run_suites(native, browser, &mut tally);
    if let Err(error) = outcome {
        eprintln!("error: {error}");
        tally.failed += 1;
    }
    println!("{tally}");
    if tally.failed == 0 { Ok(()) } else { Err("not every test passed".into()) }
}

/// A file of browser tests that takes longer is stopped and counts as failed, so that a wait that never ends is reported and
/// does not stop the whole run. In milliseconds; the longest files take three minutes.
const FILE_LIMIT: &str = "--test-timeout=720000";

/// Files of browser tests at a time: a page waits for much of its time, for itself or for another process.
const SIDE_BY_SIDE: &str = "--test-concurrency=2";

fn run_suites(native: bool, browser: bool, tally: &mut Tally) -> Result {
    let start = Instant::now();
    let tools = if browser {
        Some(setup::for_tests()?)
    } else {
        setup::for_native_tests()?;
        None
    };
    if native {
        let mut cargo = command("cargo");
        cargo.args(["test", "--workspace", "--no-fail-fast"]);
        suite(tally, |tally| run_watched(&mut cargo, |line| tally.add_cargo(line)))?;
        println!("… native tests: {} min", start.elapsed().as_secs() / 60);
    }
    if let Some(tools) = tools {
        if !native {
            // Compiled with the tests' features, since `cargo build` alone would compile the engine a second time.
            let mut cargo = command("cargo");
            run_watched(cargo.args(["test", "--workspace", "--no-run"]), |_| ())?;
        }
        site::have(&tools)?;
        run(node(&tools)?.arg("tests/e2e/support/prepare.mjs"))?;
        let mut node = node(&tools)?;
        node.args(["--test", SIDE_BY_SIDE, "--test-reporter=spec", FILE_LIMIT]).args(browser_tests()?);
        suite(tally, |tally| run_watched(&mut node, |line| tally.add_node(line)))?;
        println!("… all tests: {} min", start.elapsed().as_secs() / 60);
    }
    Ok(())
}

/// `tests/e2e/*.test.mjs`, as file names, since Node's versions treat a folder argument differently.
fn browser_tests() -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(root().join("tests/e2e"))?.flatten().map(|entry| entry.path());
    let mut files: Vec<_> = entries.filter(|path| path.to_string_lossy().ends_with(".test.mjs")).collect();
    files.sort();
    Ok(files)
}

/// `node` in the repository, with the paths that the browser tests need in its environment.
pub fn node(tools: &Tools) -> Result<std::process::Command> {
    let target = target()?;
    let mut node = tools.command("node");
    node.env("IMPASTO_CLI", target.join("debug").join(format!("impasto{}", std::env::consts::EXE_SUFFIX)));
    node.env("IMPASTO_DIST", dist()).env("IMPASTO_ARTEFACTS", target.join("e2e"));
    Ok(node)
}

/// Runs a suite. A suite that fails without a failed test (a compile error, a crash) counts as one failure.
fn suite(tally: &mut Tally, run: impl FnOnce(&mut Tally) -> Result<bool>) -> Result {
    let before = tally.failed;
    let succeeded = run(tally)?;
    if !succeeded && tally.failed == before {
        tally.failed += 1;
    }
    Ok(())
}

/// The numbers of passed, failed and skipped tests.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Tally {
    /// Parses `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn add_cargo(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            let Some((number, what)) = count.split_once(' ') else { continue };
            let number = number.parse().unwrap_or(0);
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }

    /// Parses a line of the summary of Node's test runner: `ℹ pass 12`.
    fn add_node(&mut self, line: &str) {
        let Some((what, number)) = line.strip_prefix("ℹ ").and_then(|rest| rest.split_once(' ')) else {
            return;
        };
        let Ok(number) = number.parse::<u64>() else { return };
        match what {
            "pass" => self.passed += number,
            "fail" | "cancelled" => self.failed += number,
            "skipped" | "todo" => self.skipped += number,
            _ => {}
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn cargo_results_are_added_up() {
        let mut tally = Tally::default();
        tally.add_cargo("running 4 tests");
        tally.add_cargo(
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s",
        );
        tally.add_cargo("test result: FAILED. 5 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s");
        assert_eq!(tally, Tally { passed: 8, failed: 2, skipped: 1 });
    }

    #[test]
    fn node_summary_is_added_up() {
        let mut tally = Tally { passed: 1, failed: 0, skipped: 0 };
        for line in [
            "✔ paints (12ms)",
            "ℹ tests 9",
            "ℹ pass 5",
            "ℹ fail 2",
            "ℹ cancelled 1",
            "ℹ skipped 1",
            "ℹ todo 0",
        ] {
            tally.add_node(line);
        }
        assert_eq!(tally, Tally { passed: 6, failed: 3, skipped: 1 });
        assert_eq!(tally.to_string(), "6 passed, 3 failed, 1 skipped");
    }
}
