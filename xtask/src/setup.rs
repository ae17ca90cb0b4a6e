//! The tools: what each chore needs, at which version, how it is found and how it is installed.
//!
//! Everything goes to the user's cache folder (`~/.cache/impasto`), outside the clone, so that every clone shares it and
//! a second run finds it. A program that is already there with the right version is used; else it comes prebuilt where a
//! package manager has it so, else it is built from source in a hurry. The rest of the system is changed only on request
//! (`system.rs`).

mod programs;
mod system;
mod target;

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{Result, command};

pub use programs::tensorflow;
pub use system::allow as allow_system;

/// The target of everything that runs in a browser.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// A time by which any installation on a slow machine is over.
const AN_HOUR: Duration = Duration::from_hours(1);

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

/// How much there is to do in a step.
#[derive(Clone, Copy)]
enum Work {
    /// A download; how long it takes is up to the network.
    Download,
    /// So many seconds of one core, as measured on a server's core of 2026, shared among all of them.
    CoreSeconds(u32),
}

impl Work {
    /// "about 3 min" on this machine.
    fn about(self) -> String {
        match self {
            Self::Download => "a download, usually seconds".to_owned(),
            Self::CoreSeconds(seconds) => {
                about(seconds, thread::available_parallelism().map_or(1, std::num::NonZero::get))
            }
        }
    }
}

/// How long so many core-seconds take on so many cores, rounded up to ten seconds or a minute.
fn about(core_seconds: u32, cores: usize) -> String {
    let seconds = core_seconds as usize / cores.max(1);
    if seconds <= 90 {
        format!("about {} s", seconds.div_ceil(10).max(1) * 10)
    } else {
        format!("about {} min", seconds.div_ceil(60))
    }
}

/// One step of the set-up: says that the thing is there, or installs it and says how long that took.
fn step(name: &str, found: impl Fn() -> bool, work: Work, install: impl FnOnce() -> Result) -> Result {
    if found() {
        println!("✓ {name} (already there)");
        return Ok(());
    }
    println!("… {name}: installing ({})", work.about());
    let start = Instant::now();
    install()?;
    if !found() {
        return Err(format!("{name} was installed, but does not work").into());
    }
    println!("✓ {name} (installed in {} s)", start.elapsed().as_secs());
    Ok(())
}

/// `$XDG_CACHE_HOME/impasto`, by default `~/.cache/impasto`.
fn cache() -> PathBuf {
    let base = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || env::home_dir().unwrap_or_else(env::temp_dir).join(".cache");
    base.unwrap_or_else(home).join("impasto")
}

fn log(name: &str) -> PathBuf {
    cache().join("logs").join(format!("{name}.log"))
}

#[cfg(test)]
mod tests {
    use super::about;

    #[test]
    fn estimates_follow_from_the_number_of_cores() {
        assert_eq!(about(85, 2), "about 50 s");
        assert_eq!(about(250, 2), "about 3 min");
        assert_eq!(about(250, 16), "about 20 s");
        assert_eq!(about(3, 64), "about 10 s");
        assert_eq!(about(180, 2), "about 90 s");
        assert_eq!(about(600, 1), "about 10 min");
    }
}
