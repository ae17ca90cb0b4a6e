//! The tools: what each chore needs, at which version, how it is found and how it is installed.
//!
//! Programs go to the user's cache folder (`~/.cache/impasto/tools`), outside the clone, so that every clone shares
//! them and a second run finds them. Only what an ordinary package manager hands out is used: Cargo, npm, rustup, and
//! on Debian apt.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::{Result, command, find, output, root, run_logged};
use crate::site;

/// Must equal the crate `wasm-bindgen` in `Cargo.lock`: the two speak a private format.
const WASM_BINDGEN: &str = "0.2.130";
/// The last one that builds with Rust 1.95.
const TRUNK: &str = "0.21.14";
/// The npm package; Debian's binaryen 108 writes modules that fail to load.
const BINARYEN: &str = "132.0.0";
/// The oldest Node that runs the browser tests.
const NODE: u32 = 20;
/// The target of everything that runs in a browser.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// The name under which rustup knows Debian's compiler, where rustup itself cannot download the target.
const LINKED_TOOLCHAIN: &str = "wasm";

/// A time by which any installation on a slow machine is over.
const AN_HOUR: Duration = Duration::from_hours(1);

/// What was set up, as the commands that use it need it.
pub struct Tools {
    /// The rustup toolchain with the wasm32 target, where it is not the active one.
    toolchain: Option<&'static str>,
}

impl Tools {
    /// `program` with the installed tools found first and builds for wasm32 going to the compiler that can do them.
    pub fn command(&self, program: &str) -> Command {
        let mut command = command(program);
        let mut folders = vec![tools().join("bin"), npm().join("node_modules/.bin")];
        folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        command.env("PATH", env::join_paths(folders).expect("folders on PATH hold no separator"));
        if let Some(toolchain) = self.toolchain {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        command
    }
}

/// Sets up what building the site needs.
pub fn for_site() -> Result<Tools> {
    let toolchain = wasm_target()?;
    node()?;
    wasm_opt()?;
    cargo_tools()?;
    Ok(Tools { toolchain })
}

/// Sets up what the tests need: the site, browsers, a Vulkan driver for the native GPU tests.
pub fn for_tests() -> Result<Tools> {
    let tools = for_site()?;
    vulkan()?;
    browser(
        "chromium",
        &["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"],
        "CHROMIUM",
    )?;
    browser("firefox-esr", &["firefox-esr", "firefox"], "FIREFOX")?;
    drivers()?;
    Ok(tools)
}

/// One step of the set-up: says that the thing is there, or installs it and says how long that took.
fn step(name: &str, found: impl Fn() -> bool, about: &str, install: impl FnOnce() -> Result) -> Result {
    if found() {
        println!("✓ {name} (already there)");
        return Ok(());
    }
    println!("… {name}: installing ({about})");
    let start = Instant::now();
    install()?;
    if !found() {
        return Err(format!("{name} was installed, but does not work").into());
    }
    println!("✓ {name} (installed in {} s)", start.elapsed().as_secs());
    Ok(())
}

/// `$XDG_CACHE_HOME/impasto`, by default `~/.cache/impasto`.
fn cache() -> PathBuf {
    let base = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || env::home_dir().unwrap_or_else(env::temp_dir).join(".cache");
    base.unwrap_or_else(home).join("impasto")
}

fn tools() -> PathBuf {
    cache().join("tools")
}

fn npm() -> PathBuf {
    tools().join("npm")
}

fn log(name: &str) -> PathBuf {
    cache().join("logs").join(format!("{name}.log"))
}

// ---- the wasm32 target ----------------------------------------------------------------------------------------------

/// Finds a compiler for wasm32, or gets one: through rustup, else from Debian's Rust sources.
fn wasm_target() -> Result<Option<&'static str>> {
    let name = format!("Rust target {WASM_TARGET}");
    let start = Instant::now();
    for toolchain in [None, Some(LINKED_TOOLCHAIN)] {
        if compiles_to_wasm(toolchain) {
            let which = toolchain.map_or(String::new(), |name| format!("toolchain `{name}`, "));
            println!("✓ {name} ({which}already there)");
            return Ok(toolchain);
        }
    }
    println!("… {name}: installing");
    let by_hand =
        format!("Run `rustup target add {WASM_TARGET}` (rustup: https://rustup.rs) and start this again.");
    let mut reasons = Vec::new();
    if find(&["rustup"]).is_some() {
        let mut rustup = command("rustup");
        rustup.args(["target", "add", WASM_TARGET]).env("RUSTUP_MAX_RETRIES", "0");
        match run_logged(&mut rustup, &log("rustup"), Duration::from_mins(3)) {
            Ok(()) if compiles_to_wasm(None) => {
                println!("✓ {name} (installed in {} s)", start.elapsed().as_secs());
                return Ok(None);
            }
            Ok(()) => {
                reasons.push("rustup added the target, but the active compiler is not its own".to_owned());
            }
            Err(error) => reasons.push(error.to_string()),
        }
    } else {
        reasons.push("rustup is not installed".to_owned());
    }
    if find(&["apt-get"]).is_none() {
        return Err(format!("{}\n{by_hand}", reasons.join("\n")).into());
    }
    println!("… {name}: rustup cannot; building it from Debian's Rust sources (about 3 minutes)");
    if let Err(error) = wasm_target_from_debian() {
        return Err(format!("{}\n{error}\n{by_hand}", reasons.join("\n")).into());
    }
    for toolchain in [None, Some(LINKED_TOOLCHAIN)] {
        if compiles_to_wasm(toolchain) {
            println!("✓ {name} (installed in {} s)", start.elapsed().as_secs());
            return Ok(toolchain);
        }
    }
    Err(format!("Debian's compiler does not build for {WASM_TARGET}\n{by_hand}").into())
}

/// Compiles and links a program: a folder that is there proves neither its version nor the linker.
fn compiles_to_wasm(toolchain: Option<&str>) -> bool {
    let folder = env::temp_dir().join(format!("impasto-probe-{}", std::process::id()));
    let source = folder.join("probe.rs");
    if fs::create_dir_all(&folder).is_err()
        || fs::write(&source, "fn main() { println!(\"probe\") }").is_err()
    {
        return false;
    }
    let mut rustc = command("rustc");
    rustc.args(["--target", WASM_TARGET, "--edition", "2024", "--out-dir"]).arg(&folder).arg(&source);
    if let Some(toolchain) = toolchain {
        // Without rustup this variable would be ignored, and the active compiler probed twice.
        rustc.env("RUSTUP_TOOLCHAIN", toolchain);
    }
    let works = output(&mut rustc).is_some();
    let _ = fs::remove_dir_all(&folder);
    works
}

/// Debian packages a recent compiler with its sources, but no standard library for wasm32: build it and put it where that
/// compiler looks.
fn wasm_target_from_debian() -> Result {
    apt(&["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "rust-web-clippy"])?;
    // rust-lld is a link into a package that nothing depends on: without it, "linker rust-lld not found".
    let linker = fs::read_link("/usr/bin/rust-lld").unwrap_or_else(|_| "lld-22".into());
    let package = linker.file_name().unwrap_or_default().to_string_lossy().into_owned();
    apt(&[package.as_str()])?;

    let seed = cache().join("wasm-std");
    let _ = fs::remove_dir_all(&seed);
    fs::create_dir_all(seed.join("src"))?;
    fs::write(seed.join("src/lib.rs"), "#![no_std]\n")?;
    fs::write(seed.join("Cargo.toml"), "[package]\nname = \"seed\"\nedition = \"2024\"\n[workspace]\n")?;
    let mut cargo = command("/usr/bin/cargo");
    cargo.current_dir(&seed).args(["build", "--release", "--target", WASM_TARGET, "--target-dir", "target"]);
    cargo.arg("-Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test");
    // Without the bitcode any crate with `lto = true` fails ("Can't find section .llvmbc").
    cargo.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1");
    site::with_flags(&mut cargo, &["-C", "embed-bitcode=yes"]);
    cargo.env_remove("CARGO_TARGET_DIR").env_remove("RUSTUP_TOOLCHAIN");
    run_logged(&mut cargo, &log("wasm-std"), AN_HOUR)?;

    let built = seed.join("target").join(WASM_TARGET).join("release/deps");
    let libraries: Vec<PathBuf> = fs::read_dir(&built)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "rlib"))
        .filter(|path| !path.file_name().unwrap_or_default().to_string_lossy().starts_with("libseed-"))
        .collect();
    let home = format!("/usr/lib/rustlib/{WASM_TARGET}/lib");
    // Libraries of an earlier compiler beside the new ones would be ambiguous.
    run_logged(as_root("rm")?.args(["-rf", &home]), &log("wasm-std-copy"), AN_HOUR)?;
    run_logged(as_root("mkdir")?.args(["-p", &home]), &log("wasm-std-copy"), AN_HOUR)?;
    run_logged(as_root("cp")?.args(&libraries).arg(&home), &log("wasm-std-copy"), AN_HOUR)?;
    fs::remove_dir_all(&seed)?;
    if find(&["rustup"]).is_some() {
        let mut link = command("rustup");
        run_logged(link.args(["toolchain", "link", LINKED_TOOLCHAIN, "/usr"]), &log("rustup"), AN_HOUR)?;
    }
    Ok(())
}

// ---- programs -------------------------------------------------------------------------------------------------------

fn node() -> Result {
    let version = || output(command("node").arg("--version"));
    let major =
        version().and_then(|text| text.trim_start_matches('v').split('.').next()?.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE && find(&["npm"]).is_some() => {
            println!("✓ Node {} (already there)", version().unwrap_or_default());
            Ok(())
        }
        _ => Err(format!(
            "Node {NODE} or later with npm is needed: install it from https://nodejs.org or your system"
        )
        .into()),
    }
}

fn wasm_opt() -> Result {
    let program = npm().join("node_modules/.bin/wasm-opt");
    let major = BINARYEN.split('.').next().unwrap_or_default();
    let found = || {
        output(command(&program).arg("--version"))
            .is_some_and(|text| text.split_whitespace().any(|word| word == major))
    };
    step(&format!("wasm-opt {major}"), found, "npm, seconds", || {
        fs::create_dir_all(npm())?;
        let mut install = command(npm_program());
        install.args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(npm());
        install.arg(format!("binaryen@{BINARYEN}"));
        run_logged(&mut install, &log("wasm-opt"), AN_HOUR)
    })
}

fn cargo_tools() -> Result {
    // Both without their network parts: trunk finds every tool in place and has nothing to fetch.
    // Not `--locked` here: that version's lock file names a crate which has been withdrawn.
    cargo_tool(
        "wasm-bindgen",
        "wasm-bindgen-cli",
        WASM_BINDGEN,
        "about 3 minutes",
        &["--no-default-features"],
        "1",
    )?;
    // It leaves the work to others, and waits for them.
    let options = ["--locked", "--no-default-features"];
    cargo_tool("trunk", "trunk", TRUNK, "about 4 minutes", &options, "0")?;
    let _ = fs::remove_dir_all(cache().join("build"));
    Ok(())
}

fn cargo_tool(
    program: &str,
    package: &str,
    version: &str,
    about: &str,
    options: &[&str],
    opt_level: &str,
) -> Result {
    let installed = tools().join("bin").join(program);
    let found = || {
        output(command(&installed).arg("--version"))
            .is_some_and(|text| text.split_whitespace().any(|word| word == version))
    };
    step(&format!("{program} {version}"), found, about, || {
        let mut install = command("cargo");
        install
            .args(["install", package, "--version", version, "--force", "--root"])
            .arg(tools())
            .args(options);
        // One build folder for both, since they share many crates; built in a hurry, since they run for seconds.
        install.arg("--target-dir").arg(cache().join("build"));
        install.env("CARGO_PROFILE_RELEASE_LTO", "off");
        install.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", opt_level);
        run_logged(&mut install, &log(program), AN_HOUR)
    })
}

// ---- browsers and drivers -------------------------------------------------------------------------------------------

/// A browser for the tests; `IMPASTO_<variable>` names one that is not on `PATH`.
fn browser(package: &str, names: &[&str], variable: &str) -> Result {
    let variable = format!("IMPASTO_{variable}");
    let found =
        || env::var_os(&variable).is_some_and(|path| Path::new(&path).is_file()) || find(names).is_some();
    step(package, found, "apt", || {
        apt(&[package]).map_err(|error| {
            format!("{error}\nInstall one of {} or set {variable} to its path.", names.join(", ")).into()
        })
    })
}

/// On Linux the native GPU tests run on whatever Vulkan driver there is; Mesa's software driver suits every machine.
fn vulkan() -> Result {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let software = |folder: &str| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("lvp_icd"))
    };
    let found = || software("/usr/share/vulkan/icd.d") || software("/etc/vulkan/icd.d");
    step("Vulkan software driver", found, "apt", || {
        apt(&["mesa-vulkan-drivers", "libvulkan1"])
            .map_err(|error| format!("{error}\nInstall Mesa's software Vulkan driver (lavapipe).").into())
    })
}

/// The packages that drive the browsers, exactly as in `tests/e2e/package-lock.json`.
fn drivers() -> Result {
    npm_packages("browser drivers", "tests/e2e")
}

/// TensorFlow.js, which the benchmark compares the engine with.
pub fn tensorflow() -> Result {
    npm_packages("TensorFlow.js", "benches/tfjs")
}

/// What a folder's `package-lock.json` names, no more and no less.
fn npm_packages(name: &str, folder: &str) -> Result {
    let folder = root().join(folder);
    let wanted = folder.join("package-lock.json");
    let stamp = folder.join("node_modules/.impasto-lock.json");
    let found =
        || fs::read(&wanted).is_ok_and(|lock| fs::read(&stamp).is_ok_and(|installed| installed == lock));
    step(name, found, "npm, seconds", || {
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

/// Installs Debian packages, where this may be done without asking for a password.
fn apt(packages: &[&str]) -> Result {
    let by_hand = format!("Run: sudo apt-get install {}", packages.join(" "));
    if find(&["apt-get"]).is_none() {
        return Err("There is no apt-get here to install it with.".into());
    }
    let install = |log_name: &str| -> Result {
        let mut apt = as_root("apt-get")?;
        apt.args(["install", "-y", "--no-install-recommends"]).args(packages);
        run_logged(&mut apt, &log(log_name), AN_HOUR)
    };
    // The lists of a machine that has never been updated know no packages, old ones name files that are gone.
    let outcome = install("apt").or_else(|_| {
        run_logged(as_root("apt-get")?.arg("update"), &log("apt-update"), AN_HOUR)?;
        install("apt")
    });
    outcome.map_err(|error| format!("{error}\n{by_hand}").into())
}

/// `program` run as the superuser, where that needs no password.
fn as_root(program: &str) -> Result<Command> {
    if output(command("id").arg("-u")).as_deref() == Some("0") {
        let mut command = command(program);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        return Ok(command);
    }
    if output(command("sudo").args(["-n", "true"])).is_none() {
        return Err("This needs the superuser, and sudo asks for a password.".into());
    }
    let mut command = command("sudo");
    command.args(["-n", "env", "DEBIAN_FRONTEND=noninteractive", program]);
    Ok(command)
}
