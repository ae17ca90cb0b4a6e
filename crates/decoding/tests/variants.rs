//! Reads files of every variant, and compares them with what other decoders show (`make.py` made both).

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use decoding::{FileKind, Read, ReadError, read, read_up_to};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files")
}

fn file(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap()
}

/// The files with references, by name.
fn pairs() -> BTreeMap<String, String> {
    let names =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names: Vec<String> = names.collect();
    let pair = |name: &String| {
        let reference = format!("{name}.png");
        names.contains(&reference).then(|| (name.clone(), reference))
    };
    names.iter().filter_map(pair).collect()
}

/// Width, height and RGBA of a reference, by a decoder of its own.
fn reference(name: &str) -> (usize, usize, Vec<u8>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file(name)));
    decoder.set_transformations(png::Transformations::ALPHA | png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    let pixels = match info.color_type {
        png::ColorType::Rgba => bytes,
        png::ColorType::GrayscaleAlpha => {
            bytes.as_chunks::<2>().0.iter().flat_map(|&[grey, alpha]| [grey, grey, grey, alpha]).collect()
        }
        other => panic!("{name} is {other:?}"),
    };
    (info.width as usize, info.height as usize, pixels)
}

/// The largest and the mean difference to a reference, of 255; transparency counts as a fourth colour.
fn difference(name: &str, reference_name: &str) -> (f32, f32) {
    let Read { picture, opacity } = read(&file(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (width, height, wanted) = reference(reference_name);
    assert_eq!(picture.size(), (width, height), "{name}");
    let opacity = opacity.map_or_else(|| vec![1.0; width * height], |mask| mask.values().to_vec());
    let (mut largest, mut sum) = (0.0_f32, 0.0_f32);
    for ((pixel, alpha), wanted) in
        picture.rgb().as_chunks::<3>().0.iter().zip(opacity).zip(wanted.as_chunks::<4>().0)
    {
        let [r, g, b, wanted_alpha] = wanted.map(|byte| f32::from(byte) / 255.0);
        let over_white = [r, g, b].map(|value| value * wanted_alpha + 1.0 - wanted_alpha);
        let pairs = pixel.iter().zip(over_white).map(|(one, other)| (one - other).abs());
        for off in pairs.chain([(alpha - wanted_alpha).abs()]) {
            largest = largest.max(255.0 * off);
            sum += 255.0 * off;
        }
    }
    (largest, sum / (4 * width * height) as f32)
}

#[test]
fn every_file_is_read_as_other_decoders_read_it() {
    let mut off = Vec::new();
    let pairs = pairs();
    for (name, reference) in &pairs {
        let (largest, mean) = difference(name, reference);
        let is_jpeg = Path::new(name).extension().is_some_and(|ending| ending == "jpg");
        // A profile may magnify what two decoders of JPEG differ by, where colours are dark and at the edge of sRGB.
        let has_profile = file(name).windows(11).any(|window| window == b"ICC_PROFILE");
        let (most, most_in_the_mean) = match (is_jpeg, has_profile) {
            (true, true) => (32.0, 0.7),
            (true, false) => (4.0, 0.7),
            (false, _) => (2.0, 0.7),
        };
        let is_wrong = largest > most || mean > most_in_the_mean;
        if is_wrong || std::env::var_os("SHOW").is_some() {
            off.push(format!("{name}: at most {largest:.2}, {mean:.2} in the mean"));
        }
    }
    assert!(off.is_empty(), "of {}:\n{}", pairs.len(), off.join("\n"));
    // That the files are there at all.
    for (ending, least) in [(".png", 50), (".jpg", 30), (".webp", 5), (".tif", 8), (".gif", 2), (".bmp", 2)] {
        let found = pairs.keys().filter(|name| name.ends_with(ending)).count();
        assert!(found >= least, "{found} of {ending}");
    }
}

#[test]
fn eight_bits_stay_what_they_are_and_sixteen_are_kept() {
    let Read { picture, .. } = read(&file("rgb8.png")).unwrap();
    for value in picture.rgb() {
        assert_eq!(value.to_bits(), ((value * 255.0).round() / 255.0).to_bits());
    }
    let Read { picture, .. } = read(&file("rgb16.png")).unwrap();
    let finer = picture.rgb().iter().filter(|value| ((*value * 255.0).round() - *value * 255.0).abs() > 0.1);
    assert!(finer.count() > 100);
}

#[test]
fn what_is_not_read_is_named_by_its_bytes_with_a_way_out() {
    let words = |name: &str| read(&file(name)).unwrap_err().to_string();
    let cases: [(&str, &[&str]); 10] = [
        ("arithmetic.jpg", &["a JPEG", "arithmetically", "save it anew"]),
        ("twelve-bits.jpg", &["a JPEG", "12 bits", "save it anew"]),
        ("ends-early.jpg", &["a JPEG", "cannot be decoded"]),
        ("photo.avif", &["an AVIF picture", "convert it to JPEG"]),
        ("page.jpg", &["a web page", "convert"]),
        ("text.png", &["no picture of a known format"]),
        ("empty.png", &["is empty"]),
        ("huge.png", &["60000×60000", "134 million"]),
        ("huge.bmp", &["60000×60000", "134 million"]),
        ("hdr-pq.png", &["HDR", "PQ", "SDR"]),
    ];
    for (name, parts) in cases {
        let words = words(name);
        for part in parts {
            assert!(words.contains(part), "{name}: {words}");
        }
    }
    // A photo of a telephone under a name that promises something else.
    let heic = [&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], &[0; 40]].concat();
    let Err(error @ ReadError::Unreadable(FileKind::Other(_))) = read(&heic) else { panic!("it was read") };
    assert!(error.to_string().starts_with("it is a HEIC photo, by its bytes"), "{error}");
}

#[test]
fn a_file_that_is_cut_anywhere_is_read_or_refused() {
    for name in [
        "rgb8-interlaced.png",
        "progressive-420.jpg",
        "separate-420.jpg",
        "rgba.webp",
        "animated.gif",
        "rgb-lzw.tif",
        "rgb.bmp",
    ] {
        let whole = file(name);
        for length in (0..whole.len()).step_by(whole.len() / 97 + 1) {
            // No panic; whether enough is there for a picture depends on the format.
            let _ = read(&whole[..length]);
        }
    }
}

/// A grey JPEG that says to be of this size; what it has no data for is grey.
fn vast_jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = file("grey.jpg");
    let frame = bytes.windows(2).position(|marker| marker == b"\xff\xc0").unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

#[test]
fn a_jpeg_that_is_too_large_is_made_smaller_while_it_is_decoded() {
    assert_eq!(read(&vast_jpeg(9000, 8001)).unwrap().picture.size(), (4500, 4001));
    assert_eq!(read(&vast_jpeg(20_000, 10)).unwrap().picture.size(), (20_000, 10));
    assert_eq!(read_up_to(400, &vast_jpeg(160, 160)).unwrap().picture.size(), (20, 20));
    let refused = read_up_to(400, &vast_jpeg(168, 168)).unwrap_err();
    assert!(matches!(refused, ReadError::TooLarge { width: 168, height: 168, most: 400 }), "{refused}");
}
