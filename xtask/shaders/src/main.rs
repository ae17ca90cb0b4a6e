//! Compiles every kernel that a GPU may be asked for with a real GPU's compiler, and estimates the cycles of a step: the work of
//! `cargo xtask shaders`.
//!
//! Mesa's RADV compiles for cards that are not there (`RADV_FORCE_FAMILY`). It reads that variable once, so each family is
//! compiled by a process of its own: this program with `--compile`.

mod assembly;
mod baseline;
mod cache;
mod compile;
mod estimates;
mod family;
mod hot_loop;
mod model;
mod outcome;
mod report;
mod steps;
mod trips;

use std::{
    env, fs,
    io::Write,
    path::Path,
    process::{Command, ExitCode, Stdio},
    thread,
};

use compile::Compiler;
use estimates::Estimates;
use family::{FAMILIES, Family};
use outcome::Result;
use steps::Recorded;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let outcome = match &arguments[..] {
        [flag, family, file, rest @ ..] if flag == "--compile" => {
            compile(family, Path::new(file), !rest.is_empty())
        }
        [driver, file, rest @ ..] => run(Path::new(driver), Path::new(file), rest),
        _ => Err("which driver, and which file has the launches? `cargo xtask shaders` knows".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn recorded(file: &Path) -> Result<Recorded> {
    Ok(serde_json::from_slice(&fs::read(file)?)?)
}

/// Compiles all kernels for a family, that of the environment, and prints what came of it as JSON.
fn compile(family: &str, file: &Path, quick: bool) -> Result<()> {
    let family = Family::try_from(family.to_owned())?;
    let estimates = Estimates::of(family, &recorded(file)?, &Compiler::open()?, quick)?;
    serde_json::to_writer(std::io::stdout().lock(), &estimates)?;
    Ok(std::io::stdout().flush()?)
}

/// Compiles for all families with the driver that this file describes, prints the tables, and writes them or compares with those that are written.
fn run(driver: &Path, file: &Path, arguments: &[String]) -> Result<()> {
    let options = report::Options::parse(arguments)?;
    let estimates = estimates(file, driver, options.quick())?;
    let version = &estimates.driver;
    println!("{}", report::text(version, &estimates, &options));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benches");
    if options.write {
        fs::write(root.join("shaders.md"), report::document(version, &estimates))?;
        fs::write(root.join("shaders.json"), baseline::text(version, &estimates)?)?;
        println!("✓ benches/shaders.md, benches/shaders.json");
    } else if options.quick().is_none() {
        let written = fs::read_to_string(root.join("shaders.json"))?;
        baseline::compare(&written, version, &estimates)?;
    }
    estimates.check_spills()
}

/// The estimates for all families, or quickly those for one, each by a process of its own.
fn estimates(file: &Path, driver: &Path, quick: Option<&str>) -> Result<Estimates> {
    let mut readers = Vec::new();
    for family in FAMILIES.into_iter().filter(|family| quick.is_none_or(|name| name == family.name)) {
        let child = Command::new(env::current_exe()?)
            .args(["--compile", family.name])
            .arg(file)
            .args(quick.map(|_| "--quick"))
            .env("RADV_FORCE_FAMILY", family.name)
            .env("VK_ICD_FILENAMES", driver)
            .env("VK_DRIVER_FILES", driver)
            .env("MESA_SHADER_CACHE_DISABLE", "true")
            .stdout(Stdio::piped())
            .spawn()?;
        // Each waits with its output until it is read, so all are read at once.
        readers.push((family, thread::spawn(move || child.wait_with_output())));
    }
    let mut all = Estimates::default();
    for (family, reader) in readers {
        let output = reader.join().map_err(|_| "a thread failed")??;
        if !output.status.success() {
            return Err(format!("compiling for {} failed", family.name).into());
        }
        all.add(serde_json::from_slice(&output.stdout)?);
    }
    Ok(all)
}
