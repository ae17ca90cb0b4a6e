//! Defines the tools: which versions each subcommand needs, and how they are found and installed.
//!
//! They are installed in the user's cache folder (`~/.cache/impasto`), outside the clone, so that all clones share
//! them. A program with the right version that exists already is used. Otherwise it is installed prebuilt where a
//! package manager has it, or else built from source with fast compiler settings. The rest of the system is changed
//! only on request (`system.rs`).

mod programs;
mod step;
mod system;
mod target;

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::process::{Result, command};

pub use programs::rivals;
pub use system::allow as allow_system;
pub use target::WASM_TARGET;

/// The installed tools.
pub struct Tools {
    compiler: target::Compiler,
}

impl Tools {
    /// A command that finds the installed tools first, and uses the right compiler for wasm32.
    pub fn command(&self, program: &str) -> Command {
        let mut command = with_tools(program, self.compiler.folders());
        self.compiler.choose_for(&mut command);
        command
    }
}

/// A command with `folders`, the folders in the cache and `PATH` as its search path, in this order.
fn with_tools(program: &str, mut folders: Vec<PathBuf>) -> Command {
    folders.extend(programs::folders());
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let mut command = command(program);
    command.env("PATH", env::join_paths(folders).expect("folders on PATH hold no separator"));
    command
}

/// Installs what the site needs to be built; steps that fail early come first.
pub fn for_site() -> Result<Tools> {
    programs::node()?;
    let compiler = target::wasm()?;
    programs::wasm_opt()?;
    programs::trunk()?;
    programs::wasm_bindgen()?;
    programs::remove_build_folder();
    Ok(Tools { compiler })
}

/// Installs what the native tests need: a Vulkan driver for those of the GPU, `ffmpeg` for those of films.
pub fn for_native_tests() -> Result {
    system::have(&system::NATIVE)
}

/// Installs what all tests need: the tools for the site, browsers, a Vulkan driver, `ffmpeg`.
pub fn for_tests() -> Result<Tools> {
    // Whatever may need a confirmation comes first.
    system::have(&system::ALL)?;
    let tools = for_site()?;
    programs::drivers()?;
    Ok(tools)
}

/// Installs the tools of the static checks; the result makes commands of them.
pub fn for_checks() -> Result<impl Fn(&str) -> Command> {
    programs::checkers()?;
    Ok(|program: &str| with_tools(program, Vec::new()))
}
