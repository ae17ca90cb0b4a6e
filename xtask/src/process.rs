//! Runs other programs: finds and starts them, and handles their output.

use std::env;
use std::error::Error;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The result of a subcommand; the error is a message that says what to do.
pub type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// The repository: the folder above `xtask/`.
pub fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&manifest).parent().expect("xtask lies inside the repository").to_path_buf()
}

/// The folder of the built site.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// Cargo's target folder, derived from the path of this program (`<target>/debug/xtask`).
pub fn target() -> Result<PathBuf> {
    let own = env::current_exe()?;
    Ok(own.ancestors().nth(2).ok_or("xtask must be run through cargo: cargo xtask …")?.to_path_buf())
}

/// A command in the repository's folder without the `CARGO_*` variables that `cargo run` sets for *this* package:
/// nested builds would rebuild because of them, and trunk would start the wrong cargo.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let about_us = name == "CARGO" || name == "CARGO_MANIFEST_DIR" || name == "CARGO_MANIFEST_PATH";
        if about_us || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_BIN_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs a command with its output on the terminal; an exit code other than 0 is an error.
pub fn run(command: &mut Command) -> Result {
    let status = command.status().map_err(|error| format!("cannot start {}: {error}", shown(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", shown(command)).into()) }
}

/// Runs a command and returns its standard output; `None` if it is missing or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a command with its output in the file `log`; the error contains the end of it.
///
/// A program that runs longer than `limit` is killed, which is an error.
pub fn run_logged(command: &mut Command, log: &Path, limit: Duration) -> Result {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = File::create(log)?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .spawn()
        .map_err(|error| format!("cannot start {}: {error}", shown(command)))?;
    let start = Instant::now();
    let outcome = loop {
        if let Some(status) = child.try_wait()? {
            break if status.success() { return Ok(()) } else { status.to_string() };
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            break format!("no end after {} s", limit.as_secs());
        }
        thread::sleep(Duration::from_millis(50));
    };
    let text = String::from_utf8_lossy(&fs::read(log)?).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines[lines.len().saturating_sub(15)..].join("\n    ");
    Err(format!(
        "{} failed ({outcome}); its last lines, all in {}:\n    {tail}",
        shown(command),
        log.display()
    )
    .into())
}

/// Runs a command; prints every line of its standard output at once and passes it to `line`. True if it exits with 0.
pub fn run_watched(command: &mut Command, mut line: impl FnMut(&str)) -> Result<bool> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start {}: {error}", shown(command)))?;
    let mut reader = BufReader::new(child.stdout.take().expect("standard output was piped"));
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(&bytes)?;
        stdout.flush()?;
        line(String::from_utf8_lossy(&bytes).trim_end());
        bytes.clear();
    }
    Ok(child.wait()?.success())
}

/// The first of `names` that is on `PATH`.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    names.iter().find_map(|name| {
        env::split_paths(&path)
            .flat_map(|folder| [folder.join(name), folder.join(format!("{name}{}", env::consts::EXE_SUFFIX))])
            .find(|file| file.is_file())
    })
}

fn shown(command: &Command) -> String {
    let arguments = command.get_args().map(OsStr::to_string_lossy);
    std::iter::once(command.get_program().to_string_lossy()).chain(arguments).collect::<Vec<_>>().join(" ")
}
