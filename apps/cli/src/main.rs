//! The native command line program: the same engine as on the page, for batch work and comparisons.

#[cfg(any(feature = "cpu", feature = "gpu"))]
mod networks;
mod shell;
#[cfg(any(feature = "cpu", feature = "gpu"))]
mod stylize;
mod terminal;
mod weights;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Paints a photo in the style of a painting (Gatys, Ecker and Bethge's neural style transfer).
///
/// Exit codes: 0 where everything was done, 1 after an error, 2 where the command line is not understood, 130 where a run was
/// interrupted (its picture so far is written; a second interruption ends the program at once, without one).
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
    #[cfg(any(feature = "cpu", feature = "gpu"))]
    Batch(Box<stylize::BatchArgs>),
    #[cfg(any(feature = "cpu", feature = "gpu"))]
    Video(Box<stylize::VideoArgs>),
    #[cfg(any(feature = "cpu", feature = "gpu"))]
    Doctor(stylize::DoctorArgs),
    Weights(weights::WeightsArgs),
    #[command(subcommand)]
    Shell(shell::Shell),
}

fn main() -> ExitCode {
    #[cfg(any(feature = "cpu", feature = "gpu"))]
    if stylize::list_is_asked(&std::env::args_os().collect::<Vec<_>>()) {
        stylize::devices().iter().for_each(terminal::say);
        return ExitCode::SUCCESS;
    }
    let done = match Cli::parse().command {
        #[cfg(any(feature = "cpu", feature = "gpu"))]
        Command::Stylize(args) => stylize::run(&args).map(code).map_err(Into::into),
        #[cfg(any(feature = "cpu", feature = "gpu"))]
        Command::Batch(args) => stylize::batch(&args).map(code).map_err(Into::into),
        #[cfg(any(feature = "cpu", feature = "gpu"))]
        Command::Video(args) => stylize::video(&args).map(code).map_err(Into::into),
        #[cfg(any(feature = "cpu", feature = "gpu"))]
        Command::Doctor(args) => stylize::doctor(&args).map(|()| ExitCode::SUCCESS).map_err(Into::into),
        Command::Weights(args) => weights::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Shell(what) => shell::run::<Cli>(&what).map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| {
        terminal::note(format_args!("impasto: {error}"));
        ExitCode::FAILURE
    })
}

#[cfg(any(feature = "cpu", feature = "gpu"))]
fn code(ending: stylize::Ending) -> ExitCode {
    match ending {
        stylize::Ending::Finished => ExitCode::SUCCESS,
        stylize::Ending::Interrupted => ExitCode::from(stylize::INTERRUPTED),
    }
}
