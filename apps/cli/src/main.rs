//! The native command line program: the same engine as on the page, for batch work and comparisons.

#[cfg(any(feature = "cpu", feature = "gpu"))]
mod stylize;
mod weights;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Paints a photo in the style of a painting (Gatys, Ecker and Bethge's neural style transfer).
#[derive(Debug, Parser)]
#[command(name = "impasto", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[cfg(any(feature = "cpu", feature = "gpu"))]
    Stylize(Box<stylize::StylizeArgs>),
    Weights(weights::WeightsArgs),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        #[cfg(any(feature = "cpu", feature = "gpu"))]
        Command::Stylize(args) => stylize::run(&args).map_err(Into::into),
        Command::Weights(args) => weights::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("impasto: {error}");
            ExitCode::FAILURE
        }
    }
}
