//! Feeds each function with the seeds of the fuzzer, whole and damaged at random.

use std::{fs, path::Path};

use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Inputs for each function.
const ROUNDS: u64 = 3000;

/// The seeds of a target; none for those whose input is made of the bytes.
fn seeds(name: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = match name {
        "pictures" => root.join("crates/decoding/tests/files"),
        _ => root.join("fuzz/corpus").join(name),
    };
    let Ok(entries) = fs::read_dir(folder) else { return vec![Vec::new()] };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The bytes with some of them changed, left out, or added.
fn damaged(seed: &[u8], random: &mut StdRng) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..random.random_range(0..6) {
        let at = random.random_range(0..=bytes.len());
        match random.random_range(0..3) {
            0 if at < bytes.len() => bytes[at] = random.random(),
            1 if at < bytes.len() => drop(bytes.drain(at..(at + random.random_range(1..8)).min(bytes.len()))),
            _ => drop(bytes.splice(
                at..at,
                (0..random.random_range(1..40)).map(|_| random.random::<u8>()).collect::<Vec<_>>(),
            )),
        }
    }
    bytes
}

/// Feeds a function; a panic names the input by its number.
fn feed(name: &str, function: fn(&[u8]), rounds: u64) {
    let seeds = seeds(name);
    for round in 0..rounds {
        let mut random = StdRng::seed_from_u64(round);
        let seed = &seeds[round as usize % seeds.len()];
        // The first ones are whole.
        let bytes = if round < seeds.len() as u64 { seed.clone() } else { damaged(seed, &mut random) };
        let outcome = std::panic::catch_unwind(|| function(&bytes));
        assert!(outcome.is_ok(), "input {round} of {name}");
    }
}

macro_rules! fed {
    ($($name:ident: $rounds:expr;)*) => {$(
        #[test]
        fn $name() {
            feed(stringify!($name), fuzzed::$name, $rounds);
        }
    )*};
}

fed! {
    link: ROUNDS;
    model: ROUNDS / 10;
    pack: ROUNDS;
    pictures: ROUNDS;
    pixels: ROUNDS / 10;
    plan: ROUNDS;
    recipe: ROUNDS;
    state: ROUNDS;
}
