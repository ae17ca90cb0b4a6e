//! Defines the compiler flags for everything that runs in a browser.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::process::root;

/// Adds the flags for browsers to a command that compiles. They must be the same for every such command, or the next
/// one compiles everything again.
pub fn compiling(command: &mut Command) -> &mut Command {
    // The same as in `.cargo/config.toml`, whose flags are ignored if the environment sets others.
    with_flags(command, &["-C", "target-feature=+simd128"])
}

/// Sets the compiler flags, and removes the names of the builder's folders from the output.
///
/// A program contains the path of every source file that can panic. The folders in these paths are replaced, since the
/// paths are visible to visitors; the rest of each path still identifies the file.
pub fn with_flags<'a>(command: &'a mut Command, flags: &[&str]) -> &'a mut Command {
    let mut flags: Vec<String> = flags.iter().map(|&flag| flag.to_owned()).collect();
    // The last matching prefix is used.
    for (folder, name) in private_folders() {
        flags.push(format!("--remap-path-prefix={}={name}", folder.display()));
    }
    // Folder names may contain spaces, which are separators in the other variables.
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
}

/// The folders that must not be visible, each after the folders that contain it, and their replacements.
pub fn private_folders() -> Vec<(PathBuf, &'static str)> {
    let home = env::home_dir().filter(|home| home.parent().is_some());
    let cargo = env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo = cargo.or_else(|| Some(home.as_ref()?.join(".cargo")));
    let folders = [(home, "home"), (cargo, "cargo"), (Some(root()), "impasto")];
    folders.into_iter().filter_map(|(folder, name)| Some((folder?, name))).collect()
}
