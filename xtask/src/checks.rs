//! What can be said of the sources without running them: documentation, dependencies, spelling, circles.

use std::process::Command;

use crate::process::{Result, command, run};
use crate::setup;

type Check = fn() -> Result;

/// The checks by name, in the order in which they run.
const CHECKS: [(&str, Check); 5] = [
    ("circles", circles),
    ("options", options),
    ("spelling", spelling),
    ("dependencies", dependencies),
    ("docs", docs),
];

/// `cargo xtask check [NAME …]`: runs all checks, or those that are named, to the end; fails where one has failed.
pub fn check(arguments: &[String]) -> Result {
    let known = || CHECKS.map(|(name, _)| name).join(", ");
    if let Some(other) = arguments.iter().find(|name| !CHECKS.iter().any(|(known, _)| known == name)) {
        return Err(format!("there is no check `{other}`, only {}", known()).into());
    }
    let mut failed = Vec::new();
    for (name, check) in CHECKS {
        if !arguments.is_empty() && !arguments.iter().any(|wanted| wanted == name) {
            continue;
        }
        println!("… check: {name}");
        match check() {
            Ok(()) => println!("✓ check: {name}"),
            Err(error) => {
                eprintln!("error: {error}");
                failed.push(name);
            }
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed checks: {}", failed.join(", ")).into()) }
}

/// No two modules of a crate use each other, directly or through others (`xtask/circles`).
fn circles() -> Result {
    run(command("cargo").args(["run", "--quiet", "--package", "circles"]))
}

/// The documents say of options what the table of options says (`xtask/tables`).
fn options() -> Result {
    run(tables().arg("--check"))
}

/// `cargo xtask docs`: writes the tables of options into the documents.
pub fn write_docs(arguments: &[String]) -> Result {
    if !arguments.is_empty() {
        return Err("`cargo xtask docs` takes nothing".into());
    }
    run(&mut tables())
}

fn tables() -> Command {
    let mut cargo = command("cargo");
    cargo.args(["run", "--quiet", "--package", "tables", "--"]);
    cargo
}

/// What typos finds, with the field's words in `_typos.toml`.
fn spelling() -> Result {
    let tool = setup::for_checks()?;
    run(&mut tool("typos"))
}

/// Licences, versions and sources of all dependencies, and what is known against them (`deny.toml`).
fn dependencies() -> Result {
    let tool = setup::for_checks()?;
    run(tool("cargo-deny").args(["--workspace", "check", "licenses", "bans", "sources"]))?;
    // The list of known faults is on GitHub alone.
    if let Err(error) = run(tool("cargo-deny").args(["fetch", "db"])) {
        println!("NOT CHECKED: known faults of dependencies; their list cannot be fetched here ({error})");
        return Ok(());
    }
    run(tool("cargo-deny").args(["--workspace", "check", "--disable-fetch", "advisories"]))
}

/// Every link in the documentation leads somewhere, in that of private items too.
fn docs() -> Result {
    let mut cargo = command("cargo");
    cargo.args(["doc", "--workspace", "--no-deps", "--document-private-items"]);
    run(cargo.env("RUSTDOCFLAGS", "-D warnings"))
}
