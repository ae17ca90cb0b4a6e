//! `cargo xtask fuzz`: feeds what reads files, addresses and sizes with input that libFuzzer derives from the code's branches.

use std::fs;
use std::path::PathBuf;

use crate::process::{Result, command, output, root, run, target};

/// The flags with which `cargo fuzz` compiles, but for the address sanitiser, which needs a nightly compiler. Nearly all of the code
/// is safe Rust, in which a fault is a panic.
const FLAGS: [&str; 7] = [
    "--cfg=fuzzing",
    "-Ccodegen-units=1",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// Seconds for each target, unless something else is asked for.
const SECONDS: u64 = 60;

/// An input that takes more memory than this, in MiB, or longer than this, in seconds, is a fault.
const LIMITS: [&str; 3] = ["-rss_limit_mb=1024", "-malloc_limit_mb=512", "-timeout=20"];

/// `cargo xtask fuzz [TARGET …] [--seconds N | --runs N]`: all targets, or those.
pub fn fuzz(arguments: &[String]) -> Result {
    let usage = "`cargo xtask fuzz` takes names of targets, and --seconds N or --runs N";
    let mut names = Vec::new();
    let mut length = format!("-max_total_time={SECONDS}");
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let flag = match argument.as_str() {
            "--seconds" => "-max_total_time",
            "--runs" => "-runs",
            other if other.starts_with('-') => return Err(usage.into()),
            name => {
                names.push(name.to_owned());
                continue;
            }
        };
        let number: u64 = arguments.next().and_then(|number| number.parse().ok()).ok_or(usage)?;
        length = format!("{flag}={number}");
    }
    let all = targets()?;
    if let Some(unknown) = names.iter().find(|name| !all.contains(name)) {
        return Err(format!("there is no target {unknown}: there are {}", all.join(", ")).into());
    }
    let names = if names.is_empty() { all } else { names };
    let folder = target()?.join("fuzz");
    // With a target named, build scripts and macros are compiled without the flags.
    let about = output(command("rustc").arg("-vV")).ok_or("rustc is missing")?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc names no host")?;
    let mut cargo = command("cargo");
    cargo.args([
        "build",
        "--release",
        "--manifest-path",
        "fuzz/Cargo.toml",
        "--target",
        host,
        "--target-dir",
    ]);
    cargo.arg(&folder).env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\x1f"));
    for name in &names {
        cargo.args(["--bin", name]);
    }
    run(&mut cargo)?;
    for name in names {
        println!("… {name}");
        let found = folder.join("corpus").join(&name);
        let faults = folder.join("faults").join("");
        fs::create_dir_all(&found)?;
        fs::create_dir_all(&faults)?;
        let mut fuzzer = command(folder.join(host).join("release").join(&name));
        fuzzer.args(LIMITS).args([&length, "-print_final_stats=1", "-verbosity=0", "-max_len=16384"]);
        fuzzer.arg(format!("-artifact_prefix={}{name}-", faults.display())).arg(&found).args(seeds(&name));
        run(&mut fuzzer).map_err(|error| format!("{error}: its input is in {}", faults.display()))?;
    }
    Ok(())
}

/// The names of all targets: the files of `fuzz/fuzz_targets`.
fn targets() -> Result<Vec<String>> {
    let entries = fs::read_dir(root().join("fuzz/fuzz_targets"))?.flatten();
    let names = entries.filter_map(|entry| Some(entry.path().file_stem()?.to_string_lossy().into_owned()));
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names)
}

/// The folders with inputs to begin with.
fn seeds(name: &str) -> Vec<PathBuf> {
    let mut folders = vec![root().join("fuzz/corpus").join(name)];
    if name == "pictures" {
        folders.push(root().join("crates/decoding/tests/files"));
    }
    folders.retain(|folder| folder.is_dir());
    folders
}
