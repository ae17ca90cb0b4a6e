//! Builds the site with trunk into `dist/`, serves it for development from another folder, and checks the sizes of its
//! modules.

use std::fs;
use std::path::{MAIN_SEPARATOR, PathBuf};
use std::process::Command;

use crate::flags::{compiling, private_folders};
use crate::process::{Result, dist, output, run, target};
use crate::setup::{self, Tools};
use crate::stamp;
use crate::weights::{note_full_network, packs};

/// The largest size of each module in bytes: compressed with brotli (the download), and uncompressed (what the browser
/// compiles).
const BUDGETS: [(&str, u64, u64); 4] = [
    ("app", 320_000, 1_110_000),
    ("worker-gpu", 725_000, 2_500_000),
    ("worker-cpu", 425_000, 2_000_000),
    // Loaded only when a visitor saves something.
    ("worker-export", 150_000, 400_000),
];

/// `cargo xtask serve`: builds and serves the site, and rebuilds it after every change.
pub fn serve(arguments: &[String]) -> Result {
    let mut port = "8080";
    let mut open = false;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--port" => port = rest.next().ok_or("--port needs a number")?,
            "--open" => open = true,
            other => {
                return Err(
                    format!("`cargo xtask serve` does not know `{other}`: only --port N and --open").into()
                );
            }
        }
    }
    let tools = setup::for_site()?;
    note_full_network();
    let mut trunk = trunk(&tools, "serve");
    // Changes must be visible at once, so nothing is stored for offline use (xtask/finish.mjs).
    trunk.env("IMPASTO_SERVED", "true");
    // Optimised by the compiler, but not by wasm-opt, which takes a minute for each change.
    trunk.args(["--cargo-profile", "release", "--address", "127.0.0.1", "--port", port]);
    // Another folder, so that this build is not deployed by mistake and the one for hosts stays.
    trunk.arg("--dist").arg(target()?.join("served"));
    if open {
        trunk.arg("--open");
    }
    become_program(&mut trunk)
}

/// Replaces this process by the program, so that signals reach the program.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result {
    use std::os::unix::process::CommandExt;
    Err(command.exec().into())
}

#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result {
    run(command)
}

/// `cargo xtask build`: the site in `dist/`, ready for any static host.
pub fn build(arguments: &[String]) -> Result {
    let release = match arguments {
        [] => true,
        [one] if one == "--release" => true,
        [one] if one == "--dev" => false,
        _ => return Err("`cargo xtask build` takes --dev (quick, large) or nothing".into()),
    };
    let tools = setup::for_site()?;
    build_with(&tools, release)?;
    note_full_network();
    if release { weigh(&tools) } else { Ok(()) }
}

/// `cargo xtask wasm …`: any cargo command, with a compiler for wasm32.
pub fn wasm(arguments: &[String]) -> Result {
    let (chore, rest) =
        arguments.split_first().ok_or("`cargo xtask wasm` needs a cargo command, such as `check`")?;
    let tools = setup::for_site()?;
    run(compiling(tools.command("cargo").args([chore, "--target", setup::WASM_TARGET]).args(rest)))
}

/// Makes sure that `dist/` contains the current site for hosts.
pub fn have(tools: &Tools) -> Result {
    if stamp::holds(tools)? {
        println!("✓ the site in dist/ is up to date");
        return Ok(());
    }
    build_with(tools, true)
}

/// Builds the site into `dist/`, with the packs in `weights/`.
fn build_with(tools: &Tools, release: bool) -> Result {
    let mut trunk = trunk(tools, "build");
    if release {
        trunk.arg("--release");
    }
    run(&mut trunk)?;
    if release {
        check_linked()?;
    }
    for pack in packs() {
        let copy = dist().join("weights").join(pack.file_name().unwrap_or_default());
        if !copy.join("manifest.json").is_file() {
            return Err(format!("{} did not get into the site as {}", pack.display(), copy.display()).into());
        }
    }
    if !dist().join("weights/packs.json").is_file() {
        return Err(
            "the site has no weights/packs.json: xtask/finish.mjs did not run (see Trunk.toml)".into()
        );
    }
    if release { stamp::set(tools) } else { Ok(()) }
}

/// Checks the linked modules for faults that the page's tests do not show: exports that run all static constructors,
/// names of private folders, and Burn's own kernels.
fn check_linked() -> Result {
    const WRAPPER: &[u8] = b".command_export";
    let folder = target()?.join(setup::WASM_TARGET).join("release");
    for (module, ..) in BUDGETS {
        let linked = fs::read(folder.join(format!("{module}.wasm")))?;
        // The linker adds these wrappers, unless the program runs the constructors itself (`start` in
        // `apps/worker/src/engine/session.rs`).
        if linked.windows(WRAPPER.len()).any(|name| name == WRAPPER) {
            return Err(format!("the exports of {module} each run all static constructors").into());
        }
        if let Some(place) = named_folder(&linked, &private_folders()) {
            return Err(format!("{module} names a folder of this machine: {place}").into());
        }
        let kernels = kernels(&linked);
        if let Some(kernel) = kernels.iter().find(|kernel| !kernel.is_ours()) {
            return Err(format!("{module} can run a kernel of Burn's, which would fail: {}", kernel.0).into());
        }
        if module == "worker-gpu" && kernels.is_empty() {
            return Err(
                "the kernels of worker-gpu are not found: does the compiler mangle other names?".into()
            );
        }
    }
    Ok(())
}

/// The mangled name of a function that defines a GPU kernel.
#[derive(Debug)]
struct Kernel(String);

impl Kernel {
    /// Burn's own kernels cannot be compiled without their inventory (`crates/inventory`); Impasto's are source text.
    fn is_ours(&self) -> bool {
        self.0.contains("SourceKernel")
    }
}

/// The implementations of `CubeKernel::define` in a linked module.
fn kernels(linked: &[u8]) -> Vec<Kernel> {
    const FUNCTION: &[u8] = b"CubeKernel$GT$6define";
    let ends = linked.windows(FUNCTION.len()).enumerate().filter(|(_, name)| *name == FUNCTION);
    let name = |end: usize| {
        let before = &linked[end.saturating_sub(400)..end];
        let start = before.windows(3).rposition(|begin| begin == b"_ZN").unwrap_or(0);
        Kernel(String::from_utf8_lossy(&before[start..]).into_owned())
    };
    ends.map(|(end, _)| name(end)).collect()
}

fn trunk(tools: &Tools, chore: &str) -> Command {
    let mut trunk = tools.command("trunk");
    trunk.arg(chore);
    // Otherwise trunk asks the registry for its newest version, and fails on `NO_COLOR=1`.
    trunk.env("TRUNK_SKIP_VERSION_CHECK", "true").env_remove("NO_COLOR");
    compiling(&mut trunk);
    trunk
}

/// The first private folder that a module contains, with the path that begins there.
fn named_folder(linked: &[u8], folders: &[(PathBuf, &str)]) -> Option<String> {
    folders.iter().find_map(|(folder, _)| {
        let name = format!("{}{MAIN_SEPARATOR}", folder.display());
        let at = linked.windows(name.len()).position(|bytes| bytes == name.as_bytes())?;
        Some(String::from_utf8_lossy(&linked[at..linked.len().min(at + 120)]).into_owned())
    })
}

/// Prints the size of each module, compressed and uncompressed, and fails if one exceeds its limit.
fn weigh(tools: &Tools) -> Result {
    println!("{:<13} {:>10} {:>10} {:>10} {:>10}", "module", "brotli", "at most", "raw", "at most");
    let mut over = Vec::new();
    let files = BUDGETS.iter().map(|(module, ..)| module_file(module)).collect::<Result<Vec<_>>>()?;
    for (((module, most_sent, most_raw), file), sent) in
        BUDGETS.into_iter().zip(&files).zip(brotli(tools, &files)?)
    {
        let raw = fs::metadata(file)?.len();
        let [a, b, c, d] = [sent, most_sent, raw, most_raw].map(kilobytes);
        println!("{module:<13} {a:>10} {b:>10} {c:>10} {d:>10}");
        if sent > most_sent || raw > most_raw {
            over.push(module);
        }
    }
    if over.is_empty() { Ok(()) } else { Err(format!("over budget: {}", over.join(", ")).into()) }
}

fn kilobytes(bytes: u64) -> String {
    format!("{:.1} kB", bytes as f64 / 1000.0)
}

/// `dist/<module>[-<hash>]_bg.wasm`.
fn module_file(module: &str) -> Result<PathBuf> {
    let fits = |name: &str| {
        name.strip_prefix(module)
            .and_then(|rest| rest.strip_suffix("_bg.wasm"))
            .is_some_and(|hash| hash.is_empty() || hash.starts_with('-'))
    };
    let mut entries = fs::read_dir(dist())?.flatten();
    let found = entries.find(|entry| fits(&entry.file_name().to_string_lossy()));
    Ok(found.ok_or_else(|| format!("there is no {module} module in dist/"))?.path())
}

/// The sizes after compression with brotli at its highest level, as static hosts store files. Node contains the
/// compressor and is needed anyway.
fn brotli(tools: &Tools, files: &[PathBuf]) -> Result<Vec<u64>> {
    const SCRIPT: &str = "const zlib = require('zlib'), fs = require('fs');\
        const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN } = zlib.constants;\
        const params = { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_LGWIN]: 24 };\
        const compress = require('util').promisify(zlib.brotliCompress);\
        Promise.all(process.argv.slice(1).map((file) => compress(fs.readFileSync(file), { params })))\
            .then((sent) => sent.forEach(({ length }) => console.log(length)));";
    let text =
        output(tools.command("node").args(["-e", SCRIPT]).args(files)).ok_or("node cannot compress")?;
    let sizes = text.lines().map(str::parse).collect::<std::result::Result<Vec<_>, _>>()?;
    // Otherwise a module without a size would not be checked.
    if sizes.len() == files.len() { Ok(sizes) } else { Err("node did not say all sizes".into()) }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{kernels, named_folder};

    #[test]
    fn a_folder_of_the_builder_is_found() {
        let folders = [(PathBuf::from("/home/me"), "home"), (PathBuf::from("/srv/impasto"), "impasto")];
        let named = |linked: &[u8]| named_folder(linked, &folders);
        assert_eq!(named(b"\x01cargo/registry/src/a.rs\x00/home/mentor/b.rs\x00/srv/impasto-2/c.rs"), None);
        assert_eq!(named(b"\x01/srv/impasto/src/a.rs").as_deref(), Some("/srv/impasto/src/a.rs"));
        assert!(named(b"\x01/home/me/.cargo/b.rs").is_some());
    }

    #[test]
    fn kernels_are_told_apart_by_their_names() {
        let linked = b"\x05_ZN3foo3barE\x00_ZN105_$LT$burn_cubecl..template..base..SourceKernel$LT$K$GT$$u20$as$u20$\
            cubecl_runtime..kernel..CubeKernel$GT$6define17h00E_ZN116_$LT$cubecl_std..copy_kernel..CopyKernel$u20$as$u20$\
            cubecl_runtime..kernel..CubeKernel$GT$6define17h01E_ZN1_$LT$x..CubeKernel$GT$6source17h02E";
        let found: Vec<bool> = kernels(linked).iter().map(super::Kernel::is_ours).collect();
        assert_eq!(found, [true, false]);
    }
}
