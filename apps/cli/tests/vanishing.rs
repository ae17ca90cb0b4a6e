//! Tests what happens when files and folders vanish, cannot be written, or the program is killed while it writes.
#![cfg(unix)]

use std::{
    fs::{self, File},
    io::Write,
    os::unix::{fs::PermissionsExt, process::ExitStatusExt},
    path::Path,
    process::{Command, Output, Stdio},
    thread,
};

mod desk;

use desk::{Desk, SHALLOW, TINY, succeeded};

/// What makes a run short.
const SHORT: [&str; 8] = ["--weights", TINY, "--device", "cpu", "--size", "32", "--steps", "1"];

/// Runs the program with these arguments. One of them is `pipe.png`: once the program waits for this photo `meanwhile` is called, and
/// then the photo comes.
fn waiting(desk: &Desk, arguments: &[&str], meanwhile: impl FnOnce()) -> Output {
    assert!(Command::new("mkfifo").arg(desk.path("pipe.png")).status().unwrap().success());
    let child = Command::new(env!("CARGO_BIN_EXE_impasto"))
        .current_dir(desk.0.path())
        .args(arguments)
        .args(SHORT.into_iter().chain(SHALLOW))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pipe = desk.path("pipe.png");
    let waiter = thread::spawn({
        let pipe = pipe.clone();
        move || {
            let output = child.wait_with_output().unwrap();
            // A program that never asked for the photo would leave the test waiting.
            let _ = fs::read(pipe);
            output
        }
    });
    // It opens when the other end is opened.
    let mut photo = File::options().write(true).open(&pipe).unwrap();
    meanwhile();
    let _ = photo.write_all(&fs::read(desk.path("photo.png")).unwrap());
    fs::remove_file(pipe).unwrap();
    drop(photo);
    waiter.join().unwrap()
}

#[test]
fn a_painting_that_vanishes_while_the_photo_is_read_is_named() {
    let desk = Desk::new();
    let output = waiting(&desk, &["stylize", "pipe.png", "painting.png", "-o", "out.png"], || {
        fs::remove_file(desk.path("painting.png")).unwrap();
    });
    desk.refuses(&output, &["cannot open painting.png"]);
}

#[test]
fn a_photo_of_a_batch_that_vanishes_is_named_and_the_others_are_painted() {
    let desk = Desk::new();
    for name in ["gone.png", "there.png"] {
        fs::copy(desk.path("photo.png"), desk.path(name)).unwrap();
    }
    let photos = ["batch", "pipe.png", "gone.png", "there.png"];
    let arguments = [&photos[..], &["--painting", "painting.png", "--out-dir", "done"]].concat();
    let output = waiting(&desk, &arguments, || fs::remove_file(desk.path("gone.png")).unwrap());
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains("cannot open gone.png") && words.contains("1 of 3 pictures"), "{words}");
    for name in ["done/pipe-painting.png", "done/there-painting.png"] {
        desk.opened(name);
    }
}

#[test]
fn a_folder_that_vanishes_before_the_result_is_written_is_named() {
    let desk = Desk::new();
    fs::create_dir(desk.path("results")).unwrap();
    let arguments = ["stylize", "pipe.png", "painting.png", "-o", "results/one.png"];
    let output = waiting(&desk, &arguments, || fs::remove_dir(desk.path("results")).unwrap());
    desk.refuses(&output, &["cannot write results/one.png"]);
    assert!(!desk.path("results").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_standard_output_without_room_is_said() {
    let desk = Desk::new();
    let output = Command::new(env!("CARGO_BIN_EXE_impasto"))
        .current_dir(desk.0.path())
        .args(["stylize", "photo.png", "painting.png", "-o", "-"])
        .args(SHORT.into_iter().chain(SHALLOW))
        .stdout(File::options().write(true).open("/dev/full").unwrap())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    desk.refuses(&output, &["cannot write -", "No space left"]);
}

/// The system kills the program at the first block beyond the longest file: no code of it runs any more, as after SIGKILL.
#[test]
fn a_program_that_is_killed_while_it_writes_leaves_the_former_file_whole() {
    let desk = Desk::new();
    let before = b"the result of yesterday".to_vec();
    fs::write(desk.path("result.png"), &before).unwrap();
    let paint = |shell: &str| {
        Command::new("sh")
            .current_dir(desk.0.path())
            .args(["-c", shell, env!("CARGO_BIN_EXE_impasto")])
            .args(["stylize", "photo.png", "painting.png", "-o", "result.png"])
            .args(SHORT.into_iter().chain(SHALLOW))
            .output()
            .unwrap()
    };
    let output = paint("ulimit -c 0; ulimit -f 1; exec \"$0\" \"$@\"");
    assert!(
        output.status.signal().is_some(),
        "{:?}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(fs::read(desk.path("result.png")).unwrap(), before);
    // It was at work on another file, which nobody could remove.
    let left = desk.files().into_iter().filter(|name| name.starts_with(".impasto-")).count();
    assert_eq!(left, 1, "{:?}", desk.files());
    // What is left is in nobody's way.
    succeeded(&paint("exec \"$0\" \"$@\""));
    desk.opened("result.png");
}

#[test]
fn a_folder_that_nothing_can_be_added_to_is_refused_before_the_work() {
    let desk = Desk::new();
    let refused = |out: &Path| {
        let arguments = ["stylize", "photo.png", "painting.png", "-o", out.to_str().unwrap()];
        // There is no such network, which would be said if the work began.
        let output = desk.impasto(arguments, ["--weights", "nowhere"]);
        desk.refuses(&output, &["cannot write", out.to_str().unwrap()]);
    };
    fs::create_dir(desk.path("closed")).unwrap();
    fs::write(desk.path("closed/former.png"), b"the result of yesterday").unwrap();
    fs::set_permissions(desk.path("closed"), fs::Permissions::from_mode(0o555)).unwrap();
    let may_write = File::create(desk.path("closed/probe")).is_ok();
    if may_write {
        println!("the superuser may write everywhere: only a folder of the kernel is tried");
    } else {
        refused(&desk.path("closed/out.png"));
        // What is there already is written in place.
        let arguments = ["stylize", "photo.png", "painting.png", "-o", "closed/former.png"];
        succeeded(&desk.impasto(arguments, SHORT.into_iter().chain(SHALLOW)));
        desk.opened("closed/former.png");
    }
    fs::set_permissions(desk.path("closed"), fs::Permissions::from_mode(0o755)).unwrap();
    if cfg!(target_os = "linux") && Path::new("/sys/kernel").is_dir() {
        refused(Path::new("/sys/kernel/out.png"));
    }
}
