//! Defines where something is written: a file, whole or not at all; a device or a pipe; or the standard output.

use std::{
    env,
    ffi::OsStr,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use same_file::is_same_file;
use tempfile::{Builder, NamedTempFile};

/// A place to write to, with links followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The standard output, `-` on the command line.
    Stdout,
    /// A file, which may exist.
    File(PathBuf),
    /// A device or a pipe, which is written to and never replaced.
    Stream(PathBuf),
}

/// Whether a path on the command line stands for the standard input or output.
pub fn is_standard(path: &Path) -> bool {
    path.as_os_str() == OsStr::new("-")
}

impl Place {
    /// The place that a path names.
    ///
    /// # Errors
    /// If it is a folder, or is in a folder that does not exist.
    pub fn of(path: &Path) -> io::Result<Self> {
        if is_standard(path) {
            return Ok(Self::Stdout);
        }
        match fs::metadata(path) {
            Ok(about) if about.is_dir() => {
                Err(io::Error::new(ErrorKind::IsADirectory, "it is a folder: add a file name"))
            }
            Ok(about) if about.is_file() => Ok(Self::File(path.canonicalize()?)),
            Ok(_) => Ok(Self::Stream(path.to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::File(new_file(path)?)),
            Err(error) => Err(error),
        }
    }

    /// Checks, before the work, that it can be written to.
    ///
    /// # Errors
    /// If it cannot.
    pub fn check(&self) -> io::Result<()> {
        match self {
            Self::File(path) if path.exists() => OpenOptions::new().append(true).open(path).map(drop),
            Self::File(path) => temporary(path).map(drop),
            Self::Stdout | Self::Stream(_) => Ok(()),
        }
    }

    /// Writes these bytes. A file is replaced at once, with its permissions kept, so that it is never half written; where that is not
    /// possible (a folder that nothing can be added to, a file that is mounted), it is written in place.
    ///
    /// # Errors
    /// If that fails. What a file held before is still there then, unless it had to be written in place.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout => {
                let mut out = io::stdout().lock();
                out.write_all(bytes)?;
                out.flush()
            }
            Self::Stream(path) => OpenOptions::new().write(true).open(path)?.write_all(bytes),
            Self::File(path) => match replace(path, bytes) {
                Err(error) if is_about_the_folder(&error) && path.exists() => {
                    let mut file = OpenOptions::new().write(true).truncate(true).open(path)?;
                    file.write_all(bytes)?;
                    file.sync_all()
                }
                done => done,
            },
        }
    }

    /// A file that another program can write, beside the one that it becomes ([`Self::finish`]).
    ///
    /// # Errors
    /// If it cannot be made, or if this is no file.
    pub fn beginning(&self) -> io::Result<NamedTempFile> {
        match self {
            Self::File(path) => temporary(path),
            Self::Stdout | Self::Stream(_) => {
                Err(io::Error::new(ErrorKind::InvalidInput, "it is no file: give the name of one"))
            }
        }
    }

    /// Puts a written file in the place of this one, with the permissions that this one has.
    ///
    /// # Errors
    /// If that fails. What this one held is still there then.
    pub fn finish(&self, new: NamedTempFile) -> io::Result<()> {
        match self {
            Self::File(path) => put(new, path),
            Self::Stdout | Self::Stream(_) => Err(ErrorKind::InvalidInput.into()),
        }
    }

    /// Whether writing here would change this file.
    pub fn is(&self, file: &Path) -> bool {
        match self {
            Self::File(path) => is_same_file(path, file).unwrap_or(false),
            Self::Stdout | Self::Stream(_) => false,
        }
    }

    /// Whether both are one file, or both the standard output. A device may be written to twice.
    pub fn is_also(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(one), Self::File(other)) => one == other || is_same_file(one, other).unwrap_or(false),
            (Self::Stdout, Self::Stdout) => true,
            _ => false,
        }
    }
}

/// The path of a file that does not exist: in its folder, without links; at the end of a link that leads nowhere yet.
fn new_file(path: &Path) -> io::Result<PathBuf> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => env::current_dir()?,
    };
    if !folder.is_dir() {
        let words = format!("there is no folder {}: make it first", folder.display());
        return Err(io::Error::new(ErrorKind::NotFound, words));
    }
    let name =
        path.file_name().ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "it has no file name"))?;
    let path = folder.canonicalize()?.join(name);
    // A link to itself is no `NotFound`, so this ends.
    match fs::read_link(&path) {
        Ok(target) => new_file(&folder.join(target)),
        Err(_) => Ok(path),
    }
}

/// A temporary file beside this one, with the permissions that a new file has.
fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().ok_or(ErrorKind::NotFound)?;
    let mut builder = Builder::new();
    builder.prefix(".impasto-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Less what the user's mask takes away.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(plain)
}

/// An error without the name of the temporary file, which means nothing to the user.
#[expect(clippy::needless_pass_by_value, reason = "as `map_err` wants it")]
fn plain(error: io::Error) -> io::Error {
    let words = error.to_string();
    io::Error::new(error.kind(), words.split(" at path ").next().unwrap_or(&words))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut new = temporary(path)?;
    new.write_all(bytes).map_err(plain)?;
    put(new, path)
}

fn put(new: NamedTempFile, path: &Path) -> io::Result<()> {
    new.as_file().sync_all()?;
    if let Ok(about) = fs::metadata(path) {
        new.as_file().set_permissions(about.permissions())?;
    }
    new.persist(path).map(|_: File| ()).map_err(|error| error.error)
}

/// Whether a file cannot be replaced, but perhaps can be written to.
fn is_about_the_folder(error: &io::Error) -> bool {
    use ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    [CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy].contains(&error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.png");
        let place = Place::of(&path).unwrap();
        place.check().unwrap();
        assert!(!path.exists());
        place.write(b"first").unwrap();
        place.write(b"2").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        // A name of the greatest length.
        let long = folder.path().join("n".repeat(255));
        Place::of(&long).unwrap().write(b"x").unwrap();
        assert_eq!(fs::read(&long).unwrap(), b"x");
    }

    #[test]
    fn folders_are_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Place::of(folder.path()).unwrap_err().to_string().contains("add a file name"));
        let words = Place::of(&folder.path().join("no/where.png")).unwrap_err().to_string();
        assert!(words.contains("there is no folder") && words.contains("make it first"), "{words}");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_modes_are_kept_and_devices_stay_devices() {
        use std::{
            os::unix::fs::{FileTypeExt, PermissionsExt, symlink},
            process::Command,
            thread,
        };
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("target"), b"old").unwrap();
        fs::set_permissions(at("target"), fs::Permissions::from_mode(0o640)).unwrap();
        symlink("target", at("link")).unwrap();
        Place::of(&at("link")).unwrap().write(b"new").unwrap();
        assert_eq!(fs::read(at("target")).unwrap(), b"new");
        assert!(fs::symlink_metadata(at("link")).unwrap().is_symlink());
        assert_eq!(fs::metadata(at("target")).unwrap().permissions().mode() & 0o777, 0o640);

        fs::create_dir(at("far")).unwrap();
        symlink("far/new", at("dangling")).unwrap();
        Place::of(&at("dangling")).unwrap().write(b"here").unwrap();
        assert_eq!(fs::read(at("far/new")).unwrap(), b"here");
        assert!(Place::of(&at("far/new")).unwrap().is_also(&Place::of(&at("dangling")).unwrap()));

        // A pipe, and no device of this machine, which a fault would replace.
        assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
        let reader = thread::spawn({
            let pipe = at("pipe");
            move || fs::read(pipe).unwrap()
        });
        Place::of(&at("pipe")).unwrap().write(b"through").unwrap();
        assert_eq!(reader.join().unwrap(), b"through");
        assert!(fs::metadata(at("pipe")).unwrap().file_type().is_fifo());

        fs::hard_link(at("target"), at("other")).unwrap();
        assert!(Place::of(&at("other")).unwrap().is(&at("target")));
        assert!(!Place::of(&at("other")).unwrap().is(&at("far/new")));
    }
}
