//! Installs system packages: browsers, drivers, Debian's compiler. Nothing is installed without a request.

use std::env;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use super::step::{AN_HOUR, log};
use crate::process::{Result, command, find, output, run_logged};

static ALLOWED: AtomicBool = AtomicBool::new(false);

/// Allows the installation of Debian packages: `--system` was given.
pub fn allow() {
    ALLOWED.store(true, Ordering::Relaxed);
}

/// Whether `--system` or `IMPASTO_SYSTEM=1` was given.
fn allowed() -> bool {
    ALLOWED.load(Ordering::Relaxed) || env::var_os("IMPASTO_SYSTEM").is_some_and(|value| value == "1")
}

/// A system package that tests need.
pub struct Need {
    name: &'static str,
    packages: &'static [&'static str],
    /// What to do on systems without apt-get.
    by_hand: &'static str,
    found: fn() -> bool,
}

/// What the native tests need. Those of the GPU on Linux use any Vulkan driver; Mesa's software driver works on every machine. Those of
/// films use `ffmpeg`, as the command line does.
pub const NATIVE: [Need; 2] = {
    let vulkan = Need {
        name: "Vulkan software driver",
        packages: &["mesa-vulkan-drivers", "libvulkan1"],
        by_hand: "install Mesa's software Vulkan driver (lavapipe)",
        found: has_vulkan,
    };
    let ffmpeg = Need {
        name: "FFmpeg",
        packages: &["ffmpeg"],
        by_hand: "install FFmpeg, so that ffmpeg and ffprobe are on the PATH",
        found: || find(&["ffmpeg"]).is_some() && find(&["ffprobe"]).is_some(),
    };
    [vulkan, ffmpeg]
};

/// The packages that all tests need.
pub const ALL: [Need; 4] = {
    let [vulkan, ffmpeg] = NATIVE;
    let chromium = Need {
        name: "Chromium",
        packages: &["chromium"],
        by_hand: "install Chromium or Chrome, or set IMPASTO_CHROMIUM to its path",
        found: || {
            has_browser(
                "IMPASTO_CHROMIUM",
                &["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"],
            )
        },
    };
    let firefox = Need {
        name: "Firefox",
        packages: &["firefox-esr"],
        by_hand: "install Firefox, or set IMPASTO_FIREFOX to its path",
        found: || has_browser("IMPASTO_FIREFOX", &["firefox-esr", "firefox"]),
    };
    [vulkan, ffmpeg, chromium, firefox]
};

fn has_browser(variable: &str, names: &[&str]) -> bool {
    env::var_os(variable).is_some_and(|path| Path::new(&path).is_file()) || find(names).is_some()
}

fn has_vulkan() -> bool {
    let software = |folder: &str| {
        let mut entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.any(|entry| entry.file_name().to_string_lossy().starts_with("lvp_icd"))
    };
    !cfg!(target_os = "linux") || software("/usr/share/vulkan/icd.d") || software("/etc/vulkan/icd.d")
}

/// Makes sure that all of `needs` exist: installs the missing ones if that is allowed, and otherwise says how to.
pub fn have(needs: &[Need]) -> Result {
    let (there, missing): (Vec<_>, Vec<_>) = needs.iter().partition(|need| (need.found)());
    for need in there {
        println!("✓ {} (already there)", need.name);
    }
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.iter().map(|need| need.name).collect::<Vec<_>>().join(", ");
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    let by_hand = missing.iter().map(|need| format!("  {}: {}", need.name, need.by_hand));
    let by_hand = by_hand.collect::<Vec<_>>().join("\n");
    install(&names, &packages).map_err(|error| format!("{error}\nBy hand:\n{by_hand}"))?;
    match missing.iter().find(|need| !(need.found)()) {
        Some(need) => Err(format!("{} was installed, but is not found", need.name).into()),
        None => Ok(()),
    }
}

/// Installs Debian packages for `purpose` if the user has agreed: with `--system`, or now on the terminal.
pub fn install(purpose: &str, packages: &[&str]) -> Result {
    if find(&["apt-get"]).is_none() {
        return Err(format!("Missing: {purpose}. There is no apt-get here to install it with.").into());
    }
    let packages = packages.join(" ");
    if !allowed() && !agreed(&format!("Missing: {purpose}. Install {packages} with apt-get? [y/N] "))? {
        return Err(format!(
            "Missing: {purpose}. With `--system` (or IMPASTO_SYSTEM=1) this command runs: apt-get install {packages}"
        )
        .into());
    }
    println!("… {purpose}: installing (apt-get install {packages})");
    apt(&packages.split(' ').collect::<Vec<_>>())?;
    println!("✓ {purpose} (installed)");
    Ok(())
}

/// Asks on the terminal; false if there is none.
fn agreed(question: &str) -> Result<bool> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Ok(false);
    }
    print!("{question}");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

/// Installs Debian packages, if that needs no password.
fn apt(packages: &[&str]) -> Result {
    let install = |log_name: &str| -> Result {
        let mut apt = as_root("apt-get")?;
        apt.args(["install", "-y", "--no-install-recommends"]).args(packages);
        run_logged(&mut apt, &log(log_name), AN_HOUR)
    };
    // The package lists may be missing or outdated: update them and try again.
    let outcome = install("apt").or_else(|_| {
        run_logged(as_root("apt-get")?.arg("update"), &log("apt-update"), AN_HOUR)?;
        install("apt")
    });
    outcome.map_err(|error| format!("{error}\nRun: sudo apt-get install {}", packages.join(" ")).into())
}

/// A command that runs as root, if that needs no password.
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
