//! Defines the options' command-line flags, from the table of options (`crates/options/src/table.rs`).

use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches, parser::ValueSource};
use options::{Entry, Options, OptionsError, entries};

/// The options that were given on the command line, with their values as text.
#[derive(Clone, Debug)]
pub struct OptionFlags {
    given: Vec<(&'static Entry, String)>,
}

impl OptionFlags {
    /// The options of the run: the given flags over those of `like`, or over the defaults.
    ///
    /// # Errors
    /// An [`OptionsError`] for an invalid value; clap has rejected those already.
    pub fn options(&self, like: Option<&Options>) -> Result<Options, OptionsError> {
        let mut options = like.cloned().unwrap_or_default();
        for (entry, value) in &self.given {
            (entry.set)(&mut options, value)?;
        }
        Ok(options)
    }
}

fn flags() -> impl Iterator<Item = &'static Entry> {
    entries().filter(|entry| entry.command_line)
}

fn flag(entry: &'static Entry) -> Arg {
    let read = |text: &str| (entry.set)(&mut Options::default(), text).map(|()| text.to_owned());
    let arg = Arg::new(entry.name)
        .long(entry.name)
        .aliases(entry.aliases.iter().copied())
        .value_name(entry.values)
        .help(entry.help)
        .conflicts_with_all(entry.conflicts.iter().copied())
        .value_parser(read);
    match entry.default() {
        Some(default) => arg.default_value(default),
        None => arg,
    }
}

impl Args for OptionFlags {
    fn augment_args(command: Command) -> Command {
        command.args(flags().map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for OptionFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let typed = |entry: &&Entry| matches.value_source(entry.name) == Some(ValueSource::CommandLine);
        let value = |entry: &'static Entry| Some((entry, matches.get_one::<String>(entry.name)?.clone()));
        Ok(Self { given: flags().filter(typed).filter_map(value).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
