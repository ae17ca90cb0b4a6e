//! Sets `IMPASTO_BUILD`, the id of the build, at compile time: a digest of the workspace's sources. Page and workers
//! compare it, since a site may be updated while it is in use.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::Path,
};

/// The sources of the programs, relative to the root of the workspace.
const SOURCES: [&str; 5] = ["Cargo.lock", "Cargo.toml", "apps", "crates", "src"];

fn main() {
    let root = Path::new("../..");
    let mut digest = DefaultHasher::new();
    for source in SOURCES {
        let path = root.join(source);
        println!("cargo::rerun-if-changed={}", path.display());
        hash(&path, &mut digest).expect("the sources can be read");
    }
    // The prefix lets the build find the id in a compiled module.
    println!("cargo::rustc-env=IMPASTO_BUILD=impasto-build-{:016x}", digest.finish());
}

/// Hashes files and folders in the order of their names, so that equal sources have equal ids on every machine.
fn hash(path: &Path, digest: &mut DefaultHasher) -> io::Result<()> {
    if path.is_file() {
        fs::read(path)?.hash(digest);
        return Ok(());
    }
    let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    for entry in entries {
        entry.file_name().hash(digest);
        hash(&entry, digest)?;
    }
    Ok(())
}
