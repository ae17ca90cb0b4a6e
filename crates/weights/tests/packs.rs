//! Tests of packs: a written pack can be read, and each violation of the format has its own error.

use std::{cell::Cell, collections::BTreeMap, fs};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use weights::{
    Balance, EncodedPack, Kernel, Layer, MAX_MANIFEST_BYTES, MAX_SHARD_BYTES, Manifest, Pack, PackError,
    Quantized, Source, SourceConv, WeightsError, encode_pack, open, open_source, write_pack,
};

/// A network with few channels and kernels of both kinds.
fn network(channels: [usize; 13]) -> Source {
    let mut rng = StdRng::seed_from_u64(7);
    let mut given = 3;
    let convs = Layer::ALL.iter().zip(channels).map(|(&layer, out_channels)| {
        let in_channels = std::mem::replace(&mut given, out_channels);
        let len = out_channels * in_channels * 9;
        let kernel = if layer >= Layer::Conv4_1 {
            Kernel::U8(Quantized {
                codes: (0..len).map(|_| rng.random()).collect(),
                scale: vec![0.001_968_513_5; out_channels],
                zero_point: vec![57; out_channels],
            })
        } else {
            Kernel::F32((0..len).map(|_| rng.random_range(-0.5..0.7)).collect())
        };
        let bias = (0..out_channels).map(|_| rng.random_range(-1.0..1.0)).collect();
        SourceConv { layer, out_channels, in_channels, kernel, bias }
    });
    Source {
        name: "Little one".to_owned(),
        provenance: "random numbers".to_owned(),
        mean: [0.485, 0.456, 0.406],
        balance: Balance::new(&BTreeMap::from([("content".to_owned(), 0.7), ("conv1_1".to_owned(), 2.0)]))
            .unwrap(),
        convs: convs.collect(),
    }
}

fn small() -> Source {
    network([4, 3, 5, 2, 6, 4, 3, 3, 2, 4, 5, 3, 2])
}

/// A network with more than one shard: conv2_1 begins in the first and ends in the second.
fn large() -> Source {
    network([700, 700, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4])
}

fn sha256(bytes: &[u8]) -> String {
    let nibbles = Sha256::digest(bytes).into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.map(|nibble| char::from_digit(nibble.into(), 16).unwrap()).collect()
}

/// The error of a pack whose manifest was changed.
fn with_manifest(tamper: impl FnOnce(&mut Value)) -> PackError {
    let mut pack = encode_pack(&small()).unwrap();
    let mut manifest = serde_json::from_slice(&pack.manifest).unwrap();
    tamper(&mut manifest);
    pack.manifest = serde_json::to_vec(&manifest).unwrap();
    pack.read().unwrap_err()
}

/// The error of a pack whose only shard was changed, with a correct hash.
fn with_shard(tamper: impl FnOnce(&mut Vec<u8>)) -> PackError {
    let mut pack = encode_pack(&small()).unwrap();
    tamper(&mut pack.shards[0]);
    let mut manifest: Value = serde_json::from_slice(&pack.manifest).unwrap();
    manifest["shards"][0]["sha256"] = sha256(&pack.shards[0]).into();
    pack.manifest = serde_json::to_vec(&manifest).unwrap();
    pack.read().unwrap_err()
}

fn set_f32(bytes: &mut [u8], at: usize, value: f32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

#[test]
fn a_pack_holds_what_was_put_in() {
    let source = large();
    let pack = encode_pack(&source).unwrap();
    assert_eq!(pack.shards.len(), 2);
    assert!(pack.shards.iter().all(|shard| shard.len() as u64 <= MAX_SHARD_BYTES));
    let back = pack.read().unwrap();
    assert_eq!(back.balance, source.balance);
    assert_eq!((&back.name, &back.provenance, back.mean), (&source.name, &source.provenance, source.mean));
    assert_eq!(back.convs.len(), 13);
    for (before, after) in source.convs.iter().zip(&back.convs) {
        assert_eq!((before.layer, &before.bias), (after.layer, &after.bias));
        assert_eq!((before.out_channels, before.in_channels), (after.out_channels, after.in_channels));
        let Kernel::U8(coded) = &after.kernel else { panic!("{} is not coded", after.layer) };
        match &before.kernel {
            Kernel::U8(codes) => assert_eq!(codes, coded, "{}", before.layer),
            Kernel::F32(values) => {
                for (i, (value, got)) in values.iter().zip(coded.dequantize()).enumerate() {
                    let half = 0.5 * coded.scale[i / (before.in_channels * 9)] * 1.0001;
                    assert!((value - got).abs() <= half, "{}[{i}]: {value} became {got}", before.layer);
                }
            }
        }
    }
    assert_eq!(encode_pack(&back).unwrap(), pack, "packing a pack again changes nothing");
}

#[test]
fn shards_may_come_in_any_order_and_again_after_a_failure() {
    let encoded = encode_pack(&large()).unwrap();
    let mut pack = Pack::new(Manifest::parse(&encoded.manifest).unwrap());
    let mut damaged = encoded.shards[1].clone();
    damaged[100] ^= 1;
    assert!(matches!(pack.add_shard(1, damaged), Err(PackError::ShardDamaged { .. })));
    for index in [1, 0] {
        pack.add_shard(index, encoded.shards[index].clone()).unwrap();
    }
    assert_eq!(pack.into_weights().unwrap(), encoded.read().unwrap().into_weights());
}

#[test]
fn the_error_of_a_damaged_shard_names_it() {
    let mut pack = encode_pack(&large()).unwrap();
    pack.shards[1][5000] ^= 0x10;
    let error = pack.read().unwrap_err();
    assert!(matches!(&error, PackError::ShardDamaged { file, .. } if file == "shard-1.bin"), "{error:?}");
    assert!(error.to_string().contains("shard-1.bin is damaged"), "{error}");
}

#[test]
fn a_truncated_shard() {
    let mut pack = encode_pack(&small()).unwrap();
    pack.shards[0].pop();
    let error = pack.read().unwrap_err();
    assert!(
        matches!(&error, PackError::ShardTruncated { file, expected, found } if file == "shard-0.bin" && found + 1 == *expected)
    );
}

#[test]
fn a_shard_with_trailing_bytes() {
    let mut pack = encode_pack(&small()).unwrap();
    pack.shards[0].push(0);
    assert!(matches!(pack.read(), Err(PackError::ShardTooLong { file, .. }) if file == "shard-0.bin"));
}

#[test]
fn a_missing_shard() {
    let mut pack = encode_pack(&large()).unwrap();
    pack.shards.pop();
    assert_eq!(pack.read(), Err(PackError::MissingShard("shard-1.bin".to_owned())));
}

#[test]
fn a_shard_too_many() {
    let mut pack = encode_pack(&small()).unwrap();
    pack.shards.push(vec![1]);
    assert_eq!(pack.read(), Err(PackError::NoSuchShard { index: 1, count: 1 }));
}

#[test]
fn a_manifest_that_is_no_json() {
    for json in [&b""[..], b"<html>404</html>", b"{\"format\": \"impasto-pack\"", b"[]", b"\xff\xfe"] {
        assert!(matches!(Manifest::parse(json), Err(PackError::Json(_))));
    }
    let deep = "[".repeat(100_000);
    assert!(matches!(Manifest::parse(deep.as_bytes()), Err(PackError::Json(_))));
    assert!(matches!(with_manifest(|m| drop(m.as_object_mut().unwrap().remove("mean"))), PackError::Json(_)));
    assert!(matches!(with_manifest(|m| m["layers"][2]["out_channels"] = json!(-4)), PackError::Json(_)));
    assert!(matches!(with_manifest(|m| m["shards"][0]["bytes"] = json!(1e30)), PackError::Json(_)));
}

#[test]
fn a_manifest_too_large() {
    let json = vec![b' '; MAX_MANIFEST_BYTES + 1];
    assert_eq!(Manifest::parse(&json), Err(PackError::ManifestTooLarge { bytes: json.len() }));
}

#[test]
fn an_unknown_format() {
    assert_eq!(with_manifest(|m| m["format"] = json!("tfjs")), PackError::UnknownFormat("tfjs".to_owned()));
}

#[test]
fn an_unsupported_version_whatever_else_it_holds() {
    assert_eq!(
        with_manifest(|m| *m = json!({ "format": "impasto-pack", "version": 2, "tiles": [] })),
        PackError::UnsupportedVersion(2)
    );
}

#[test]
fn an_unknown_network() {
    assert_eq!(
        with_manifest(|m| m["network"] = json!("resnet")),
        PackError::UnknownNetwork("resnet".to_owned())
    );
}

#[test]
fn a_balance_that_is_none() {
    for balance in [json!({ "content": 0.0 }), json!({ "conv1_1": 1e9 }), json!({ "conv9_9": 1.0 })] {
        let error = with_manifest(|m| m["balance"] = balance.clone());
        assert!(matches!(error, PackError::BadBalance { .. }), "{balance}: {error}");
    }
}

#[test]
fn a_mean_that_is_no_colour() {
    for (mean, seen) in [(json!([0.5, 1e39, 0.5]), f32::INFINITY), (json!([0.5, -0.1, 0.5]), -0.1)] {
        assert_eq!(with_manifest(|m| m["mean"] = mean), PackError::BadMean([0.5, seen, 0.5]));
    }
}

#[test]
fn an_unknown_layer() {
    assert_eq!(
        with_manifest(|m| m["layers"][12]["layer"] = json!("conv5_2")),
        PackError::UnknownLayer("conv5_2".to_owned())
    );
}

#[test]
fn a_duplicated_layer() {
    let again = |m: &mut Value| {
        let copy = m["layers"][4].clone();
        m["layers"].as_array_mut().unwrap().insert(5, copy);
    };
    assert_eq!(with_manifest(again), PackError::DuplicateLayer(Layer::Conv3_1));
}

#[test]
fn a_missing_layer() {
    assert_eq!(
        with_manifest(|m| drop(m["layers"].as_array_mut().unwrap().remove(9))),
        PackError::MissingLayer(Layer::Conv4_2)
    );
    assert_eq!(with_manifest(|m| m["layers"] = json!([])), PackError::MissingLayer(Layer::Conv1_1));
}

#[test]
fn layers_out_of_order() {
    assert_eq!(
        with_manifest(|m| m["layers"].as_array_mut().unwrap().swap(6, 7)),
        PackError::LayerOrder { expected: Layer::Conv3_3, found: Layer::Conv3_4 }
    );
}

#[test]
fn absurd_channels() {
    for channels in [0, 4097, u64::MAX] {
        assert_eq!(
            with_manifest(|m| m["layers"][3]["out_channels"] = json!(channels)),
            PackError::BadChannels { layer: Layer::Conv2_2, channels }
        );
    }
}

#[test]
fn a_wrong_shape() {
    assert_eq!(
        with_manifest(|m| m["layers"][5]["in_channels"] = json!(7)),
        PackError::BrokenChain { layer: Layer::Conv3_2, expected: 6, found: 7 }
    );
    assert_eq!(
        with_manifest(|m| m["layers"][0]["in_channels"] = json!(4)),
        PackError::BrokenChain { layer: Layer::Conv1_1, expected: 3, found: 4 }
    );
}

#[test]
fn an_unknown_encoding() {
    assert_eq!(
        with_manifest(|m| m["layers"][1]["encoding"] = json!("int4")),
        PackError::UnknownEncoding { layer: Layer::Conv1_2, encoding: "int4".to_owned() }
    );
}

#[test]
fn too_many_shards() {
    assert_eq!(
        with_manifest(|m| m["shards"] = json!(vec![m["shards"][0].clone(); 1025])),
        PackError::TooManyShards(1025)
    );
}

#[test]
fn file_names_that_lead_astray() {
    for name in [
        "",
        "..",
        ".hidden",
        "../secrets",
        "a/b",
        "a\\b",
        "/etc/passwd",
        "C:x",
        "http://evil/x",
        "a?b",
        "a%2fb",
        "é",
    ] {
        assert_eq!(
            with_manifest(|m| m["shards"][0]["file"] = json!(name)),
            PackError::UnsafeFileName(name.to_owned())
        );
    }
}

#[test]
fn a_shard_listed_twice() {
    assert_eq!(
        with_manifest(|m| m["shards"] = json!(vec![m["shards"][0].clone(); 2])),
        PackError::DuplicateShard("shard-0.bin".to_owned())
    );
}

#[test]
fn an_empty_shard() {
    assert_eq!(
        with_manifest(|m| m["shards"][0]["bytes"] = json!(0)),
        PackError::EmptyShard("shard-0.bin".to_owned())
    );
}

#[test]
fn absurd_lengths() {
    for bytes in [MAX_SHARD_BYTES + 1, u64::MAX] {
        assert_eq!(
            with_manifest(|m| m["shards"][0]["bytes"] = json!(bytes)),
            PackError::ShardTooLarge { file: "shard-0.bin".to_owned(), bytes }
        );
    }
}

#[test]
fn a_hash_that_is_none() {
    for digest in ["", "abc", &"A".repeat(64), &"g".repeat(64), &"é".repeat(32)] {
        assert_eq!(
            with_manifest(|m| m["shards"][0]["sha256"] = json!(digest)),
            PackError::BadDigest("shard-0.bin".to_owned())
        );
    }
}

#[test]
fn shards_that_hold_too_little_or_too_much() {
    let size = encode_pack(&small()).unwrap().shards[0].len() as u64;
    assert_eq!(
        with_manifest(|m| m["shards"][0]["bytes"] = json!(size - 1)),
        PackError::TooFewBytes { needed: size, held: size - 1 }
    );
    assert_eq!(
        with_manifest(|m| m["shards"][0]["bytes"] = json!(size + 1)),
        PackError::TrailingBytes { needed: size, held: size + 1 }
    );
    // A manifest of a few hundred bytes that states 2 GB of weights: refused before any allocation.
    let claim = |m: &mut Value| {
        for (i, layer) in m["layers"].as_array_mut().unwrap().iter_mut().enumerate() {
            layer["in_channels"] = json!(if i == 0 { 3 } else { 4096 });
            layer["out_channels"] = json!(4096);
        }
    };
    assert!(matches!(with_manifest(claim), PackError::TooFewBytes { .. }));
}

#[test]
fn scales_that_are_none() {
    for scale in [f32::NAN, f32::INFINITY, -0.01, 0.0, 3e38] {
        let error = with_shard(|bytes| set_f32(bytes, 4, scale));
        assert!(
            matches!(error, PackError::BadScale { layer: Layer::Conv1_1, channel: 1, scale: seen } if seen.to_bits() == scale.to_bits()),
            "{scale}: {error:?}"
        );
    }
}

#[test]
fn biases_that_are_none() {
    for bias in [f32::NAN, f32::NEG_INFINITY] {
        // conv1_1 has 4 channels: its biases follow 4 scales and 4 zero points.
        let error = with_shard(|bytes| set_f32(bytes, 4 * 4 + 4 + 3 * 4, bias));
        assert!(matches!(error, PackError::BadBias { layer: Layer::Conv1_1, channel: 3, .. }), "{error:?}");
    }
}

/// Every error message says what to do.
#[test]
fn errors_say_what_to_do() {
    let errors = [
        with_manifest(|m| m["version"] = json!(9)),
        with_manifest(|m| m["layers"][1]["encoding"] = json!("int4")),
        with_manifest(|m| m["shards"][0]["file"] = json!("../x")),
        with_shard(|bytes| set_f32(bytes, 0, f32::NAN)),
        PackError::MissingShard("shard-0.bin".to_owned()),
    ];
    for error in errors {
        let text = error.to_string();
        assert!(["make", "fetch", "load"].iter().any(|word| text.contains(word)), "{text}");
    }
}

/// Random mutations give an error or a valid pack, never a panic.
#[test]
fn mutated_packs_never_panic() {
    let pack = encode_pack(&small()).unwrap();
    let mut rng = StdRng::seed_from_u64(2026);
    let refused = Cell::new(0);
    let read = |pack: &EncodedPack| refused.set(refused.get() + u32::from(pack.read().is_err()));
    for _ in 0..4000 {
        let mut mutant = pack.clone();
        for _ in 0..rng.random_range(1..4) {
            let json = &mut mutant.manifest;
            let at = rng.random_range(0..json.len());
            match rng.random_range(0..4) {
                0 => json[at] = rng.random(),
                1 => json.truncate(at.max(1)),
                2 => json.insert(at, b"0123456789-.eE\"[]{},:"[rng.random_range(0..21)]),
                // Replaces a digit by another one: numbers that parse but are wrong.
                _ => {
                    let digits: Vec<usize> = (0..json.len()).filter(|&i| json[i].is_ascii_digit()).collect();
                    if let Some(&digit) = digits.get(rng.random_range(0..digits.len().max(1))) {
                        json[digit] = rng.random_range(b'0'..=b'9');
                    }
                }
            }
        }
        read(&mutant);
    }
    let mut manifest: Value = serde_json::from_slice(&pack.manifest).unwrap();
    for _ in 0..1000 {
        let mut mutant = pack.clone();
        for _ in 0..rng.random_range(1..40) {
            let at = rng.random_range(0..mutant.shards[0].len());
            mutant.shards[0][at] = rng.random();
        }
        read(&mutant); // the hash must detect it
        manifest["shards"][0]["sha256"] = sha256(&mutant.shards[0]).into();
        mutant.manifest = serde_json::to_vec(&manifest).unwrap();
        read(&mutant); // with a correct hash only the checks of the values remain
        if let Ok(source) = mutant.read() {
            assert!(source.into_weights().convs.iter().all(|conv| conv.weight.iter().all(|w| w.is_finite())));
        }
    }
    assert!(refused.get() > 4000, "only {} of the mutants were refused", refused.get());
}

#[test]
fn a_pack_is_written_whole_and_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("weights").join("little");
    let source = large();
    let written = write_pack(&source, &out).unwrap();
    let read_all = || {
        let mut files: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect::<Vec<_>>()
    };
    let first = read_all();
    assert_eq!(first.len(), 3, "a manifest and two shards");
    assert_eq!((written.shards, written.bytes), (2, first.iter().map(|(_, bytes)| bytes.len() as u64).sum()));
    write_pack(&small(), &out).unwrap();
    assert_eq!(read_all().len(), 2, "the old pack's second shard is gone");
    write_pack(&source, &out).unwrap();
    assert!(read_all() == first, "the same source must give the same bytes");
    let left: Vec<_> = fs::read_dir(out.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing stays behind: {left:?}");

    let in_memory = encode_pack(&source).unwrap().read().unwrap();
    assert_eq!(open_source(&out, false).unwrap(), in_memory);
    assert_eq!(open(&out.join("manifest.json"), false).unwrap(), in_memory.into_weights());
}

#[test]
fn other_files_are_not_overwritten() {
    let out = tempfile::tempdir().unwrap();
    fs::write(out.path().join("thesis.txt"), "years of work").unwrap();
    let error = write_pack(&small(), out.path()).unwrap_err();
    assert!(matches!(&error, WeightsError::FolderInUse { found, .. } if found == "thesis.txt"), "{error:?}");
    assert_eq!(fs::read_to_string(out.path().join("thesis.txt")).unwrap(), "years of work");
}

#[test]
fn an_unusable_network_leaves_the_old_pack_alone() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("pack");
    write_pack(&small(), &out).unwrap();
    let mut broken = small();
    broken.convs[3].bias[1] = f32::NAN;
    assert!(matches!(
        write_pack(&broken, &out),
        Err(WeightsError::Pack { source: PackError::BadBias { layer: Layer::Conv2_2, channel: 1, .. }, .. })
    ));
    assert_eq!(open(&out, false).unwrap().name, "Little one");
}

#[test]
fn a_folder_without_a_pack_says_which_command_makes_one() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("nowhere")] {
        let error = open(&path, false).unwrap_err();
        assert!(matches!(error, WeightsError::NotFound(_)), "{error:?}");
        assert!(error.to_string().contains("cargo xtask weights --from"), "{error}");
    }
}

#[test]
fn a_pack_on_disk_without_a_shard_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("pack");
    write_pack(&large(), &out).unwrap();
    fs::remove_file(out.join("shard-1.bin")).unwrap();
    let error = open(&out, false).unwrap_err();
    assert!(error.to_string().contains("shard-1.bin is missing"), "{error}");
}
