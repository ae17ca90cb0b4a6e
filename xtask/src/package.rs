//! Packs the npm package `impasto` (`packages/impasto`) with the engine of the built site.

use std::fs;

use crate::process::{Result, dist, root, run, target};
use crate::{setup, site};

/// `cargo xtask package`: the package in `target/package/`, and the tarball that `npm publish` takes.
pub fn package(arguments: &[String]) -> Result {
    if !arguments.is_empty() {
        return Err("`cargo xtask package` takes nothing".into());
    }
    let tools = setup::for_site()?;
    site::have(&tools)?;
    let (scripts, target) = (root().join("xtask"), target()?);
    let notices = target.join("third-party.txt");
    fs::create_dir_all(&target)?;
    run(tools.command("node").arg(scripts.join("notices.mjs")).arg(&notices))?;
    run(tools.command("node").arg(scripts.join("package.mjs")).args([
        &dist(),
        &target.join("package"),
        &notices,
    ]))
}
