//! The flags with which everything for browsers is compiled.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::process::root;

/// Gives a command that compiles for browsers the flags for it. They must be the same for every such command, or the next one
/// compiles everything anew.
pub fn compiling(command: &mut Command) -> &mut Command {
    // As in `.cargo/config.toml`, whose flags count only where there are no others.
    with_flags(command, &["-C", "target-feature=+simd128"])
}

/// Has Cargo compile with these flags, and without the names of the builder's folders.
///
/// A program holds the names of all files that a panic may come from, wherever they lay. Visitors must not be told of the
/// builder's folders, so these are replaced; what follows still says which file it was.
pub fn with_flags<'a>(command: &'a mut Command, flags: &[&str]) -> &'a mut Command {
    let mut flags: Vec<String> = flags.iter().map(|&flag| flag.to_owned()).collect();
    // The last one that fits is taken.
    for (folder, name) in private_folders() {
        flags.push(format!("--remap-path-prefix={}={name}", folder.display()));
    }
    // Folders may have blanks in their names, which the other variables would take for separators.
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
}

/// The folders that visitors must not be told of, each after those that it may lie in, and what they are called instead.
pub fn private_folders() -> Vec<(PathBuf, &'static str)> {
    let home = env::home_dir().filter(|home| home.parent().is_some());
    let cargo = env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo = cargo.or_else(|| Some(home.as_ref()?.join(".cargo")));
    let folders = [(home, "home"), (cargo, "cargo"), (Some(root()), "impasto")];
    folders.into_iter().filter_map(|(folder, name)| Some((folder?, name))).collect()
}
