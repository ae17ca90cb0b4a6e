//! Compiles every kernel that a GPU may be asked for with a real GPU's compiler, and estimates the cycles of a step: the work of
//! `cargo xtask shaders`.
//!
//! Mesa's RADV compiles for cards that are not there (`RADV_FORCE_FAMILY`). It reads that variable once, so each family is
//! compiled by a process of its own: this program with `--compile`.

mod assembly;
mod baseline;
mod compile;
mod estimates;
mod family;
mod model;
mod outcome;
mod report;
mod steps;
mod trips;

use std::{
    collections::BTreeMap,
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use compile::{Compiler, Output, Policy};
use estimates::Estimates;
use family::FAMILIES;
use outcome::Result;
use steps::Recorded;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let outcome = match &arguments[..] {
        [flag, file] if flag == "--compile" => compile(Path::new(file)),
        [file, rest @ ..] => run(Path::new(file), rest),
        [] => Err("which file has the launches? `cargo xtask shaders` knows".into()),
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

/// Compiles all kernels for the family of the environment and prints what came of it as JSON.
fn compile(file: &Path) -> Result<()> {
    let compiler = Compiler::open()?;
    let mut kernels = BTreeMap::new();
    for (name, kernel) in recorded(file)?.kernels {
        let each = [Policy::Browser, Policy::Strict].map(|policy| {
            let compiled =
                compiler.compile(&kernel.text, policy).map_err(|error| format!("{name}: {error}"))?;
            Ok::<_, String>((policy, compiled))
        });
        kernels.insert(name.clone(), each.into_iter().collect::<std::result::Result<_, _>>()?);
    }
    serde_json::to_writer(std::io::stdout().lock(), &Output { driver: compiler.driver.clone(), kernels })?;
    Ok(std::io::stdout().flush()?)
}

/// Compiles for all families, prints the tables, and writes them or compares with those that are written.
fn run(file: &Path, arguments: &[String]) -> Result<()> {
    let options = report::Options::parse(arguments)?;
    let Some(driver) = driver() else {
        println!(
            "NOT CHECKED: the kernels on real GPUs' compilers; Mesa's RADV is not here (mesa-vulkan-drivers)"
        );
        return Ok(());
    };
    let recorded = recorded(file)?;
    let outputs = outputs(file, &driver)?;
    let version = outputs.values().next().ok_or("no family could be compiled for")?.driver.clone();
    let estimates = Estimates::new(&recorded, &outputs)?;
    println!("{}", report::text(&version, &estimates, &options));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benches");
    if options.write {
        fs::write(root.join("shaders.md"), report::document(&version, &estimates))?;
        fs::write(root.join("shaders.json"), baseline::text(&version, &estimates)?)?;
        println!("✓ benches/shaders.md, benches/shaders.json");
    } else {
        let written = fs::read_to_string(root.join("shaders.json"))?;
        baseline::compare(&written, &version, &estimates)?;
    }
    estimates.check_spills()
}

/// What each family's compiler makes of the kernels. A family that this Mesa does not know is left out.
fn outputs(file: &Path, driver: &Path) -> Result<BTreeMap<&'static str, Output>> {
    let children = FAMILIES.map(|family| {
        let child = Command::new(env::current_exe()?)
            .arg("--compile")
            .arg(file)
            .env("RADV_FORCE_FAMILY", family.name)
            .env("VK_ICD_FILENAMES", driver)
            .env("VK_DRIVER_FILES", driver)
            .env("MESA_SHADER_CACHE_DISABLE", "true")
            .stdout(Stdio::piped())
            .spawn();
        child.map(|child| (family, child))
    });
    // Each waits with its output until it is read, so all are read at once.
    let readers = children.map(|child| {
        child.map(|(family, child)| (family, std::thread::spawn(move || child.wait_with_output())))
    });
    let mut outputs = BTreeMap::new();
    for reader in readers {
        let (family, reader) = reader?;
        let output = reader.join().map_err(|_| "a thread failed")??;
        if output.status.success() {
            outputs.insert(family.name, serde_json::from_slice(&output.stdout)?);
        } else {
            return Err(format!("compiling for {} failed", family.name).into());
        }
    }
    Ok(outputs)
}

/// RADV's description for the loader of Vulkan.
fn driver() -> Option<PathBuf> {
    ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"].iter().find_map(
        |folder| {
            let mut files = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
            files
                .find(|file| file.file_name().unwrap_or_default().to_string_lossy().starts_with("radeon_icd"))
        },
    )
}
