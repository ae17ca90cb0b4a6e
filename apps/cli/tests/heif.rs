//! Tests the reading of HEIC by a program of libheif. Where there is none, only what is said then is tested.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

mod desk;

use desk::{Desk, SHALLOW, TINY, succeeded};

fn variant(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/decoding/tests/files").join(name)
}

/// Whether a program of libheif is here.
fn is_readable() -> bool {
    let told = Desk::new().impasto(["doctor"], [""; 0]);
    let is_readable = !String::from_utf8_lossy(&told.stdout).contains("Reads HEIC and AVIF: no;");
    if !is_readable {
        println!("skipped: without heif-dec or heif-convert (libheif-examples) no HEIC is read here");
    }
    is_readable
}

/// Paints with a step that changes nothing.
fn still(desk: &Desk, photo: &Path, out: &[&str]) -> Output {
    let arguments = ["stylize", photo.to_str().unwrap(), "painting.png", "--weights", TINY];
    let still = ["--device", "cpu", "--size", "original", "--style-size", "32", "--steps", "1"];
    let still = still.into_iter().chain(["--learning-rate", "0.000000001", "--init", "content"]);
    desk.impasto(arguments, still.chain(SHALLOW).chain(out.iter().copied()))
}

#[test]
fn a_heic_photo_is_read_with_its_profile_its_bits_and_its_transparency() {
    if !is_readable() {
        return;
    }
    let desk = Desk::new();
    // Each is the same picture as the PNG, with small losses. Of two pictures the first one is read.
    for (name, png, most) in [
        ("p3.heic", "p3.png.png", 3.0),
        ("two-pictures.heic", "p3.png.png", 3.0),
        ("ten-bits.heic", "rgba16.png.png", 3.0),
    ] {
        let copy = desk.path("IMG_1.jpg");
        fs::copy(variant(name), &copy).unwrap();
        succeeded(&still(&desk, &copy, &["-o", "seen.png"]));
        let (seen, shown) =
            (desk.opened("seen.png").into_rgba8(), image::open(variant(png)).unwrap().into_rgba8());
        assert_eq!(seen.dimensions(), shown.dimensions(), "{name}");
        let off: f32 = seen
            .pixels()
            .zip(shown.pixels())
            .map(|(one, other)| {
                let over_white =
                    |p: &image::Rgba<u8>, c: usize| f32::from(p[3]) / 255.0 * (f32::from(p[c]) - 255.0);
                let colors: f32 = (0..3).map(|c| (over_white(one, c) - over_white(other, c)).abs()).sum();
                colors + f32::from(one[3].abs_diff(other[3]))
            })
            .sum();
        let mean = off / (4 * seen.width() * seen.height()) as f32;
        assert!(mean < most, "{name}: {mean} of 255");
    }
    // Ten bits are not cut to eight.
    succeeded(&still(&desk, &variant("ten-bits.heic"), &["-o", "fine.png", "--bits", "16"]));
    let alpha: Vec<u16> = desk.opened("fine.png").into_rgba16().pixels().map(|pixel| pixel[3]).collect();
    assert!(alpha.iter().filter(|alpha| !alpha.is_multiple_of(257)).count() > alpha.len() / 4, "{alpha:?}");
}

#[test]
fn a_heic_photo_is_turned_once_as_its_container_says() {
    if !is_readable() {
        return;
    }
    let desk = Desk::new();
    // EXIF says a quarter, the container nothing, which counts (ISO/IEC 23008-12).
    succeeded(&still(&desk, &variant("exif-turned.heic"), &["-o", "seen.png"]));
    assert_eq!(desk.opened("seen.png").into_rgb8().dimensions(), (61, 45));
}

#[test]
fn a_damaged_heic_photo_is_named_with_the_words_of_the_decoder() {
    if !is_readable() {
        return;
    }
    let desk = Desk::new();
    let whole = fs::read(variant("p3.heic")).unwrap();
    fs::write(desk.path("cut.heic"), &whole[..whole.len() / 2]).unwrap();
    let output = still(&desk, &desk.path("cut.heic"), &["-o", "out.png"]);
    desk.refuses(&output, &["cut.heic", "a HEIC photo, but heif-", "cannot decode it (", "save it anew"]);
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(!words.contains("it wrote no picture") && !words.contains("exit status"), "{words}");
}

#[test]
fn without_a_program_it_is_said_what_to_install() {
    let desk = Desk::new();
    let told = desk.without_programs(["doctor"], [""; 0]);
    assert!(
        String::from_utf8_lossy(&told.stdout).contains("Reads HEIC and AVIF: no; install libheif-examples")
    );
    for (name, words) in [("p3.heic", "a HEIC photo"), ("photo.avif", "an AVIF picture")] {
        let path = variant(name);
        for arguments in [[path.to_str().unwrap(), "painting.png"], ["photo.png", path.to_str().unwrap()]] {
            let [photo, painting] = arguments;
            let output = desk.without_programs(["stylize", photo, painting, "-o", "out.png"], ["--quiet"]);
            desk.refuses(&output, &[name, words, "libheif-examples", "Homebrew", "convert it to JPEG"]);
        }
    }
}
