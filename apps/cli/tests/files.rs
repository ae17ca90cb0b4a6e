//! Tests what the program reads and writes: nothing that existed is lost, and whatever a file is called, it is what it is.

use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

mod desk;

use desk::{Desk, SHALLOW, TINY, drawing, succeeded};
use image::{GenericImageView, ImageFormat};

/// What makes a run short.
const SHORT: [&str; 8] = ["--weights", TINY, "--device", "cpu", "--size", "32", "--steps", "1"];

/// A file that the crate `decoding` is tested with, and what other decoders show of it.
fn variant(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/decoding/tests/files").join(name)
}

/// `impasto stylize` with these arguments, then what makes a run short.
fn stylize(desk: &Desk, arguments: &[&str]) -> std::process::Output {
    desk.impasto(["stylize"], arguments.iter().copied().chain(SHORT).chain(SHALLOW))
}

#[test]
fn a_photo_is_painted_as_it_looks_whatever_its_profile_and_its_name() {
    let desk = Desk::new();
    // Without a step that changes anything: the picture as the engine got it.
    let seen = |photo: &Path| {
        let arguments = ["stylize", photo.to_str().unwrap(), "painting.png", "-o", "seen.png"];
        let more = ["--weights", TINY, "--device", "cpu", "--size", "original", "--style-size", "32"];
        let still = ["--steps", "1", "--learning-rate", "0.000001", "--init", "content"];
        succeeded(&desk.impasto(arguments, more.into_iter().chain(still).chain(SHALLOW)));
        desk.opened("seen.png").into_rgb8()
    };
    for name in
        ["prophoto.png", "p3.tif", "separate-420.jpg", "inks-profile.jpg", "orientation-6.jpg", "gamma-1.png"]
    {
        let copy = desk.path("IMG_1.HEIC");
        fs::copy(variant(name), &copy).unwrap();
        let shown = image::open(variant(&format!("{name}.png"))).unwrap().into_rgb8();
        let seen = seen(&copy);
        assert_eq!(seen.dimensions(), shown.dimensions(), "{name}");
        let off: u64 =
            seen.iter().zip(shown.iter()).map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
        let mean = off as f64 / (seen.len() as f64);
        assert!(mean < 1.0, "{name}: {mean} of 255");
    }
}

#[test]
fn nothing_that_is_read_is_written_over_under_any_of_its_names() {
    let desk = Desk::new();
    let photo = fs::read(desk.path("photo.png")).unwrap();
    fs::hard_link(desk.path("photo.png"), desk.path("same.png")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("photo.png", desk.path("link.png")).unwrap();
    #[cfg(not(unix))]
    fs::hard_link(desk.path("photo.png"), desk.path("link.png")).unwrap();
    succeeded(&stylize(&desk, &["photo.png", "painting.png", "-o", "earlier.png"]));
    let earlier = fs::read(desk.path("earlier.png")).unwrap();
    for arguments in [
        &["photo.png", "painting.png", "-o", "same.png"][..],
        &["photo.png", "painting.png", "-o", "link.png"],
        &["photo.png", "painting.png", "-o", "painting.png"],
        &["photo.png", "painting.png", "-o", "out.png", "--trace", "photo.png"],
        &["photo.png", "painting.png", "-o", "out.png", "--trace", "same.png"],
        &["photo.png", "painting.png", "-o", "out.png", "--trace", "./painting.png"],
        &["photo.png", "painting.png", "-o", "out.png", "--trace", TINY],
        &["photo.png", "painting.png", "-o", "earlier.png", "--like", "earlier.png"],
        &["photo.png", "painting.png", "-o", "earlier.png", "--from", "earlier.png"],
        &["photo.png", "painting.png", "-o", "same.png", "--mask", "photo.png"],
    ] {
        let output = stylize(&desk, arguments);
        desk.refuses(&output, &["one of the files to be read", "another name"]);
    }
    for trace in ["out.png", "./out.png"] {
        let output = stylize(&desk, &["photo.png", "painting.png", "-o", "out.png", "--trace", trace]);
        desk.refuses(&output, &["are one file"]);
    }
    // A picture on the way has the name of the photo.
    fs::copy(desk.path("photo.png"), desk.path("result-00005.png")).unwrap();
    let every = ["--every", "5", "--steps", "9", "--weights", TINY, "--device", "cpu", "--size", "32"];
    let arguments = ["stylize", "result-00005.png", "painting.png", "-o", "result.png"];
    let output = desk.impasto(arguments, every.into_iter().chain(SHALLOW));
    desk.refuses(&output, &["result-00005.png is one of the files to be read"]);
    assert_eq!(fs::read(desk.path("result-00005.png")).unwrap(), photo);
    assert_eq!(fs::read(desk.path("photo.png")).unwrap(), photo);
    assert_eq!(fs::read(desk.path("earlier.png")).unwrap(), earlier);
}

#[test]
fn a_picture_goes_through_pipes() {
    let desk = Desk::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_impasto"))
        .current_dir(desk.0.path())
        .args(["stylize", "-", "painting.png", "-o", "-"])
        .args(SHORT.into_iter().chain(SHALLOW))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&fs::read(desk.path("photo.png")).unwrap()).unwrap();
    let mut bytes = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut bytes).unwrap();
    assert!(child.wait().unwrap().success());
    let picture = image::load_from_memory_with_format(&bytes, ImageFormat::Png).unwrap();
    assert_eq!(picture.dimensions(), (32, 24));
    // It says that it is sRGB.
    assert!(bytes.windows(4).any(|chunk| chunk == b"sRGB"));
    for flag in [&["--every", "5"][..], &["--json"]] {
        let output = stylize(&desk, &[&["photo.png", "painting.png", "-o", "-"], flag].concat());
        assert!(output.stdout.is_empty());
        desk.refuses(&output, &["standard output", flag[0]]);
    }
}

#[cfg(unix)]
#[test]
fn devices_links_and_modes_stay_what_they_are() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    let desk = Desk::new();
    // A pipe stands for all devices: a fault would replace one of this machine.
    assert!(Command::new("mkfifo").arg(desk.path("pipe")).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = desk.path("pipe");
        move || fs::read_to_string(pipe).unwrap()
    });
    succeeded(&stylize(&desk, &["photo.png", "painting.png", "-o", "out.png", "--trace", "pipe"]));
    assert!(reader.join().unwrap().starts_with("[\n{\"step\":0,"));
    assert!(fs::metadata(desk.path("pipe")).unwrap().file_type().is_fifo());
    fs::create_dir(desk.path("elsewhere")).unwrap();
    fs::write(desk.path("elsewhere/kept.png"), b"").unwrap();
    fs::set_permissions(desk.path("elsewhere/kept.png"), fs::Permissions::from_mode(0o604)).unwrap();
    symlink("elsewhere/kept.png", desk.path("result.png")).unwrap();
    succeeded(&stylize(&desk, &["photo.png", "painting.png", "-o", "result.png"]));
    assert!(fs::symlink_metadata(desk.path("result.png")).unwrap().is_symlink());
    assert_eq!(fs::metadata(desk.path("elsewhere/kept.png")).unwrap().permissions().mode() & 0o777, 0o604);
    assert_eq!(desk.opened("elsewhere/kept.png").dimensions(), (32, 24));
    assert_eq!(fs::read_dir(desk.path("elsewhere")).unwrap().count(), 1);
}

/// A limit on the length of files stands for a full disk.
#[cfg(unix)]
#[test]
fn a_disk_without_room_leaves_what_was_there() {
    let desk = Desk::new();
    let before = b"the result of yesterday".to_vec();
    fs::write(desk.path("result.png"), &before).unwrap();
    let files = desk.files();
    let output = Command::new("sh")
        .current_dir(desk.0.path())
        .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_impasto")])
        .args(["stylize", "photo.png", "painting.png", "-o", "result.png"])
        .args(SHORT.into_iter().chain(SHALLOW))
        .output()
        .unwrap();
    desk.refuses(&output, &["cannot write result.png"]);
    assert_eq!(fs::read(desk.path("result.png")).unwrap(), before);
    assert_eq!(desk.files(), files);
}

#[test]
fn a_file_that_is_no_picture_is_named_by_its_bytes() {
    let desk = Desk::new();
    for (name, words) in
        [("photo.avif", "an AVIF picture"), ("page.jpg", "a web page"), ("huge.png", "60000×60000 pixels")]
    {
        let path = variant(name);
        let output = stylize(&desk, &[path.to_str().unwrap(), "painting.png", "-o", "out.png"]);
        desk.refuses(&output, &[name, "as a picture", words]);
        let output = stylize(&desk, &["photo.png", path.to_str().unwrap(), "-o", "out.png"]);
        desk.refuses(&output, &[name, words]);
    }
}

#[test]
fn the_quality_of_a_jpeg_can_be_chosen() {
    let desk = Desk::new();
    drawing(96, 80, 3).save(desk.path("photo.png")).unwrap();
    let size = |quality: &str| {
        succeeded(&stylize(&desk, &["photo.png", "painting.png", "-o", "out.jpg", "--quality", quality]));
        fs::metadata(desk.path("out.jpg")).unwrap().len()
    };
    assert!(size("20") < size("95"));
    fs::remove_file(desk.path("out.jpg")).unwrap();
    desk.refuses(
        &stylize(&desk, &["photo.png", "painting.png", "-o", "out.jpg", "--quality", "0"]),
        &["--quality"],
    );
}

#[test]
fn the_networks_of_the_program_are_found_from_anywhere() {
    let desk = Desk::new();
    for name in ["tiny", "weights/tiny", "fast"] {
        let arguments = ["stylize", "photo.png", "painting.png", "-o", "out.png", "--weights", name];
        succeeded(&desk.impasto(arguments, ["--device", "cpu", "--size", "32", "--steps", "1"]));
    }
    let doctor = desk.impasto(["doctor"], [""; 0]);
    succeeded(&doctor);
    let told = String::from_utf8_lossy(&doctor.stdout).into_owned();
    for words in ["fast: \"Impasto Fast\"", "tiny: \"Impasto Tiny\"", "  cpu    the processor", "Reads: JPEG"]
    {
        assert!(told.contains(words), "{words} is missing from {told}");
    }
}
