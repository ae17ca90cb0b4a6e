//! `circles`: fails where modules of one crate use each other, directly or through others.
//!
//! Reads every library and program of the workspace. Here, a module is a file; it uses another one if its code names an
//! item that is defined there. Tests (`#[cfg(test)]`) and comments do not count. A re-export (`pub use`) is not a use:
//! code that names a re-exported item uses the file that defines it.

mod graph;
mod names;
mod source;

use std::path::Path;
use std::process::{Command, ExitCode};

use source::Crate;

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(circles) => {
            eprintln!("error: {circles} circles among modules");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the circles of every crate and returns their number.
fn run() -> Result<usize, String> {
    let mut circles = 0;
    for (name, root) in crates()? {
        let read = Crate::read(Path::new(&root)).map_err(|error| format!("{name}: {error}"))?;
        let found = graph::circles(&read.uses());
        println!("{name}: {} modules, {} circles", read.files(), found.len());
        for circle in &found {
            println!("  {}", circle.modules.join(" – "));
            for used in &circle.uses {
                println!("    {} names {} of {}", used.from, used.path, used.to);
            }
        }
        circles += found.len();
    }
    Ok(circles)
}

/// Name and root file of each library and program of the workspace.
fn crates() -> Result<Vec<(String, String)>, String> {
    let mut cargo = Command::new("cargo");
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let output = cargo.output().map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))?;
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        for target in package["targets"].as_array().into_iter().flatten() {
            let kinds = target["kind"].as_array().into_iter().flatten();
            let checked = |kind: &serde_json::Value| {
                kind.as_str().is_some_and(|kind| kind == "bin" || kind.ends_with("lib"))
            };
            let [name, package, root] = [&target["name"], &package["name"], &target["src_path"]]
                .map(|value| value.as_str().unwrap_or_default());
            if kinds.into_iter().any(checked) {
                found.push((format!("{package}/{name}"), root.to_owned()));
            }
        }
    }
    if found.is_empty() { Err("cargo metadata names no crate".to_owned()) } else { Ok(found) }
}
