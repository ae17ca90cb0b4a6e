//! Finds or installs a compiler for wasm32: the active one, or Debian's with a standard library that is built here.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::step::{AN_HOUR, Work, cache, log};
use super::system;
use crate::flags;
use crate::process::{Result, command, find, output, run_logged};

/// The target of everything that runs in a browser.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The compiler for wasm32.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Compiler {
    /// The `cargo` and `rustc` on `PATH`.
    Active,
    /// Debian's compiler, with a standard library for wasm32 in the cache.
    Debian,
}

impl Compiler {
    /// The folders of its programs, unless they are on `PATH`.
    pub fn folders(self) -> Vec<PathBuf> {
        if self == Self::Debian { vec![sysroot().join("bin")] } else { Vec::new() }
    }

    /// Makes `command` and its child processes use this compiler.
    pub fn choose_for(self, command: &mut Command) {
        if self == Self::Debian {
            // Clippy loads the compiler's library itself.
            command.env("RUSTC", sysroot().join("bin/rustc")).env("SYSROOT", sysroot());
            command.env_remove("RUSTUP_TOOLCHAIN");
        }
    }

    /// Compiles and links a program: an existing folder proves neither the version nor the linker.
    fn works(self) -> bool {
        let folder = env::temp_dir().join(format!("impasto-probe-{}", std::process::id()));
        let source = folder.join("probe.rs");
        if fs::create_dir_all(&folder).is_err()
            || fs::write(&source, "fn main() { println!(\"probe\") }").is_err()
        {
            return false;
        }
        let mut rustc = match self {
            Self::Active => command("rustc"),
            Self::Debian => command(sysroot().join("bin/rustc")),
        };
        rustc.args(["--target", WASM_TARGET, "--edition", "2024", "--out-dir"]).arg(&folder).arg(&source);
        let works = output(&mut rustc).is_some();
        let _ = fs::remove_dir_all(&folder);
        works
    }
}

/// A sysroot for Debian's compiler: its installed one, with wasm32 added.
fn sysroot() -> PathBuf {
    cache().join("debian-toolchain")
}

/// Finds a compiler for wasm32 or installs one: with rustup, or Debian's if that was requested.
pub fn wasm() -> Result<Compiler> {
    let name = format!("Rust target {WASM_TARGET}");
    for (compiler, note) in [(Compiler::Active, ""), (Compiler::Debian, "Debian's compiler, ")] {
        if compiler.works() {
            println!("✓ {name} ({note}already there)");
            return Ok(compiler);
        }
    }
    let start = Instant::now();
    println!("… {name}: installing ({})", Work::Download.about());
    let reason = match from_rustup() {
        Ok(()) => {
            println!("✓ {name} (installed in {} s)", start.elapsed().as_secs());
            return Ok(Compiler::Active);
        }
        Err(error) => error,
    };
    let ways = format!(
        "{reason}\nEither let rustup (https://rustup.rs) have it: rustup target add {WASM_TARGET}\n\
        or, on Debian, start this again with --system: Debian's compiler is installed, and a standard library for it is \
        built in {}",
        cache().display()
    );
    if find(&["apt-get"]).is_none() {
        return Err(ways.into());
    }
    from_debian().map_err(|error| format!("{ways}\n{error}"))?;
    if !Compiler::Debian.works() {
        return Err(format!("Debian's compiler does not build for {WASM_TARGET}\n{ways}").into());
    }
    println!("✓ {name} (Debian's compiler, installed in {} s)", start.elapsed().as_secs());
    Ok(Compiler::Debian)
}

fn from_rustup() -> Result {
    if find(&["rustup"]).is_none() {
        return Err("rustup is not installed".into());
    }
    let mut rustup = command("rustup");
    rustup.args(["target", "add", WASM_TARGET]).env("RUSTUP_MAX_RETRIES", "0").env("RUST_BACKTRACE", "0");
    run_logged(&mut rustup, &log("rustup"), Duration::from_mins(3))?;
    if Compiler::Active.works() {
        Ok(())
    } else {
        Err("rustup added the target, but the active compiler is not its own".into())
    }
}

/// Debian has a recent compiler and its sources, but no standard library for wasm32: that is built in the cache.
fn from_debian() -> Result {
    let packages = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "rust-web-clippy"];
    system::install("a compiler for wasm32", &packages)?;
    // rust-lld is a link into a package that is not a dependency: without it, "linker rust-lld not found".
    if !Path::new("/usr/bin/rust-lld").exists() {
        let linker = fs::read_link("/usr/bin/rust-lld").unwrap_or_else(|_| "lld-22".into());
        let package = linker.file_name().unwrap_or_default().to_string_lossy().into_owned();
        system::install("its linker", &[package.as_str()])?;
    }
    println!("… the standard library for wasm32: building ({})", Work::CoreSeconds(50).about());
    let libraries = standard_library()?;
    lay_out_sysroot(&libraries)
}

/// Builds the standard library for wasm32 and returns its files.
fn standard_library() -> Result<Vec<PathBuf>> {
    let seed = cache().join("wasm-std");
    let _ = fs::remove_dir_all(&seed);
    fs::create_dir_all(seed.join("src"))?;
    fs::write(seed.join("src/lib.rs"), "#![no_std]\n")?;
    fs::write(seed.join("Cargo.toml"), "[package]\nname = \"seed\"\nedition = \"2024\"\n[workspace]\n")?;
    let mut cargo = command("/usr/bin/cargo");
    cargo.current_dir(&seed).args(["build", "--release", "--target", WASM_TARGET, "--target-dir", "target"]);
    cargo.arg("-Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test");
    // Without bitcode, crates with `lto = true` fail to link ("Can't find section .llvmbc").
    cargo.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1");
    flags::with_flags(&mut cargo, &["-C", "embed-bitcode=yes"]);
    cargo.env_remove("CARGO_TARGET_DIR").env_remove("RUSTUP_TOOLCHAIN");
    run_logged(&mut cargo, &log("wasm-std"), AN_HOUR)?;
    let built = seed.join("target").join(WASM_TARGET).join("release/deps");
    let mut libraries = Vec::new();
    for entry in fs::read_dir(&built)? {
        let path = entry?.path();
        let is_library = path.extension().is_some_and(|extension| extension == "rlib");
        if is_library && !path.file_name().unwrap_or_default().to_string_lossy().starts_with("libseed-") {
            libraries.push(path);
        }
    }
    Ok(libraries)
}

/// Makes a sysroot in the cache with these libraries; everything else is a link to Debian's.
#[cfg(unix)]
fn lay_out_sysroot(libraries: &[PathBuf]) -> Result {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let sysroot = sysroot();
    // Old libraries next to the new ones would be ambiguous.
    let _ = fs::remove_dir_all(&sysroot);
    let [bin, rustlib] = ["bin", "lib/rustlib"].map(|folder| sysroot.join(folder));
    let home = rustlib.join(WASM_TARGET).join("lib");
    fs::create_dir_all(&bin)?;
    fs::create_dir_all(&home)?;
    for program in ["cargo", "cargo-clippy", "clippy-driver"] {
        symlink(Path::new("/usr/bin").join(program), bin.join(program))?;
    }
    let quoted = sysroot.to_string_lossy().replace('\'', r"'\''");
    for program in ["rustc", "rustdoc"] {
        let script = bin.join(program);
        fs::write(&script, format!("#!/bin/sh\nexec /usr/bin/{program} --sysroot '{quoted}' \"$@\"\n"))?;
        fs::set_permissions(script, fs::Permissions::from_mode(0o755))?;
    }
    for entry in fs::read_dir("/usr/lib/rustlib")? {
        let entry = entry?;
        if entry.file_name() != WASM_TARGET {
            symlink(entry.path(), rustlib.join(entry.file_name()))?;
        }
    }
    for library in libraries {
        fs::copy(library, home.join(library.file_name().unwrap_or_default()))?;
    }
    Ok(fs::remove_dir_all(cache().join("wasm-std"))?)
}

#[cfg(not(unix))]
fn lay_out_sysroot(_: &[PathBuf]) -> Result {
    Err("Debian's packages are for Debian".into())
}
