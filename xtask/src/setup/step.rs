//! Defines a step of the set-up: its output and its folders.

use std::env;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use crate::process::Result;

/// A time limit for an installation, generous for slow machines.
pub const AN_HOUR: Duration = Duration::from_hours(1);

/// The work of a step.
#[derive(Clone, Copy)]
pub enum Work {
    /// A download; its duration depends on the network.
    Download,
    /// CPU time in seconds on one core of a server of 2026; it is divided among all cores.
    CoreSeconds(u32),
}

impl Work {
    /// The estimated duration on this machine, such as "about 3 min".
    pub fn about(self) -> String {
        match self {
            Self::Download => "a download, usually seconds".to_owned(),
            Self::CoreSeconds(seconds) => {
                about(seconds, thread::available_parallelism().map_or(1, std::num::NonZero::get))
            }
        }
    }
}

/// The duration of this CPU time on this number of cores, rounded up to ten seconds or a minute.
fn about(core_seconds: u32, cores: usize) -> String {
    let seconds = core_seconds as usize / cores.max(1);
    if seconds <= 90 {
        format!("about {} s", seconds.div_ceil(10).max(1) * 10)
    } else {
        format!("about {} min", seconds.div_ceil(60))
    }
}

/// Runs a step: reports that the tool exists, or installs it and reports the duration.
pub fn step(name: &str, found: impl Fn() -> bool, work: Work, install: impl FnOnce() -> Result) -> Result {
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

/// The cache folder: `$XDG_CACHE_HOME/impasto`, by default `~/.cache/impasto`.
pub fn cache() -> PathBuf {
    let base = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || env::home_dir().unwrap_or_else(env::temp_dir).join(".cache");
    base.unwrap_or_else(home).join("impasto")
}

pub fn log(name: &str) -> PathBuf {
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
