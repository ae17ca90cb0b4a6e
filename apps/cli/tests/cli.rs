//! Tests the command line program: runs it on real files and checks its output.

use std::{ffi::OsStr, fs, path::Path};

mod desk;
#[path = "../../../tests/reference_data/mod.rs"]
mod reference_data;

use desk::{Desk, SHALLOW, TINY, drawing, succeeded};
use image::{ExtendedColorType, GenericImageView, ImageEncoder, RgbImage, codecs::jpeg::JpegEncoder};
use options::recipe::Recipe;
use picture::{Picture, size_to_fit};
use serde_json::Value;

/// The rows of a trace: (step, \[total, content, style, tv\]).
fn trace(path: &Path) -> Vec<(u64, [f64; 4])> {
    let Value::Array(rows) = serde_json::from_slice(&fs::read(path).unwrap()).unwrap() else {
        panic!("a trace is an array")
    };
    let row = |row: &Value| {
        assert_eq!(row.as_object().unwrap().len(), 7, "{row}");
        let number = |key: &str| row[key].as_f64().unwrap();
        (row["step"].as_u64().unwrap(), ["total", "content", "style", "tv"].map(number))
    };
    rows.iter().map(row).collect()
}

/// Asserts that there are rows for steps 0 to 3, that the loss falls, and that the terms add up.
fn falls(rows: &[(u64, [f64; 4])]) {
    assert_eq!(rows.iter().map(|(step, _)| *step).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert!(rows.is_sorted_by(|(_, a), (_, b)| a[0] > b[0]), "the totals do not fall: {rows:?}");
    for (_, [total, content, style, tv]) in rows {
        assert!((total - content - style - tv).abs() < 1e-5 * total, "{rows:?}");
    }
    assert!(rows[0].1[1].abs() < 1e-6, "the photo itself has no content loss: {rows:?}");
}

#[test]
fn files_that_are_missing_or_no_pictures_are_named() {
    let desk = Desk::new();
    fs::write(desk.path("broken.png"), b"\x89PNG\r\n\x1a\nand then nonsense").unwrap();
    fs::write(desk.path("empty.jpg"), b"").unwrap();
    fs::write(desk.path("letter.txt"), b"Dear visitor").unwrap();
    let whole = fs::read(desk.path("photo.png")).unwrap();
    fs::write(desk.path("half.png"), &whole[..whole.len() / 2]).unwrap();

    let none: [&str; 0] = [];
    for (photo, words) in [
        ("broken.png", "it is a PNG, but cannot be decoded"),
        ("empty.jpg", "the file is empty"),
        ("letter.txt", "no picture of a known format: try a JPEG"),
        ("half.png", "it is a PNG, but cannot be decoded"),
    ] {
        let output = desk.impasto(["stylize", photo, "painting.png", "-o", "out.png"], none);
        desk.refuses(&output, &[photo, "as a picture", words]);
        let output = desk.impasto(["stylize", "photo.png", photo, "-o", "out.png"], none);
        desk.refuses(&output, &[photo, "as a picture"]);
    }
    let output = desk.impasto(["stylize", "nowhere.jpg", "painting.png", "-o", "out.png"], none);
    desk.refuses(&output, &["cannot open nowhere.jpg"]);
}

#[test]
fn a_missing_or_damaged_pack_is_a_clear_message_with_the_command_to_run() {
    let desk = Desk::new();
    for missing in ["slow", "nowhere/fast", "weights/slow"] {
        desk.refuses(
            &desk.stylize(["--weights", missing]),
            &[missing, "fast or tiny", "cargo xtask weights --download", "--from FILE"],
        );
    }
    fs::create_dir(desk.path("pack")).unwrap();
    fs::write(desk.path("pack/manifest.json"), b"{}").unwrap();
    desk.refuses(&desk.stylize(["--weights", "pack"]), &["manifest", "cargo xtask weights"]);
    fs::write(desk.path("model.safetensors"), b"nonsense").unwrap();
    desk.refuses(&desk.stylize(["--weights", "model.safetensors"]), &["model.safetensors"]);
}

#[test]
fn options_out_of_range_are_refused_with_what_to_do() {
    let desk = Desk::new();
    for (arguments, words) in [
        (["--size", "15"], ["15 pixels is too small", "at least 16"]),
        (["--size", "huge"], ["--size", "or original"]),
        (["--style-size", "4"], ["style size of 4", "at least 16"]),
        (["--steps", "0"], ["no steps", "at least 1"]),
        (["--content-weight", "-1"], ["content weight is -1", "0 or more"]),
        (["--style-weight", "nan"], ["style weight is NaN", "0 or more"]),
        (["--tv-weight", "inf"], ["tv weight is inf", "0 or more"]),
        (["--content-layers", "conv9_1"], ["no layer \"conv9_1\"", "choose one of"]),
        (["--style-layers", "conv1_1=lots"], ["\"lots\" is no weight", "conv1_1=0.2"]),
        (["--style-layers", "conv1_1,conv1_1"], ["conv1_1 twice", "keep one"]),
        (["--until", "bored"], ["--until", "or a loss"]),
        (["--until", "-1"], ["loss to stop at is -1", "above 0"]),
        (["--color", "sepia"], ["--color", "painting, match, keep or luminance"]),
        (["--optimizer", "sgd"], ["--optimizer", "adam or lbfgs"]),
        (["--schedule", "fine"], ["--schedule", "single or coarse-to-fine"]),
        (["--style-loss", "l1"], ["--style-loss", "gram, moments or neighbors"]),
        (["--look", "nice"], ["--look", "brushwork, portrait, texture, poster or free"]),
        (["--pooling", "median"], ["--pooling", "max or avg"]),
        (["--init", "photo"], ["--init", "content, noise or mixture"]),
        (["--seed", "-3"], ["--seed", "-3"]),
        (["--learning-rate", "0"], ["learning rate is 0", "above 0"]),
        (["--beta1", "1"], ["beta1 is 1", "not including, 1"]),
        (["--beta2", "-0.5"], ["beta2 is -0.5", "not including, 1"]),
        (["--epsilon", "0"], ["epsilon is 0", "above 0"]),
        (["--device", "abacus"], ["--device", "gpu"]),
        (["--style-crop", "60,0,50,10"], ["part of the painting", "25,25,50,50"]),
        (["--tile", "100"], ["tiles of 100", "multiple of 16"]),
        (["--mode", "content"], ["--mode", "content=conv4_2"]),
        (["--mode", "texture=conv6_1"], ["--mode", "no layer \"conv6_1\""]),
        (["--painting", "painting.png=0"], ["weight of a painting is 0", "above 0"]),
    ] {
        desk.refuses(&desk.stylize(arguments), &words);
    }
    desk.refuses(
        &desk.stylize(["--content-layers", "none", "--style-weight", "0"]),
        &["neither the photo nor the painting has any weight"],
    );
    // The long side is fine, the short side is not.
    drawing(200, 30, 2).save(desk.path("photo.png")).unwrap();
    desk.refuses(&desk.stylize(["--size", "64"]), &["the photo would be 64×10", "at least 16"]);
}

#[test]
fn results_that_cannot_be_written_are_refused_before_the_work() {
    let desk = Desk::new();
    fs::create_dir(desk.path("folder.png")).unwrap();
    let to =
        |out: &str, more: &[&str]| desk.impasto(["stylize", "photo.png", "painting.png", "-o", out], more);
    // The weights are missing, too: the path is checked before the weights are looked for.
    desk.refuses(&to("nowhere/out.png", &[]), &["cannot write nowhere/out.png"]);
    desk.refuses(&to("folder.png", &[]), &["cannot write folder.png", "it is a folder"]);
    desk.refuses(&to("out.avif", &[]), &["out.avif", ".png, .jpg, .webp, .tif or .bmp"]);
    desk.refuses(&to("out", &[]), &[".png, .jpg"]);
    desk.refuses(&to("./photo.png", &[]), &["one of the files to be read"]);
    desk.refuses(&to("out.png", &["--trace", "nowhere/t.json"]), &["cannot write nowhere/t.json"]);
}

#[test]
fn a_run_paints_a_picture_and_writes_a_trace() {
    let desk = Desk::new();
    let run = |more: &[&str]| {
        let common = ["--weights", TINY, "--device", "cpu", "--size", "32"].into_iter().chain(SHALLOW);
        let output = desk.stylize(common.chain(more.iter().copied()));
        succeeded(&output);
        assert!(output.stdout.is_empty());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let told = run(&["--steps", "3", "--trace", "trace.json", "--learning-rate", "0.005"]);
    assert!(told.contains("32×24 pixels on the processor") && told.contains("Wrote out.png"), "{told}");
    assert_eq!(desk.opened("out.png").dimensions(), (32, 24));
    falls(&trace(&desk.path("trace.json")));
    assert_eq!(desk.files(), ["out.png", "painting.png", "photo.png", TINY, "trace.json"]);

    // Without a terminal, lines report the progress, from the losses that are read back every four steps.
    let told = run(&["--steps", "9"]);
    let lines: Vec<_> = told.lines().filter(|line| line.starts_with("step ")).collect();
    let [fourth, eighth] = lines[..] else { panic!("{told}") };
    assert!(fourth.starts_with("step 4 of 9 at 32×24, loss ") && fourth.contains(", after "), "{told}");
    assert!(eighth.starts_with("step 8 of 9 at 32×24, loss "), "{told}");

    assert_eq!(run(&["--steps", "9", "--quiet"]), "");
}

#[test]
fn a_large_picture_is_painted_small_first_unless_one_scale_is_asked_for() {
    let desk = Desk::new();
    drawing(181, 100, 1).save(desk.path("photo.png")).unwrap();
    let widths = |more: &[&str]| {
        let common = ["--weights", TINY, "--device", "cpu", "--steps", "32", "--trace", "trace.json"];
        succeeded(&desk.stylize(common.iter().chain(&SHALLOW).chain(more)));
        assert_eq!(desk.opened("out.png").dimensions(), (181, 100));
        let rows: Value = serde_json::from_slice(&fs::read(desk.path("trace.json")).unwrap()).unwrap();
        let width = |row: &Value| row["width"].as_u64().unwrap();
        rows.as_array().unwrap().iter().map(width).collect::<Vec<_>>()
    };
    let found = widths(&[]);
    assert!(found.is_sorted() && found.len() == 33, "{found:?}");
    assert_eq!((found[0], found[8], found[16], found[32]), (91, 128, 181, 181), "{found:?}");
    assert_eq!(widths(&["--schedule", "single"]), [181; 33]);
}

#[test]
fn the_extension_chooses_the_format() {
    let desk = Desk::new();
    for (name, format) in [
        ("out.png", image::ImageFormat::Png),
        ("out.JPG", image::ImageFormat::Jpeg),
        ("out.webp", image::ImageFormat::WebP),
        ("out.bmp", image::ImageFormat::Bmp),
        ("out.tif", image::ImageFormat::Tiff),
    ] {
        let arguments = ["--weights", TINY, "--device", "cpu", "--size", "32", "--steps", "1"];
        let output = desk.impasto(
            ["stylize", "photo.png", "painting.png", "-o", name],
            arguments.into_iter().chain(SHALLOW),
        );
        succeeded(&output);
        assert_eq!(image::guess_format(&fs::read(desk.path(name)).unwrap()).unwrap(), format);
        assert_eq!(desk.opened(name).dimensions(), (32, 24));
    }
}

/// The result after one step that is too small to change a pixel: the photo as the engine received it.
fn as_the_engine_got_it(desk: &Desk, more: &[&str]) -> RgbImage {
    let arguments = ["--weights", TINY, "--device", "cpu", "--steps", "1", "--learning-rate", "1e-9"];
    let output = desk.stylize(arguments.iter().chain(&SHALLOW).chain(more));
    succeeded(&output);
    desk.opened("out.png").into_rgb8()
}

#[test]
fn sizes_resample_only_what_they_must() {
    let desk = Desk::new();
    let photo = desk.opened("photo.png").into_rgb8();
    for size in ["original", "48", "1000"] {
        assert!(as_the_engine_got_it(&desk, &["--size", size]) == photo, "--size {size} changed the photo");
    }
    let small = as_the_engine_got_it(&desk, &["--size", "32"]);
    let whole = Picture::from_rgba8(48, 36, &desk.opened("photo.png").into_rgba8()).unwrap();
    let (width, height) = size_to_fit((48, 36), 32);
    let expected = whole.resize(width, height).to_rgba8();
    let found: Vec<u8> = small.pixels().flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect();
    assert!(found == expected, "scaled otherwise than by Picture::resize");
}

#[test]
fn the_painting_has_a_size_of_its_own() {
    let desk = Desk::new();
    let first_loss = |more: &[&str]| {
        let arguments = ["--weights", TINY, "--device", "cpu", "--steps", "1", "--trace", "trace.json"];
        succeeded(&desk.stylize(arguments.iter().chain(&SHALLOW).chain(more)));
        trace(&desk.path("trace.json"))[0].1[2]
    };
    let small = first_loss(&["--size", "24"]);
    assert_eq!(small.to_bits(), first_loss(&["--size", "24", "--style-size", "24"]).to_bits());
    let large = first_loss(&["--size", "24", "--style-size", "original"]);
    assert_ne!(small.to_bits(), large.to_bits());
    assert_eq!(large.to_bits(), first_loss(&["--size", "24", "--style-size", "40"]).to_bits());
    assert_eq!(large.to_bits(), first_loss(&["--size", "24", "--style-size", "999"]).to_bits());
}

#[test]
fn photos_are_turned_upright() {
    let desk = Desk::new();
    let photo = drawing(48, 36, 1);
    // EXIF, little-endian TIFF: one entry, orientation (0x0112), SHORT, 6: "turn it clockwise".
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
    encoder.set_exif_metadata(exif.to_vec()).unwrap();
    encoder.write_image(&photo, 48, 36, ExtendedColorType::Rgb8).unwrap();
    // The name does not match the format.
    fs::write(desk.path("photo.png"), &bytes).unwrap();

    let upright = as_the_engine_got_it(&desk, &["--size", "original"]);
    let expected = image::imageops::rotate90(&image::load_from_memory(&bytes).unwrap().into_rgb8());
    assert_eq!(upright.dimensions(), (36, 48));
    // Two decoders round differently.
    let near = upright.iter().zip(expected.iter()).all(|(one, other)| one.abs_diff(*other) <= 2);
    assert!(near, "not turned as its EXIF orientation asks");
}

#[test]
fn noise_comes_from_its_seed() {
    let desk = Desk::new();
    let painted = |seed: &str| {
        let arguments = ["--weights", TINY, "--device", "cpu", "--size", "32", "--steps", "2"];
        let more = ["--init", "noise", "--seed", seed];
        succeeded(&desk.stylize(arguments.into_iter().chain(SHALLOW).chain(more)));
        fs::read(desk.path("out.png")).unwrap()
    };
    let seven = painted("7");
    assert!(seven == painted("7"), "the same seed must give the same picture");
    assert!(seven != painted("8"), "another seed must give another picture");
}

#[test]
fn a_run_ends_early_where_it_is_good_enough() {
    let desk = Desk::new();
    let steps = |until: &str| {
        let arguments = ["--weights", TINY, "--device", "cpu", "--size", "32", "--steps", "60"];
        let more = ["--until", until, "--trace", "trace.json", "--learning-rate", "0.005"];
        succeeded(&desk.stylize(arguments.into_iter().chain(SHALLOW).chain(more)));
        trace(&desk.path("trace.json"))
    };
    let all = steps("steps");
    assert_eq!(all.len(), 61);
    // Losses in the trace precede the step. Those of every fourth picture count, and the run ends a step after it.
    let half = f64::midpoint(all[0].1[0], all[60].1[0]) as f32;
    let due = all.iter().find(|(step, losses)| step % 4 == 0 && losses[0] <= f64::from(half)).unwrap().0;
    let some = steps(&half.to_string());
    assert_eq!(some.last().unwrap().0, due + 1, "{some:?}");
    assert!(some.len() < 60);
    // It ends at the same step if fewer losses are read.
    let arguments = ["--weights", TINY, "--device", "cpu", "--size", "32", "--steps", "60"];
    let more = ["--until", &half.to_string(), "--learning-rate", "0.005"];
    let output = desk.stylize(arguments.into_iter().chain(SHALLOW).chain(more));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains(&format!("{} steps in ", due + 1)), "{said}");
    // The learning rate is too small for any change: the loss is constant from the start.
    let arguments =
        ["--weights", TINY, "--device", "cpu", "--size", "32", "--steps", "60", "--until", "level"];
    let more = ["--learning-rate", "1e-9", "--trace", "trace.json"];
    succeeded(&desk.stylize(arguments.into_iter().chain(SHALLOW).chain(more)));
    assert_eq!(trace(&desk.path("trace.json")).last().unwrap().0, 21);
}

#[test]
fn colours_are_the_photo_s_where_they_are_kept() {
    let desk = Desk::new();
    let painted = |color: &str| {
        let arguments = ["--weights", TINY, "--device", "cpu", "--size", "original", "--steps", "8"];
        succeeded(&desk.stylize(arguments.into_iter().chain(SHALLOW).chain(["--color", color])));
        desk.opened("out.png").into_rgb8()
    };
    let photo = desk.opened("photo.png").into_rgb8();
    // The difference of blue and red does not depend on the luminance, unless values are clipped.
    let off = |picture: &RgbImage| {
        let chroma = |pixel: &image::Rgb<u8>| i32::from(pixel[2]) - i32::from(pixel[0]);
        let clipped = |pixel: &image::Rgb<u8>| pixel.0.iter().any(|&byte| byte == 0 || byte == 255);
        let pixels = picture.pixels().zip(photo.pixels()).filter(|(pixel, _)| !clipped(pixel));
        let differences: Vec<i32> = pixels.map(|(a, b)| (chroma(a) - chroma(b)).abs()).collect();
        assert!(differences.len() > 100);
        f64::from(differences.iter().sum::<i32>()) / differences.len() as f64
    };
    let [painting, matched, kept] = ["painting", "match", "keep"].map(painted);
    assert!(kept != photo && off(&kept) < 1.0, "{}", off(&kept));
    assert!(off(&painting) > 2.0, "{}", off(&painting));
    assert!(matched != painting && matched != kept);
}

#[test]
fn only_what_a_painting_shows_is_its_style() {
    let desk = Desk::new();
    // Its right half becomes this colour.
    let paint = |color: Option<[u8; 4]>| {
        let mut painting = desk.opened("painting.png").into_rgba8();
        let half = painting.width() / 2;
        for (_, _, pixel) in painting.enumerate_pixels_mut().filter(|(x, ..)| *x >= half) {
            *pixel = color.map_or(*pixel, image::Rgba);
        }
        painting.save(desk.path("painting.png")).unwrap();
        let arguments = ["--weights", TINY, "--device", "cpu", "--size", "original", "--steps", "8"];
        succeeded(&desk.stylize(arguments.into_iter().chain(SHALLOW)));
        desk.opened("out.png").into_rgb8()
    };
    let opaque = paint(None);
    let transparent = paint(Some([0; 4]));
    assert_ne!(transparent, opaque);
    assert_eq!(paint(Some([255, 0, 0, 0])), transparent, "a colour that nobody sees");
    assert_ne!(paint(Some([255; 4])), transparent, "white that is there");
}

/// The result of a run with these arguments.
fn painted(desk: &Desk, arguments: &[&str]) -> image::RgbaImage {
    succeeded(
        &desk.impasto(
            ["stylize"],
            arguments.iter().chain(&SHALLOW).chain(&["--weights", TINY, "--steps", "8"]),
        ),
    );
    image::open(desk.path("out.png")).unwrap().into_rgba8()
}

#[test]
fn several_paintings_are_blended_by_their_weights() {
    let desk = Desk::new();
    drawing(44, 40, 9).save(desk.path("other.png")).unwrap();
    let with = |more: &[&str]| painted(&desk, &[&["photo.png", "-o", "out.png"], more].concat());
    let (one, other) = (with(&["painting.png"]), with(&["other.png"]));
    assert_eq!(one, with(&["--painting", "painting.png=7"]), "one painting is all of the blend");
    let even = with(&["painting.png", "--painting", "other.png"]);
    assert_eq!(even, with(&["--painting", "painting.png=2", "--painting", "other.png=2.0"]));
    let uneven = with(&["painting.png", "--painting", "other.png=0.1"]);
    let far = |a: &image::RgbaImage, b: &image::RgbaImage| -> u32 {
        a.iter().zip(b.iter()).map(|(a, b)| u32::from(a.abs_diff(*b))).sum()
    };
    assert!(even != one && even != other);
    assert!(far(&uneven, &one) < far(&even, &one), "{} {}", far(&uneven, &one), far(&even, &one));
}

#[test]
fn a_part_of_the_painting_is_as_good_as_that_part_by_itself() {
    let desk = Desk::new();
    let part = desk.opened("painting.png").crop_imm(20, 10, 20, 30);
    part.save(desk.path("part.png")).unwrap();
    let of = |more: &[&str]| painted(&desk, &[&["photo.png", "-o", "out.png"], more].concat());
    let whole = of(&["painting.png"]);
    let cropped = of(&["painting.png", "--style-crop", "50,25,50,75"]);
    assert_eq!(cropped, of(&["part.png"]));
    assert_ne!(cropped, whole);
}

#[test]
fn a_mask_says_what_is_painted_and_transparency_stays() {
    let desk = Desk::new();
    let photo = image::open(desk.path("photo.png")).unwrap().into_rgba8();
    // The mask is twice as large as the photo and is scaled with it.
    let mask = image::GrayImage::from_fn(96, 72, |x, _| image::Luma([if x < 48 { 255 } else { 0 }]));
    mask.save(desk.path("mask.png")).unwrap();
    let arguments = ["photo.png", "painting.png", "-o", "out.png", "--mask", "mask.png"];
    let found = painted(&desk, &arguments);
    assert!(found.enumerate_pixels().all(|(x, y, pixel)| x < 24 || pixel == photo.get_pixel(x, y)));
    assert!(found.enumerate_pixels().any(|(x, y, pixel)| x < 24 && pixel != photo.get_pixel(x, y)));

    mask.view(0, 0, 72, 72).to_image().save(desk.path("mask.png")).unwrap();
    fs::remove_file(desk.path("out.png")).unwrap();
    let output = desk.impasto(["stylize"], arguments.iter().chain(&["--weights", TINY]));
    assert!(String::from_utf8_lossy(&output.stderr).contains("needs the photo's shape"));

    let mut cut_out = photo.clone();
    for (x, _, pixel) in cut_out.enumerate_pixels_mut() {
        pixel[3] = if x < 24 { 255 } else { 0 };
    }
    cut_out.save(desk.path("photo.png")).unwrap();
    let found = painted(&desk, &["photo.png", "painting.png", "-o", "out.png"]);
    assert!(found.enumerate_pixels().all(|(x, y, pixel)| pixel[3] == cut_out.get_pixel(x, y)[3]));
}

#[test]
fn a_content_map_says_where_the_photo_is_kept() {
    let desk = Desk::new();
    let photo = image::open(desk.path("photo.png")).unwrap().into_rgba8();
    // Half as large as the photo: white on the left, black on the right.
    let map = image::GrayImage::from_fn(24, 18, |x, _| image::Luma([if x < 12 { 255 } else { 0 }]));
    map.save(desk.path("map.png")).unwrap();
    let arguments = ["photo.png", "painting.png", "-o", "out.png"];
    let with_map = [&arguments[..], &["--content-map", "map.png"]].concat();
    let (plain, mapped) = (painted(&desk, &arguments), painted(&desk, &with_map));
    assert!(Recipe::read(&fs::read(desk.path("out.png")).unwrap()).unwrap().content_map);
    let away = |of: &image::RgbaImage, left: bool| -> f64 {
        let pixels = of.enumerate_pixels().filter(|(x, ..)| (*x < 24) == left);
        let difference = |(x, y, pixel): (u32, u32, &image::Rgba<u8>)| {
            let photo = photo.get_pixel(x, y);
            (0..3).map(|c| f64::from(pixel[c].abs_diff(photo[c]))).sum::<f64>()
        };
        pixels.map(difference).sum()
    };
    for (left, most, least) in [(true, 0.9, 0.0), (false, f64::MAX, 1.02)] {
        let ratio = away(&mapped, left) / away(&plain, left);
        println!("{ratio} times as far from the photo as without a map");
        assert!((least..most).contains(&ratio), "{ratio} on the {}", if left { "left" } else { "right" });
    }

    let other = ["photo.png", "painting.png", "-o", "other.png", "--weights", TINY, "--like", "out.png"];
    let output = desk.impasto(["stylize"], other);
    assert!(String::from_utf8_lossy(&output.stderr).contains("was painted with a content map"));
    map.view(0, 0, 18, 18).to_image().save(desk.path("map.png")).unwrap();
    fs::remove_file(desk.path("out.png")).unwrap();
    let output = desk.impasto(["stylize"], with_map.iter().chain(&["--weights", TINY]));
    desk.refuses(&output, &["map.png", "needs the photo's shape"]);
    let onto_map = ["photo.png", "painting.png", "-o", "map.png", "--content-map", "map.png"];
    desk.refuses(&desk.impasto(["stylize"], onto_map), &["one of the files to be read"]);
}

#[test]
fn an_experiment_needs_one_of_the_two_pictures() {
    let desk = Desk::new();
    let run = |more: &[&str]| {
        let fixed =
            ["photo.png", "-o", "out.png", "--weights", TINY, "--trace", "trace.json", "--steps", "30"];
        succeeded(&desk.impasto(["stylize"], fixed.iter().chain(more)));
        trace(&desk.path("trace.json")).last().unwrap().1
    };
    let [_, content, style, _] = run(&["--mode", "content=conv2_1"]);
    assert!(content > 0.0 && style == 0.0);
    let [_, content, style, _] = run(&["painting.png", "--mode", "texture=conv1_2"]);
    assert!(content == 0.0 && style > 0.0);
    let output = desk
        .impasto(["stylize", "photo.png", "-o", "out.png", "--weights", TINY], ["--mode", "texture=conv1_2"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no painting"));
}

#[test]
fn a_run_goes_on_from_a_result() {
    let desk = Desk::new();
    let run = |more: &[&str]| {
        let fixed = [
            "photo.png",
            "painting.png",
            "-o",
            "out.png",
            "--weights",
            TINY,
            "--trace",
            "trace.json",
            "--steps",
            "10",
        ];
        succeeded(&desk.impasto(["stylize"], fixed.iter().chain(&SHALLOW).chain(more)));
        trace(&desk.path("trace.json"))
    };
    let first = run(&[]);
    fs::copy(desk.path("out.png"), desk.path("first.png")).unwrap();
    let second = run(&["--from", "first.png"]);
    let (end, start) = (first.last().unwrap().1[0], second[0].1[0]);
    // Up to rounding to bytes.
    assert!(
        (start / end - 1.0).abs() < 0.02,
        "the first run ended at {end}, the second one started at {start}"
    );
    assert!(second.last().unwrap().1[0] < start);
}

#[test]
fn both_optimisers_lower_the_loss() {
    let desk = Desk::new();
    for optimizer in ["adam", "lbfgs"] {
        let arguments = ["--weights", TINY, "--device", "cpu", "--size", "32", "--steps", "12"];
        let more = ["--optimizer", optimizer, "--trace", "trace.json"];
        succeeded(&desk.stylize(arguments.into_iter().chain(SHALLOW).chain(more)));
        let losses: Vec<f64> = trace(&desk.path("trace.json")).iter().map(|(_, losses)| losses[0]).collect();
        assert!(losses[12] < losses[0], "{optimizer}: {losses:?}");
        if optimizer == "lbfgs" {
            assert!(
                losses.is_sorted_by(|before, after| *after <= before * 1.00001),
                "it never rises: {losses:?}"
            );
        }
    }
}

#[test]
#[cfg_attr(not(reference_data), ignore = "needs ../shared/vgg19 (or $IMPASTO_SHARED), which is not there")]
fn the_real_network_paints_alike_on_both_devices() {
    let desk = Desk::new();
    let weights = reference_data::vgg19();
    let painted = |device: &str| {
        let output = desk.stylize([
            OsStr::new("--weights"),
            weights.as_os_str(),
            OsStr::new("--size"),
            OsStr::new("32"),
            OsStr::new("--steps"),
            OsStr::new("3"),
            OsStr::new("--trace"),
            OsStr::new("trace.json"),
            OsStr::new("--device"),
            OsStr::new(device),
        ]);
        succeeded(&output);
        let rows = trace(&desk.path("trace.json"));
        falls(&rows);
        assert_eq!(desk.opened("out.png").dimensions(), (32, 24));
        rows
    };
    // A GPU stores features as half-precision floats: differences of some thousandths are expected.
    for (cpu, gpu) in painted("cpu").iter().zip(painted("gpu")) {
        assert!(
            (cpu.1[0] - gpu.1[0]).abs() < 5e-3 * cpu.1[0],
            "{cpu:?} on the processor, {gpu:?} on the GPU"
        );
    }
}
