//! For the browser the panels of a product are compiled once more, as a module of their own that may use relaxed SIMD
//! (`src/relaxed`).

use std::{env, path::Path, process::Command};

const SOURCE: &str = "src/relaxed/panel.rs";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/relaxed");
    let variable = |name: &str| env::var(name).unwrap_or_else(|_| panic!("Cargo sets {name}"));
    if variable("CARGO_CFG_TARGET_ARCH") != "wasm32" {
        return;
    }
    let module = Path::new(&variable("OUT_DIR")).join("panel.wasm");
    let mut rustc = Command::new(variable("RUSTC"));
    rustc.args([SOURCE, "--crate-name", "panel", "--edition", "2024", "--crate-type", "cdylib"]);
    rustc.args(["--target", &variable("TARGET"), "-o"]).arg(module);
    rustc.args(["-C", "opt-level=3", "-C", "panic=abort", "-C", "strip=symbols"]);
    rustc.args(["-C", "target-feature=+simd128,+relaxed-simd"]);
    // It works in the memory of whoever starts it, where it has neither data nor a stack of its own.
    rustc.args([
        "-C",
        "link-arg=--import-memory",
        "-C",
        "link-arg=-zstack-size=0",
        "-C",
        "link-arg=--global-base=0",
    ]);
    let status = rustc.status().expect("the compiler that Cargo uses can be started");
    assert!(status.success(), "{SOURCE} could not be compiled");
}
