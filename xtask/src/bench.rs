//! The benchmark: the engine's step in a real browser, beside the same step on stock operations.

use crate::process::{Result, run};
use crate::{setup, site, suites};

/// `cargo xtask bench [--json FILE]`: builds the site and lets `tests/e2e/bench.mjs` measure it.
pub fn bench(arguments: &[String]) -> Result {
    let tools = setup::for_tests()?;
    site::build_with(&tools, true)?;
    run(suites::node(&tools)?.arg("tests/e2e/bench.mjs").args(arguments))
}
