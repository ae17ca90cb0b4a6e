//! Runs the programs `ffmpeg` and `ffprobe`.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, ErrorKind, Read as _, Seek as _},
    path::Path,
    process::{Child, Command, Stdio},
};

use super::error::VideoError;

/// The end of what a program says that is shown.
const SHOWN: usize = 300;

/// A command with nothing to read. Ctrl-C in a terminal does not reach it: it would end a film too early, and look like success.
pub fn command(program: &'static str) -> Command {
    let mut command = Command::new(program);
    command.args(["-v", "error", "-hide_banner"]).stdin(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// A file by its path, whatever characters are in it: `ffmpeg` would take `a:b` for a protocol.
pub fn file(path: &Path) -> OsString {
    let mut name = OsString::from("file:");
    name.push(path);
    name
}

/// The error of a program that cannot be started.
pub fn not_run(program: &'static str, source: io::Error) -> VideoError {
    match source.kind() {
        ErrorKind::NotFound => VideoError::NoProgram(program),
        _ => VideoError::Run { program, source },
    }
}

/// Checks that both programs are there.
///
/// # Errors
/// If one is not.
pub fn programs() -> Result<(), VideoError> {
    for program in ["ffprobe", "ffmpeg"] {
        // What it says of itself does not matter here.
        let _ = output(command(program).arg("-version"), program)?;
    }
    Ok(())
}

/// What a program writes to its standard output.
///
/// # Errors
/// The inner one has the last words of a program that fails.
pub fn output(command: &mut Command, program: &'static str) -> Result<Result<Vec<u8>, String>, VideoError> {
    let output = command.output().map_err(|source| not_run(program, source))?;
    Ok(if output.status.success() { Ok(output.stdout) } else { Err(last_words(&output.stderr)) })
}

/// A program that runs beside this one, and ends with it.
pub struct Running {
    pub child: Child,
    /// What it says. A file, since a pipe that is not read would stop it.
    said: File,
}

impl Running {
    pub fn start(command: &mut Command, program: &'static str) -> Result<Self, VideoError> {
        let said = tempfile::tempfile().map_err(|source| VideoError::Run { program, source })?;
        let told = said.try_clone().map_err(|source| VideoError::Run { program, source })?;
        let child = command.stderr(told).spawn().map_err(|source| not_run(program, source))?;
        Ok(Self { child, said })
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// Its last words if it fails.
    pub fn wait(&mut self) -> Result<(), String> {
        let status = self.child.wait().map_err(|error| error.to_string())?;
        if status.success() {
            return Ok(());
        }
        let mut words = Vec::new();
        // It is only a message.
        let _ = self.said.rewind().and_then(|()| self.said.read_to_end(&mut words));
        Err(last_words(&words))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The end of what a program said, in one line.
fn last_words(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let from = text.char_indices().rev().nth(SHOWN).map_or(0, |(at, _)| at);
    if text.is_empty() { "it does not say why".to_owned() } else { text[from..].to_owned() }
}
