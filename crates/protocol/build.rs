//! Tells the page and the workers at compile time which build they are of: a digest of the workspace's sources. They compare it, since
//! a site may be updated while it is used.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::Path,
};

/// What the programs are made of, from the root of the workspace.
const SOURCES: [&str; 5] = ["Cargo.lock", "Cargo.toml", "apps", "crates", "src"];

fn main() {
    let root = Path::new("../..");
    let mut digest = DefaultHasher::new();
    for source in SOURCES {
        let path = root.join(source);
        println!("cargo::rerun-if-changed={}", path.display());
        hash(&path, &mut digest).expect("the sources can be read");
    }
    // Found by its beginning in a module that is already built, too.
    println!("cargo::rustc-env=IMPASTO_BUILD=impasto-build-{:016x}", digest.finish());
}

/// Files and folders in the order of their names, so that the same sources have the same id everywhere.
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
