//! The tools: what each chore needs, at which version, how it is found and how it is installed.
//!
//! Everything goes to the user's cache folder (`~/.cache/impasto`), outside the clone, so that every clone shares it and
//! a second run finds it. A program that is already there with the right version is used; else it comes prebuilt where a
//! package manager has it so, else it is built from source in a hurry. The rest of the system is changed only on request
//! (`system.rs`).

mod programs;
mod step;
mod system;
mod target;

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::process::{Result, command};

pub use programs::tensorflow;
pub use system::allow as allow_system;
pub use target::WASM_TARGET;

/// What was set up, as the commands that use it need it.
pub struct Tools {
    compiler: target::Compiler,
}

impl Tools {
    /// `program` with the installed tools found first and builds for wasm32 going to the compiler that can do them.
    pub fn command(&self, program: &str) -> Command {
        let mut command = with_tools(program, self.compiler.folders());
        self.compiler.choose_for(&mut command);
        command
    }
}

/// `program`, which finds `folders`, what is installed in the cache and `PATH`, in this order.
fn with_tools(program: &str, mut folders: Vec<PathBuf>) -> Command {
    folders.extend(programs::folders());
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let mut command = command(program);
    command.env("PATH", env::join_paths(folders).expect("folders on PATH hold no separator"));
    command
}

/// Sets up what building the site needs, what fails soonest first.
pub fn for_site() -> Result<Tools> {
    programs::node()?;
    let compiler = target::wasm()?;
    programs::wasm_opt()?;
    programs::trunk()?;
    programs::wasm_bindgen()?;
    programs::remove_build_folder();
    Ok(Tools { compiler })
}

/// Sets up what the native tests need: a Vulkan driver for those that compute on a GPU.
pub fn for_native_tests() -> Result {
    system::have(&system::VULKAN)
}

/// Sets up what all tests need: the site, browsers, a Vulkan driver.
pub fn for_tests() -> Result<Tools> {
    // First what may have to be asked for, so that nobody comes back to a question.
    system::have(&system::ALL)?;
    let tools = for_site()?;
    programs::drivers()?;
    Ok(tools)
}

/// Sets up what checks the sources; the result makes commands of its programs.
pub fn for_checks() -> Result<impl Fn(&str) -> Command> {
    programs::checkers()?;
    Ok(|program: &str| with_tools(program, Vec::new()))
}
