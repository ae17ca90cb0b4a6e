//! Defines `impasto shell`: what a shell and a manual want to know of the command line.

use std::{
    error::Error,
    io::{self, Write},
};

use clap::{CommandFactory, Subcommand};

/// Print the completions for a shell, or the manual.
#[derive(Debug, Subcommand)]
pub enum Shell {
    /// The completions: source them, or save them where your shell looks for them
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// The manual page: `impasto shell man | man -l -`
    Man,
}

/// Prints it.
///
/// # Errors
/// If it cannot be written.
pub fn run<Cli: CommandFactory>(what: &Shell) -> Result<(), Box<dyn Error>> {
    let mut command = Cli::command();
    let mut out = Vec::new();
    match what {
        Shell::Completions { shell } => clap_complete::generate(*shell, &mut command, "impasto", &mut out),
        Shell::Man => {
            command.build();
            clap_mangen::Man::new(command.clone()).render(&mut out)?;
            for part in command.get_subcommands().filter(|part| part.get_name() != "help") {
                clap_mangen::Man::new(part.clone()).render(&mut out)?;
            }
        }
    }
    match io::stdout().write_all(&out) {
        // Whoever reads it has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
