//! Runs the static checks: documentation, dependencies, spelling, circles.

use std::process::Command;

use crate::process::{Result, command, run};
use crate::setup;

type Check = fn() -> Result;

/// The checks by name, in the order of execution.
const CHECKS: [(&str, Check); 5] = [
    ("circles", circles),
    ("options", options),
    ("spelling", spelling),
    ("dependencies", dependencies),
    ("docs", docs),
];

/// `cargo xtask check [NAME …]`: runs all checks, or the named ones. All of them run even if one fails.
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

/// Checks that no modules of a crate use each other, directly or through others (`xtask/circles`).
fn circles() -> Result {
    run(command("cargo").args(["run", "--quiet", "--package", "circles"]))
}

/// Checks that the documents match the table of options (`xtask/tables`).
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

/// Checks the spelling with typos; `_typos.toml` lists the technical terms.
fn spelling() -> Result {
    let tool = setup::for_checks()?;
    run(&mut tool("typos"))
}

/// Checks licences, versions, sources and known vulnerabilities of all dependencies (`deny.toml`).
fn dependencies() -> Result {
    let tool = setup::for_checks()?;
    run(tool("cargo-deny").args(["--workspace", "check", "licenses", "bans", "sources"]))?;
    // The vulnerability database is only on GitHub.
    if let Err(error) = run(tool("cargo-deny").args(["fetch", "db"])) {
        println!("NOT CHECKED: known faults of dependencies; their list cannot be fetched here ({error})");
        return Ok(());
    }
    run(tool("cargo-deny").args(["--workspace", "check", "--disable-fetch", "advisories"]))
}

/// Checks that every link in the documentation is valid, also in that of private items.
fn docs() -> Result {
    let mut cargo = command("cargo");
    cargo.args(["doc", "--workspace", "--no-deps", "--document-private-items"]);
    run(cargo.env("RUSTDOCFLAGS", "-D warnings"))
}
