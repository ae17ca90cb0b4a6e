//! Tells the program at compile time which build it is, and the tests whether the reference data lie beside the repository.
//!
//! The build's id is a digest of the sources: page and workers compare theirs, since a site may be updated while it is used.
//!
//! Tests that need the data are `#[cfg_attr(not(reference_data), ignore = "…")]`, so that a run without the data
//! counts them as ignored instead of passing them unseen. The folder is `../shared`, or `$IMPASTO_SHARED`.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

fn main() {
    println!("cargo::rustc-check-cfg=cfg(reference_data)");
    println!("cargo::rerun-if-changed=build.rs");
    let mut digest = DefaultHasher::new();
    for source in ["Cargo.lock", "Cargo.toml", "inventory", "src", "processor"] {
        println!("cargo::rerun-if-changed={source}");
        hash(Path::new(source), &mut digest).expect("the sources can be read");
    }
    // Found by its beginning in a module that is already built, too.
    println!("cargo::rustc-env=IMPASTO_BUILD=impasto-build-{:016x}", digest.finish());
    println!("cargo::rerun-if-env-changed=IMPASTO_SHARED");
    let shared = env::var_os("IMPASTO_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let model = shared.join("vgg19/vgg19-conv1_1-conv5_1.safetensors");
    // Only a file that exists is watched: Cargo would build everything anew, each time, for a missing one.
    if model.is_file() {
        println!("cargo::rerun-if-changed={}", model.display());
        println!("cargo::rustc-cfg=reference_data");
    }
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
