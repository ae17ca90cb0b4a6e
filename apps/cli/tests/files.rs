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
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(!words.contains(".impasto-"), "a name that means nothing to anybody: {words}");
    assert_eq!(fs::read(desk.path("result.png")).unwrap(), before);
    assert_eq!(desk.files(), files);
}

#[test]
fn a_file_that_is_no_picture_is_named_by_its_bytes() {
    let desk = Desk::new();
    for (name, words) in [("page.jpg", "a web page"), ("huge.png", "60000×60000 pixels")] {
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

/// The values of a PNG with 16 bits a channel, and whether it has transparency, by the crate `png` alone.
fn sixteen_bits(path: &Path) -> (Vec<u16>, bool) {
    let file = std::io::BufReader::new(fs::File::open(path).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    assert_eq!(info.bit_depth, png::BitDepth::Sixteen, "{}", path.display());
    let values = bytes.as_chunks::<2>().0.iter().map(|&pair| u16::from_be_bytes(pair));
    (values.collect(), info.color_type == png::ColorType::Rgba)
}

/// Paints with a step that changes nothing.
fn still(desk: &Desk, photo: &str, more: &[&str]) {
    let arguments =
        ["stylize", photo, "painting.png", "--weights", TINY, "--device", "cpu", "--size", "original"];
    let still = ["--style-size", "32", "--steps", "1", "--learning-rate", "0.000000001", "--init", "content"];
    succeeded(&desk.impasto(arguments, still.into_iter().chain(SHALLOW).chain(more.iter().copied())));
}

#[test]
fn sixteen_bits_of_a_photo_come_through_to_the_last_one() {
    let desk = Desk::new();
    for (name, is_transparent) in [("rgb16.png", false), ("rgba16.png", true)] {
        let photo = variant(name);
        let photo = photo.to_str().unwrap();
        still(&desk, photo, &["-o", "fine.png", "--bits", "16"]);
        let (found, has_alpha) = sixteen_bits(&desk.path("fine.png"));
        let (due, _) = sixteen_bits(Path::new(photo));
        assert_eq!((found.len(), has_alpha), (due.len(), is_transparent), "{name}");
        let channels = if is_transparent { 4 } else { 3 };
        for (at, (found, due)) in found.chunks(channels).zip(due.chunks(channels)).enumerate() {
            // What is transparent is painted over white; a colour of it is one of several that look alike there.
            let opacity = f32::from(*due.get(3).unwrap_or(&u16::MAX)) / 65535.0;
            assert_eq!(found.get(3), due.get(3), "{name}, opacity of pixel {at}");
            for (found, due) in found.iter().zip(due) {
                let off = opacity * f32::from(found.abs_diff(*due));
                assert!(off <= 2.0, "{name}, pixel {at}: {found} for {due}");
            }
        }
        // The same in a TIFF.
        still(&desk, photo, &["-o", "fine.tif", "--bits", "16"]);
        let tiff = match desk.opened("fine.tif") {
            image::DynamicImage::ImageRgb16(image) => image.into_raw(),
            image::DynamicImage::ImageRgba16(image) => image.into_raw(),
            other => panic!("{:?}", other.color()),
        };
        assert!(tiff == found, "{name}: the TIFF has other values than the PNG");
    }
}

#[test]
fn sixteen_bits_are_finished_as_eight_are() {
    let desk = Desk::new();
    drawing(48, 36, 3).save(desk.path("mask.png")).unwrap();
    for more in [&["--color", "keep"][..], &["--smooth-colors", "2"], &["--mask", "mask.png"]] {
        let painted = |out: &str, bits: &str| {
            let first = ["stylize", "photo.png", "painting.png", "-o", out, "--bits", bits];
            let layers = SHALLOW[..4].iter().copied();
            succeeded(&desk.impasto(first, SHORT.into_iter().chain(layers).chain(more.iter().copied())));
        };
        painted("fine.png", "16");
        painted("coarse.png", "8");
        let fine = sixteen_bits(&desk.path("fine.png")).0;
        let coarse = desk.opened("coarse.png").into_rgb8().into_raw();
        assert_eq!(fine.len(), coarse.len());
        for (fine, coarse) in fine.iter().zip(&coarse) {
            // Half a step of 8 bits each for the painted picture, its colours and their filter.
            let off = (f32::from(*fine) / 257.0 - f32::from(*coarse)).abs();
            assert!(off <= 3.0, "{more:?}: {fine} of 65535, {coarse} of 255");
        }
        let multiples = fine.iter().filter(|value| value.is_multiple_of(257)).count();
        assert!(multiples < fine.len() / 10, "{more:?}: {multiples} of {} values have 8 bits", fine.len());
    }
    let bytes = fs::read(desk.path("fine.png")).unwrap();
    assert!(bytes.windows(4).any(|chunk| chunk == b"sRGB"));
    assert_eq!(options::recipe::Recipe::read(&bytes).unwrap().options.steps, 1);
}

#[test]
fn sixteen_bits_are_written_on_the_way_and_in_a_batch_and_only_where_they_fit() {
    let desk = Desk::new();
    let small = ["--weights", TINY, "--device", "cpu", "--size", "32", "--bits", "16"];
    let more = small.into_iter().chain(SHALLOW).chain(["--steps", "2"]);
    let first = ["stylize", "photo.png", "painting.png", "-o", "result.png", "--every", "1"];
    succeeded(&desk.impasto(first, more.clone()));
    sixteen_bits(&desk.path("result-00001.png"));
    succeeded(&desk.impasto(["batch", "photo.png", "--painting", "painting.png", "--out-dir", "done"], more));
    sixteen_bits(&desk.path("done/photo-painting.png"));
    for name in ["out.jpg", "out.webp", "out.bmp"] {
        let output = stylize(&desk, &["photo.png", "painting.png", "-o", name, "--bits", "16"]);
        desk.refuses(&output, &[name, "16 bits", ".png or .tif", "--bits"]);
    }
    desk.refuses(
        &stylize(&desk, &["photo.png", "painting.png", "-o", "out.png", "--bits", "12"]),
        &["--bits"],
    );
}

#[test]
fn a_webp_is_lossless_unless_a_quality_is_given() {
    let desk = Desk::new();
    // In grey: of colours that change from pixel to pixel the format keeps the mean of four pixels.
    image::imageops::grayscale(&drawing(96, 80, 3)).save(desk.path("photo.png")).unwrap();
    let paint = |more: &[&str]| {
        still(&desk, "photo.png", &[&["-o", "result.webp"], more].concat());
        (fs::read(desk.path("result.webp")).unwrap(), desk.opened("result.webp").into_rgb8())
    };
    let photo = desk.opened("photo.png").into_rgb8();
    let off = |image: &image::RgbImage| {
        let all: u64 =
            image.iter().zip(photo.iter()).map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
        all as f64 / photo.len() as f64
    };
    let (lossless, exact) = paint(&[]);
    assert!(lossless[12..16] == *b"VP8L" && off(&exact) == 0.0);
    let (lossy, near) = paint(&["--quality", "90"]);
    let (lossier, less_near) = paint(&["--quality", "20"]);
    assert!(lossy[12..16] == *b"VP8 " && lossier.len() < lossy.len() && lossy.len() < lossless.len());
    let (near, less_near) = (off(&near), off(&less_near));
    assert!(near > 0.0 && near < less_near && near < 8.0, "{near} and {less_near} of 255");
    // Transparency is kept to the last value.
    let photo = variant("rgba8.png");
    still(&desk, photo.to_str().unwrap(), &["-o", "clear.webp", "--quality", "50"]);
    let opacities =
        |image: image::DynamicImage| image.into_rgba8().pixels().map(|p| p[3]).collect::<Vec<_>>();
    assert_eq!(opacities(desk.opened("clear.webp")), opacities(image::open(photo).unwrap()));
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
    assert!(!told.contains("Speed"), "{told}");
    let measured = desk.impasto(["doctor", "--speed", "--weights", "tiny"], ["--device", "cpu"]);
    succeeded(&measured);
    let told = String::from_utf8_lossy(&measured.stdout).into_owned();
    let (_, told) = told.split_once("Speed with tiny:").expect("the speed");
    let value = |unit: &str| {
        let before = told.split(unit).next().and_then(|before| before.split_whitespace().last());
        before.and_then(|number| number.parse::<f64>().ok()).unwrap_or_else(|| panic!("{unit} in {told}"))
    };
    let (step, picture) = (value(" ms a step"), value(" s a picture"));
    // 100 steps, most of them smaller than the last ones.
    assert!((0.03..0.1).contains(&(picture / step)), "{told}");
    assert!(value(" million pixels") > 1.0, "{told}");
    Desk::new()
        .refuses(&desk.impasto(["doctor", "--speed", "--weights", "slow"], [""; 0]), &["no network slow"]);
}
