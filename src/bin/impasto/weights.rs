//! `impasto weights`: makes a pack from a model file, or from one that it downloads.

use std::error::Error;

/// Make a pack of weights for the site and the command line.
#[derive(Debug, clap::Args)]
pub struct WeightsArgs {}

/// Runs `impasto weights`.
#[expect(clippy::unnecessary_wraps)]
pub fn run(_: &WeightsArgs) -> Result<(), Box<dyn Error>> {
    Ok(())
}
