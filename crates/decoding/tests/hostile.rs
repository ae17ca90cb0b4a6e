//! Reads files that are damaged at random: each is read or refused. A long run is `HOSTILE=1000000 cargo test -p decoding --test hostile`.

use std::{env, fs, path::Path};

use decoding::{read, read_up_to};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};

/// Few, so that no header makes a test slow.
const MOST_PIXELS: usize = 1 << 16;

/// The files that can be read, in the order of their names.
fn files() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let is_reference = |path: &Path| path.with_extension("").is_file();
    paths.iter().filter(|path| !is_reference(path)).map(|path| fs::read(path).unwrap()).collect()
}

/// The file with some bytes changed, left out, or repeated.
fn damaged(file: &[u8], random: &mut StdRng) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for _ in 0..random.random_range(1..8) {
        if bytes.len() < 2 {
            break;
        }
        let at = random.random_range(0..bytes.len());
        match random.random_range(0..6) {
            0 => bytes[at] ^= 1 << random.random_range(0..8),
            1 => bytes[at] = *[0, 1, 0x7f, 0x80, 0xff].choose(random).unwrap(),
            2 => bytes[at] = random.random(),
            3 => bytes.truncate(at),
            4 => {
                let end = (at + random.random_range(1..40)).min(bytes.len());
                drop(bytes.drain(at..end));
            }
            _ => {
                let end = (at + random.random_range(1..40)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
        }
    }
    restore_checksums(&mut bytes);
    bytes
}

/// Makes the checksums of a PNG right, so that damage is not found by them alone.
fn restore_checksums(bytes: &mut [u8]) {
    let mut at = 8;
    while bytes.starts_with(b"\x89PNG") && at + 12 <= bytes.len() {
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let end = at + 8 + length;
        if end + 4 > bytes.len() {
            break;
        }
        let sum = crc32fast::hash(&bytes[at + 4..end]);
        bytes[end..end + 4].copy_from_slice(&sum.to_be_bytes());
        at = end + 4;
    }
}

#[test]
fn a_file_that_is_damaged_anywhere_is_read_or_refused() {
    let rounds: usize = env::var("HOSTILE").ok().map_or(5000, |rounds| rounds.parse().unwrap());
    let files = files();
    let (mut read, mut refused) = (0, 0);
    for seed in 0..rounds {
        let mut random = StdRng::seed_from_u64(seed as u64);
        let bytes = damaged(files.choose(&mut random).unwrap(), &mut random);
        let outcome = std::panic::catch_unwind(|| read_up_to(MOST_PIXELS, &bytes).is_ok());
        assert!(outcome.is_ok(), "the file of seed {seed} makes it panic");
        if matches!(outcome, Ok(true)) { read += 1 } else { refused += 1 }
    }
    println!("{read} were read, {refused} refused");
    assert!(read > rounds / 20 && refused > rounds / 20, "{read} were read, {refused} refused");
}

#[test]
fn a_palette_that_ends_within_a_colour_is_refused() {
    let chunk = |name: &[u8; 4], data: &[u8]| {
        let named = [name, data].concat();
        let length = (data.len() as u32).to_be_bytes();
        [&length[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
    };
    for length in 1..=60 {
        // A row of one pixel, 8 bits of a palette.
        let header = chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 3, 0, 0, 0]);
        let palette = chunk(b"PLTE", &vec![100; length]);
        // Deflated without compression: the filter and the pixel.
        let pixels = chunk(b"IDAT", &[0x78, 1, 1, 2, 0, 0xfd, 0xff, 0, 0, 0, 2, 0, 1]);
        let png = [b"\x89PNG\r\n\x1a\n", &header[..], &palette, &pixels, &chunk(b"IEND", b"")].concat();
        match read(&png) {
            Ok(read) => assert!(length % 3 == 0 && read.picture.size() == (1, 1), "{length}"),
            Err(error) => {
                assert!(length % 3 != 0 && error.to_string().contains("palette"), "{length}: {error}");
            }
        }
    }
}
