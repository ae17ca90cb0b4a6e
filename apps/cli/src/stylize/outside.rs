//! Reads HEIC with a program of the system: there is no well-kept decoder of HEVC in Rust to link.

use std::{
    env, fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use decoding::{FileKind, MAX_BYTES, Read, ReadError, read_upright};

/// The programs of libheif, the newer name first. Both write 16 bits where there are more than 8, and the colour profile.
const PROGRAMS: [&str; 2] = ["heif-dec", "heif-convert"];

/// The packages that have them.
pub const PACKAGES: &str = "libheif-examples (Debian, Ubuntu), libheif-tools (Fedora) or libheif (Homebrew)";

/// How long a program may take. A photo of 50 million pixels takes some seconds.
const LIMIT: Duration = Duration::from_mins(2);

/// Why a file is not read by a program of the system.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    #[error(
        "it is {0}, by its bytes, which needs heif-dec or heif-convert: install {packages}, or convert it to JPEG, PNG, WebP or TIFF first",
        packages = PACKAGES
    )]
    NoProgram(FileKind),
    #[error(
        "it is {kind}, but {} cannot decode it ({why}): save it anew with another program",
        name(.program)
    )]
    Failed { kind: FileKind, program: PathBuf, why: String },
    #[error(
        "it is {kind}, and {} has not decoded it in {} s: convert it to JPEG, PNG, WebP or TIFF first",
        name(.program), .limit.as_secs()
    )]
    TooSlow { kind: FileKind, program: PathBuf, limit: Duration },
    #[error("{} cannot be used ({source}): install libheif anew, or convert the file to JPEG, PNG, WebP or TIFF first", name(.program))]
    Unusable { program: PathBuf, source: io::Error },
    #[error("the picture that {} made of it is not read: {source}", name(.program))]
    Read { program: PathBuf, source: ReadError },
}

fn name(program: &Path) -> String {
    program.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The program that reads HEIC here, if there is one.
pub fn program() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    let paths = PROGRAMS.iter().flat_map(|name| {
        let name = format!("{name}{}", env::consts::EXE_SUFFIX);
        folders.iter().map(move |folder| folder.join(&name))
    });
    paths.into_iter().find(|path| path.is_file())
}

/// Reads a file of this kind, of several pictures the first one.
///
/// # Errors
/// If there is no program for it, or if that fails, or takes more than two minutes.
pub fn read(bytes: &[u8], kind: FileKind) -> Result<Read, OutsideError> {
    let program = program().ok_or(OutsideError::NoProgram(kind))?;
    read_by(&program, bytes, kind, LIMIT)
}

fn read_by(program: &Path, bytes: &[u8], kind: FileKind, limit: Duration) -> Result<Read, OutsideError> {
    let unusable = |source| OutsideError::Unusable { program: program.to_owned(), source };
    let folder = tempfile::tempdir().map_err(unusable)?;
    let [from, to] = ["picture.heic", "picture.png"].map(|name| folder.path().join(name));
    fs::write(&from, bytes).map_err(unusable)?;
    let failed = |why| OutsideError::Failed { kind, program: program.to_owned(), why };
    match converted(program, &from, &to, limit).map_err(unusable)? {
        Outcome::Done => {}
        Outcome::Failed(why) => return Err(failed(why)),
        Outcome::TooSlow => return Err(OutsideError::TooSlow { kind, program: program.to_owned(), limit }),
    }
    // Where there are several pictures, they are numbered.
    let to = if to.exists() { to } else { folder.path().join("picture-1.png") };
    let file = fs::File::open(&to).map_err(|_| failed("it wrote no picture".to_owned()))?;
    let mut png = Vec::new();
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut png).map_err(unusable)?;
    // The program has turned it upright, and repeats the EXIF data which says how.
    read_upright(&png).map_err(|source| OutsideError::Read { program: program.to_owned(), source })
}

enum Outcome {
    Done,
    /// With its words.
    Failed(String),
    TooSlow,
}

fn converted(program: &Path, from: &Path, to: &Path, limit: Duration) -> io::Result<Outcome> {
    let mut child = Command::new(program)
        .args([from, to])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    // The end of what it says is its own end.
    let (send, told) = mpsc::channel();
    if let Some(mut stderr) = child.stderr.take() {
        thread::spawn(move || {
            let mut words = Vec::new();
            let _ = stderr.read_to_end(&mut words);
            // Whoever waited may have given up.
            let _ = send.send(words);
        });
    }
    let Ok(words) = told.recv_timeout(limit) else {
        child.kill()?;
        child.wait()?;
        return Ok(Outcome::TooSlow);
    };
    let status = child.wait()?;
    if status.success() {
        return Ok(Outcome::Done);
    }
    let words = String::from_utf8_lossy(&words);
    let words: String = words.trim().lines().collect::<Vec<_>>().join("; ").chars().take(300).collect();
    Ok(Outcome::Failed(if words.is_empty() { status.to_string() } else { words }))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const HEIC: &[u8] = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";

    /// What comes of a program that is this script.
    fn by(script: &str, limit: Duration) -> OutsideError {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("heif-dec");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        read_by(&program, HEIC, FileKind::of(HEIC).unwrap(), limit).unwrap_err()
    }

    #[test]
    fn a_program_that_never_ends_is_ended_and_what_it_says_is_told() {
        let error = by("exec tail -f /dev/null", Duration::from_millis(200));
        assert!(matches!(error, OutsideError::TooSlow { .. }), "{error}");
        assert!(
            error.to_string().contains("a HEIC photo") && error.to_string().contains("convert it"),
            "{error}"
        );
        let error = by("echo no memory >&2; exit 3", LIMIT).to_string();
        assert!(error.contains("heif-dec cannot decode it (no memory)"), "{error}");
        let error = by("exit 3", LIMIT).to_string();
        assert!(error.contains("exit status: 3"), "{error}");
        let error = by("exit 0", LIMIT).to_string();
        assert!(error.contains("it wrote no picture"), "{error}");
        let error = by("echo no picture >\"$2\"", LIMIT).to_string();
        assert!(error.contains("heif-dec made of it") && error.contains("no picture of a known"), "{error}");
    }
}
