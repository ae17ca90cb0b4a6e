//! Decides whether the site in `dist/` is up to date: a build takes minutes even if nothing has changed, since every
//! module goes through wasm-bindgen and wasm-opt.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use crate::process::{Result, dist, output, root, target};
use crate::setup::Tools;

/// Folders that are not part of the site, besides Cargo's target folder. Everything else counts: a folder missing here
/// only causes an unnecessary build.
const NO_PART: [&str; 9] =
    [".ci", ".git", ".github", "benches", "dist", "docs", "examples", "tests", "training"];

/// Records that `dist/` contains the current site for hosts.
pub fn set(tools: &Tools) -> Result {
    Ok(fs::write(file()?, now(tools)?)?)
}

/// Whether nothing has changed since [`set`]: neither the sources nor the files in `dist/`.
pub fn holds(tools: &Tools) -> Result<bool> {
    if !dist().is_dir() {
        return Ok(false);
    }
    let now = now(tools)?;
    Ok(fs::read_to_string(file()?).is_ok_and(|then| then == now))
}

fn file() -> Result<PathBuf> {
    Ok(target()?.join("site.stamp"))
}

/// A hash of the compiler's version, the sources and the site.
fn now(tools: &Tools) -> Result<String> {
    let mut digest = DefaultHasher::new();
    output(tools.command("rustc").arg("--version")).hash(&mut digest);
    let mut without: Vec<_> = NO_PART.iter().map(|name| root().join(name)).collect();
    without.push(target()?);
    add_folder(&root(), &without, &mut digest)?;
    add_folder(&dist(), &[], &mut digest)?;
    Ok(format!("{:016x}", digest.finish()))
}

/// Hashes names and contents of all files, sorted by name.
fn add_folder(folder: &Path, without: &[PathBuf], digest: &mut impl Hasher) -> io::Result<()> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| !without.contains(path));
    paths.sort();
    for path in paths {
        path.file_name().hash(digest);
        if path.is_dir() {
            add_folder(&path, without, digest)?;
            // Otherwise moving a file out of a folder would not change the hash.
            "/".hash(digest);
        } else {
            // Editors create dangling symbolic links.
            fs::read(&path).ok().hash(digest);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_change_is_seen() {
        let base = std::env::temp_dir().join(format!("impasto-stamp-{}", std::process::id()));
        let digest = || {
            let mut digest = DefaultHasher::new();
            add_folder(&base, &[base.join("target")], &mut digest).unwrap();
            digest.finish()
        };
        fs::create_dir_all(base.join("src")).unwrap();
        fs::create_dir_all(base.join("target")).unwrap();
        fs::write(base.join("src/a.rs"), "one").unwrap();
        let mut seen = vec![digest()];
        let mut changed = |what: &str| {
            let now = digest();
            assert!(!seen.contains(&now), "{what}");
            seen.push(now);
        };

        fs::write(base.join("src/a.rs"), "two").unwrap();
        changed("other contents");
        fs::rename(base.join("src/a.rs"), base.join("src/b.rs")).unwrap();
        changed("another name");
        fs::rename(base.join("src/b.rs"), base.join("z.rs")).unwrap();
        changed("another folder");
        fs::write(base.join("src/target"), "").unwrap();
        changed("a file of a name that is left out only at the top");
        fs::remove_file(base.join("z.rs")).unwrap();
        changed("one file less");

        let before = digest();
        fs::write(base.join("target/built"), "new").unwrap();
        assert_eq!(digest(), before, "what is left out does not count");
        fs::remove_dir_all(&base).unwrap();
    }
}
