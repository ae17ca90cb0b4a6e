//! Tests runs from their beginning to their end: interrupted ones, pictures on the way, progress for programs, batches.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

mod desk;

use desk::{Desk, SHALLOW, TINY, drawing, succeeded};
use image::GenericImageView;
use options::recipe::Recipe;
use serde_json::Value;

const COMMON: [&str; 6] = ["--weights", TINY, "--device", "cpu", "--size", "32"];

/// A run of so many steps that it does not end by itself, which writes its progress as JSON, once it has made some steps.
fn endless(desk: &Desk, first: &[&str], more: &[&str]) -> (Child, impl BufRead) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_impasto"))
        .current_dir(desk.0.path())
        .args(first)
        .args(COMMON.into_iter().chain(SHALLOW))
        .args(["--steps", "100000"])
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (child, out)
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted_writes_its_picture_and_says_how_to_go_on() {
    let desk = Desk::new();
    let (mut child, mut out) =
        endless(&desk, &["stylize", "photo.png", "painting.png", "-o", "out.png"], &["--json"]);
    let mut line = String::new();
    while !line.contains("\"step\":8,") {
        line.clear();
        assert!(out.read_line(&mut line).unwrap() > 0, "it ended by itself");
    }
    interrupt(&child);
    let mut told = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut told).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{told}");
    assert!(told.contains("Stopped after ") && told.contains("--from out.png --steps "), "{told}");
    assert_eq!(desk.opened("out.png").dimensions(), (32, 24));
    // No recipe makes half a run.
    assert!(Recipe::read(&fs::read(desk.path("out.png")).unwrap()).is_err());
    let more = COMMON.into_iter().chain(SHALLOW).chain(["--steps", "1", "--from", "out.png"]);
    succeeded(&desk.impasto(["stylize", "photo.png", "painting.png", "-o", "again.png"], more));
}

/// The arguments of a run over several scales, long enough to be interrupted.
const LONG: [&str; 10] =
    ["stylize", "photo.png", "painting.png", "--weights", TINY, "--device", "cpu", "--steps", "40", "--json"];

/// Starts a run whose state is kept, reads its progress until some steps are made, and sends it a signal. Returns its exit code.
#[cfg(unix)]
fn broken_off(desk: &Desk, signal: &str, after: u32, more: &[&str]) -> Option<i32> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_impasto"))
        .current_dir(desk.0.path())
        .args(LONG.into_iter().chain(SHALLOW).chain(more.iter().copied()))
        .args(["-o", "out.png", "--save-state", "run.state"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains(&format!("\"step\":{after},")) {
        line.clear();
        assert!(out.read_line(&mut line).unwrap() > 0, "it ended by itself");
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    child.wait().unwrap().code()
}

#[cfg(unix)]
#[test]
fn a_run_goes_on_from_its_state_as_if_nothing_had_happened() {
    let desk = Desk::new();
    // Over three scales; and at one, with moments of several levels.
    for ((width, height), signal, after, code, more) in [
        ((181, 100), "-INT", 4, Some(130), &["--until", "level"][..]),
        ((48, 36), "-KILL", 16, None, &["--init", "noise", "--pyramid", "on"]),
    ] {
        drawing(width, height, 1).save(desk.path("photo.png")).unwrap();
        let whole = LONG.into_iter().chain(SHALLOW).chain(more.iter().copied()).chain(["-o", "whole.png"]);
        succeeded(&desk.impasto([], whole));
        assert_eq!(broken_off(&desk, signal, after, more), code);
        if code.is_some() {
            // Perhaps it was not at its full size yet.
            assert_eq!(desk.opened("out.png").dimensions(), (width, height));
        }
        let run = LONG.into_iter().chain(SHALLOW).chain(more.iter().copied());
        let output = desk.impasto([], run.chain(["-o", "out.png", "--resume", "run.state"]));
        succeeded(&output);
        let first = String::from_utf8_lossy(&output.stdout).lines().next().unwrap().to_owned();
        assert!(!first.contains("\"step\":0,"), "it did not begin anew: {first}");
        // With its recipe, since it is the same picture.
        assert!(
            fs::read(desk.path("out.png")).unwrap() == fs::read(desk.path("whole.png")).unwrap(),
            "{signal} {more:?}"
        );
        assert!(!desk.path("run.state").exists(), "the run is over");
    }
}

#[cfg(unix)]
#[test]
fn a_state_of_another_run_is_refused() {
    let desk = Desk::new();
    drawing(130, 72, 1).save(desk.path("photo.png")).unwrap();
    assert_eq!(broken_off(&desk, "-INT", 16, &[]), Some(130));
    fs::remove_file(desk.path("out.png")).unwrap();
    let state = fs::read(desk.path("run.state")).unwrap();
    let refused = |arguments: &[&str], words: &[&str]| {
        let run = LONG.into_iter().chain(SHALLOW).chain(["-o", "out.png", "--resume", "run.state"]);
        desk.refuses(&desk.impasto([], run.chain(arguments.iter().copied())), words);
    };
    refused(&["--seed", "7"], &["other options", "the same command"]);
    refused(&["--optimizer", "lbfgs"], &["--optimizer adam"]);
    refused(&["--from", "painting.png"], &["--from", "--resume"]);
    drawing(130, 72, 9).save(desk.path("photo.png")).unwrap();
    refused(&[], &["other pictures"]);
    drawing(130, 72, 1).save(desk.path("photo.png")).unwrap();
    for damaged in
        [&b""[..], b"nonsense", &state[..100], &state[..state.len() - 4], &[b"\xff", &state[1..]].concat()]
    {
        fs::write(desk.path("run.state"), damaged).unwrap();
        refused(&[], &["no state of a run, or damaged"]);
    }
    fs::copy(desk.path("painting.png"), desk.path("run.state")).unwrap();
    refused(&["--save-state", "painting.png"], &["one of the files to be read"]);
    assert!(desk.opened("painting.png").width() == 40);
}

#[test]
fn progress_can_be_read_by_programs() {
    let desk = Desk::new();
    let more = COMMON.into_iter().chain(SHALLOW).chain(["--steps", "9", "--json"]);
    let output = desk.stylize(more);
    succeeded(&output);
    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let steps: Vec<u64> = lines.iter().map(|line| line["step"].as_u64().unwrap()).collect();
    assert_eq!(steps, [0, 4, 8]);
    for line in &lines {
        assert_eq!(line["steps"], 9);
        assert!(line["loss"].as_f64().unwrap() > 0.0 && line["seconds"].as_f64().unwrap() >= 0.0, "{line}");
    }
    assert!(lines[0]["seconds_left"].is_null() && lines[2]["seconds_left"].as_f64().unwrap() >= 0.0);
    let other = Desk::new();
    other.refuses(&other.stylize(["--json", "--quiet"]), &["--json", "--quiet"]);
}

#[test]
fn pictures_on_the_way_are_written_beside_the_result_at_its_size() {
    let desk = Desk::new();
    drawing(181, 100, 1).save(desk.path("photo.png")).unwrap();
    let more = ["--weights", TINY, "--device", "cpu", "--steps", "32", "--every", "9"];
    succeeded(&desk.stylize(more.into_iter().chain(SHALLOW)));
    let pictures: Vec<String> = desk.files().into_iter().filter(|name| name.starts_with("out")).collect();
    assert_eq!(pictures, ["out-00009.png", "out-00018.png", "out-00027.png", "out.png"]);
    for name in &pictures {
        assert_eq!(desk.opened(name).dimensions(), (181, 100), "{name}");
    }
    assert_ne!(desk.opened("out-00009.png"), desk.opened("out-00018.png"));
}

/// A desk with three photos and two paintings.
fn studio() -> Desk {
    let desk = Desk::new();
    for (name, seed) in [("a.png", 1), ("b.png", 2), ("c.png", 3)] {
        drawing(48, 36, seed).save(desk.path(name)).unwrap();
    }
    fs::copy(desk.path("painting.png"), desk.path("waves.png")).unwrap();
    desk
}

/// The output of a batch with these arguments.
fn batch(desk: &Desk, arguments: &[&str]) -> std::process::Output {
    let short = COMMON.into_iter().chain(SHALLOW).chain(["--steps", "1"]);
    desk.impasto(["batch"], arguments.iter().copied().chain(short))
}

fn results(desk: &Desk) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(desk.path("done"))
        .map(|entries| entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
        .unwrap_or_default();
    names.sort();
    names
}

#[test]
fn a_batch_paints_each_photo_with_each_painting_in_parts_and_once() {
    let desk = studio();
    let all = [
        "a.png",
        "b.png",
        "c.png",
        "--painting",
        "painting.png",
        "--painting",
        "waves.png",
        "--out-dir",
        "done",
    ];
    succeeded(&batch(&desk, &[&all[..], &["--shard", "1/2"]].concat()));
    assert_eq!(results(&desk), ["a-painting.png", "b-painting.png", "c-painting.png"]);
    let first = fs::metadata(desk.path("done/a-painting.png")).unwrap().modified().unwrap();
    succeeded(&batch(&desk, &[&all[..], &["--shard", "2/2"]].concat()));
    let output = batch(&desk, &all);
    succeeded(&output);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("0 painted, 6 there already, 0 failed."), "{told}");
    assert_eq!(results(&desk).len(), 6);
    assert_eq!(fs::metadata(desk.path("done/a-painting.png")).unwrap().modified().unwrap(), first);
    let told = batch(&desk, &["a.png", "--painting", "waves.png", "--out-dir", "done", "--again"]);
    assert!(String::from_utf8_lossy(&told.stdout).contains("1 painted, 0 there already"));
    // Each says how it was painted.
    Recipe::read(&fs::read(desk.path("done/b-waves.png")).unwrap()).unwrap();
}

#[test]
fn a_batch_goes_on_after_a_failure_and_says_so() {
    let desk = studio();
    fs::write(desk.path("b.png"), b"no picture").unwrap();
    let output = batch(&desk, &["a.png", "b.png", "c.png", "--painting", "waves.png", "--out-dir", "done"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("b-waves.png") && told.contains("1 of 3 pictures"), "{told}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("2 painted, 0 there already, 1 failed."));
    assert_eq!(results(&desk), ["a-waves.png", "c-waves.png"]);
}

#[test]
fn a_batch_that_would_write_over_something_is_refused_before_the_work() {
    let desk = studio();
    fs::create_dir(desk.path("more")).unwrap();
    fs::copy(desk.path("a.png"), desk.path("more/a.png")).unwrap();
    let refused = |arguments: &[&str], words: &[&str]| desk.refuses(&batch(&desk, arguments), words);
    refused(
        &["a.png", "more/a.png", "--painting", "waves.png", "--out-dir", "done"],
        &["twice", "more/a.png"],
    );
    refused(
        &["a.png", "b.png", "--painting", "waves.png", "--out-dir", "done", "--name", "x.png"],
        &["twice"],
    );
    refused(
        &["a.png", "--painting", "waves.png", "--out-dir", ".", "--name", "{photo}.png"],
        &["files to be read"],
    );
    refused(
        &["a.png", "--painting", "waves.png", "--out-dir", "done", "--name", "{photo}.xyz"],
        &[".png, .jpg"],
    );
    for shard in ["0/2", "3/2", "1", "a/b"] {
        refused(
            &["a.png", "--painting", "waves.png", "--out-dir", "done", "--shard", shard],
            &["--shard", "3/16"],
        );
    }
    assert_eq!(results(&desk), [""; 0]);
}

#[test]
fn a_batch_is_painted_on_several_devices_at_once() {
    let desk = studio();
    let on = |devices: &[&str]| {
        let all = ["batch", "a.png", "b.png", "c.png", "--painting", "waves.png", "--out-dir", "done"];
        let short = ["--weights", TINY, "--size", "32", "--steps", "1"].into_iter().chain(SHALLOW);
        desk.impasto(all, short.chain(devices.iter().flat_map(|device| ["--device", *device])))
    };
    let refused = on(&["cpu", "gpu:99"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("this machine has"), "{refused:?}");
    assert_eq!(results(&desk), [""; 0], "a device that is not there is said before the work");
    // The same processor twice, and a GPU.
    let output = on(&["cpu", "cpu", "gpu:1"]);
    succeeded(&output);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("on the processor and on the processor and on "), "{told}");
    assert!(told.contains("3 of 3: ") && told.contains("3 painted, 0 there already, 0 failed."), "{told}");
    assert_eq!(results(&desk), ["a-waves.png", "b-waves.png", "c-waves.png"]);
}

#[test]
fn devices_are_listed_and_taken_by_number() {
    let desk = Desk::new();
    for arguments in [&["stylize", "--device", "list"][..], &["batch", "--device=list"]] {
        let output = desk.impasto([], arguments);
        succeeded(&output);
        let listed = String::from_utf8_lossy(&output.stdout).into_owned();
        let names: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
        assert_eq!((names.first(), names.last()), (Some(&"gpu:1"), Some(&"cpu")), "{listed}");
    }
    let on = |device: &str| {
        let more = ["--weights", TINY, "--size", "32", "--steps", "1", "--device", device];
        desk.stylize(more.into_iter().chain(SHALLOW))
    };
    for (device, words) in [("gpu:99", "this machine has"), ("gpu:0", "--device list"), ("gpu:x", "gpu:2")] {
        desk.refuses(&on(device), &[words]);
    }
    succeeded(&on("gpu:1"));
}

#[test]
fn whoever_reads_along_may_leave() {
    let desk = Desk::new();
    let closed = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        writer
    };
    let short = || COMMON.into_iter().chain(SHALLOW).chain(["--steps", "9"]);
    let paint = ["stylize", "photo.png", "painting.png", "-o", "out.png"];
    for arguments in [
        vec!["doctor"],
        vec!["--device", "list"],
        vec!["shell", "man"],
        vec!["shell", "completions", "zsh"],
        paint.into_iter().chain(short()).collect(),
        paint.into_iter().chain(short()).chain(["--json"]).collect(),
        ["batch", "photo.png", "--painting", "painting.png", "--out-dir", "done"]
            .into_iter()
            .chain(short())
            .collect(),
    ] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_impasto"));
        let program = program.current_dir(desk.0.path()).args(&arguments);
        let status = program.stdout(closed()).stderr(closed()).status().unwrap();
        assert!(status.success(), "{arguments:?}: {status}");
    }
    assert_eq!(desk.opened("out.png").dimensions(), (32, 24));
    assert_eq!(results(&desk), ["photo-painting.png"]);
}

#[test]
fn shells_and_the_manual_know_the_command_line() {
    let desk = Desk::new();
    for (arguments, words) in [(&["completions", "bash"][..], "--style-loss"), (&["man"], "batch")] {
        let output = desk.impasto(["shell"], arguments);
        succeeded(&output);
        assert!(String::from_utf8_lossy(&output.stdout).contains(words), "{arguments:?}");
    }
}
