//! Builds the site a second time, from a copy in another folder, and compares it with the one in `dist/`, file by file: whoever
//! has the sources can then check that a site is made of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use crate::process::{Result, command, dist, output, root, run};
use crate::{setup, site};

/// `cargo xtask reproduce`: takes as long as the first build of a clone.
pub fn reproduce(arguments: &[String]) -> Result {
    let [] = arguments else { return Err("`cargo xtask reproduce` takes no arguments".into()) };
    site::have(&setup::for_site()?)?;
    // Neither in this folder nor as deep, so that every kind of path is another one.
    let elsewhere = env::temp_dir().join(format!("impasto-{}/as built/elsewhere", std::process::id()));
    copy_sources(&elsewhere)?;
    println!("The second build, in {}, compiles everything anew", elsewhere.display());
    let mut build = command("cargo");
    run(build.args(["xtask", "build"]).current_dir(&elsewhere).env_remove("CARGO_TARGET_DIR"))?;
    let (ours, theirs) = (contents(&dist())?, contents(&elsewhere.join("dist"))?);
    let different = differences(&ours, &theirs);
    if different.is_empty() {
        fs::remove_dir_all(&elsewhere)?;
        println!("✓ both builds have the same {} files", ours.len());
        return Ok(());
    }
    let site = elsewhere.join("dist");
    Err(format!("in dist/ and {} these differ: {}", site.display(), different.join(", ")).into())
}

/// Copies what Git knows of, and what it does not ignore, with the changes that are not committed.
fn copy_sources(to: &Path) -> Result {
    let names = output(command("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))
        .ok_or("Git cannot list the files: `cargo xtask reproduce` needs a clone")?;
    let kept: Vec<&str> = names.split('\0').filter(|name| root().join(name).is_file()).collect();
    for name in kept {
        let copy = to.join(name);
        fs::create_dir_all(copy.parent().unwrap_or(to))?;
        fs::copy(root().join(name), copy)?;
    }
    Ok(())
}

/// The files of a folder by their paths in it.
fn contents(folder: &Path) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                // What trunk leaves of earlier builds.
                if !path.ends_with(".stage") {
                    left.push(path);
                }
            } else {
                let name = path.strip_prefix(folder).unwrap_or(&path).to_owned();
                found.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(found)
}

/// The names of the files that are not in both, or not the same.
fn differences(one: &BTreeMap<PathBuf, Vec<u8>>, other: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<String> {
    let mut names: Vec<_> = one.keys().chain(other.keys()).collect();
    names.sort();
    names.dedup();
    names.retain(|name| one.get(*name) != other.get(*name));
    names.into_iter().map(|name| name.display().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_differ_are_named() {
        let site = |files: &[(&str, &str)]| {
            files.iter().map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec())).collect()
        };
        let one = site(&[("app.js", "a"), ("index.html", "b"), ("sw.js", "c")]);
        assert_eq!(differences(&one, &one), Vec::<String>::new());
        let other = site(&[("app.js", "a"), ("index.html", "x"), ("weights/packs.json", "d")]);
        assert_eq!(differences(&one, &other), ["index.html", "sw.js", "weights/packs.json"]);
    }
}
