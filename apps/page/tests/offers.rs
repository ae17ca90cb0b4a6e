//! The list of the networks that a host offers: its order, its words, and an error for each way in which it can be
//! wrong.

use std::{fs, path::Path};

use options::Engine;
use page::model::offers::{
    ListError, MAX_LIST_BYTES, MAX_NAME, MAX_OFFERS, Offer, bundled_offers, choose_offer, parse_offers,
};
use serde_json::{Value, json};
use weights::{Manifest, PackName, PackNameError};

/// A list with these packs: (folder, name, bytes).
fn list(packs: &[(&str, &str, u64)]) -> Value {
    let pack = |&(folder, name, bytes): &(&str, &str, u64)| json!({ "folder": folder, "name": name, "bytes": bytes });
    json!({ "format": "impasto-packs", "version": 1, "packs": packs.iter().map(pack).collect::<Vec<_>>() })
}

fn parse(list: &Value) -> Result<Vec<Offer>, ListError> {
    parse_offers(list.to_string().as_bytes())
}

/// What reading says after a sound list was tampered with.
fn with(tamper: impl FnOnce(&mut Value)) -> ListError {
    let mut list = list(&[("fast", "Impasto Fast", 3_300_000), ("tiny", "Impasto Tiny", 1_100_000)]);
    parse(&list).unwrap();
    tamper(&mut list);
    parse(&list).unwrap_err()
}

fn name(name: &str) -> PackName {
    name.parse().unwrap()
}

#[test]
fn known_packs_come_first_and_the_others_by_name() {
    let offers = parse(&list(&[
        ("aquarelle", "Pastel", 5),
        ("vgg19", "VGG-19 (torchvision)", 12_979_000),
        ("zinc", "Fresco", 4),
        ("tiny", "Impasto Tiny", 1_100_000),
        ("blue", "Pastel", 5),
        ("fast", "Impasto Fast", 3_300_000),
    ]));
    let order: Vec<String> = offers.unwrap().iter().map(|offer| offer.pack.to_string()).collect();
    assert_eq!(order, ["fast", "tiny", "vgg19", "zinc", "aquarelle", "blue"]);
}

#[test]
fn known_packs_have_the_pages_words_and_others_their_own() {
    let offers = parse(&list(&[
        ("fast", "Something else", 3_349_999),
        ("tiny", "Impasto Tiny", 1_100_000),
        ("vgg19", "VGG-19 (torchvision)", 12_979_000),
        ("sketch", "Pencil and ink", 9_949_000),
        ("unnamed", " ", 9_951_000),
    ]))
    .unwrap();
    let words: Vec<_> = offers.iter().map(|offer| (offer.title(), offer.about())).collect();
    let expected = [
        ("Fast", "3.3 MB, a quarter of the work"),
        ("Tiny", "1.1 MB, for phones, or without WebGPU"),
        ("Full VGG-19", "13 MB, the paper's network"),
        ("unnamed", "10 MB"),
        ("Pencil and ink", "9.9 MB"),
    ];
    assert_eq!(words, expected.map(|(title, about)| (title, about.to_owned())));
    // Without a list nobody knows a size.
    assert_eq!(bundled_offers()[0].about(), "a quarter of the work");
}

#[test]
fn the_visitors_choice_comes_first_and_each_engine_has_a_usual_network() {
    let chosen = |offers: &[Offer], pack: Option<&str>, engine| {
        choose_offer(offers, pack.map(name).as_ref(), engine).map(|offer| offer.pack.to_string())
    };
    let bundled = bundled_offers();
    for (engine, usual) in [(None, "fast"), (Some(Engine::Gpu), "fast"), (Some(Engine::Cpu), "tiny")] {
        assert_eq!(chosen(&bundled, None, engine).as_deref(), Some(usual));
        for pack in ["fast", "tiny"] {
            assert_eq!(chosen(&bundled, Some(pack), engine).as_deref(), Some(pack));
        }
        assert_eq!(chosen(&bundled, Some("vgg19"), engine).as_deref(), Some(usual), "it is not offered");
        // A host may offer one network only.
        let only = parse(&list(&[("vgg19", "VGG-19", 13_000_000)])).unwrap();
        assert_eq!(chosen(&only, None, engine).as_deref(), Some("vgg19"));
        assert_eq!(chosen(&[], None, engine), None);
    }
}

#[test]
fn a_packs_name_is_a_plain_folder_name() {
    for sound in ["fast", "vgg19", "Caffe_VGG-19.v2", "a", &"x".repeat(100)] {
        assert_eq!(name(sound).as_str(), sound);
    }
    for astray in [
        "",
        ".",
        "..",
        ".fast",
        "../fast",
        "a/b",
        "a\\b",
        "/etc",
        "C:x",
        "http://evil/x",
        "a?b",
        "a%2fb",
        "a b",
        "é",
    ] {
        assert_eq!(astray.parse::<PackName>(), Err(PackNameError(astray.to_owned())));
        assert_eq!(
            with(|list| list["packs"][1]["folder"] = json!(astray)),
            ListError::BadFolder(PackNameError(astray.to_owned()))
        );
    }
    assert!("x".repeat(101).parse::<PackName>().is_err());
}

#[test]
fn a_list_too_large() {
    assert_eq!(parse_offers(&vec![b' '; MAX_LIST_BYTES + 1]), Err(ListError::TooLarge));
}

#[test]
fn a_list_that_is_no_json() {
    for json in [&b""[..], b"<html>404</html>", b"{\"format\": \"impasto-packs\"", b"[]", b"\xff\xfe"] {
        assert!(matches!(parse_offers(json), Err(ListError::Json(_))));
    }
    assert!(matches!(parse_offers("[".repeat(60_000).as_bytes()), Err(ListError::Json(_))));
    assert!(matches!(with(|list| drop(list.as_object_mut().unwrap().remove("packs"))), ListError::Json(_)));
    assert!(matches!(with(|list| list["packs"][0]["bytes"] = json!(-4)), ListError::Json(_)));
    assert!(matches!(with(|list| list["packs"][0]["name"] = json!(null)), ListError::Json(_)));
}

#[test]
fn an_unknown_format() {
    assert_eq!(
        with(|list| list["format"] = json!("impasto-pack")),
        ListError::UnknownFormat("impasto-pack".to_owned())
    );
}

#[test]
fn an_unsupported_version_whatever_else_it_holds() {
    assert_eq!(
        with(|list| *list = json!({ "format": "impasto-packs", "version": 2, "shelves": [] })),
        ListError::UnsupportedVersion(2)
    );
}

#[test]
fn a_list_of_nothing() {
    assert_eq!(with(|list| list["packs"] = json!([])), ListError::Empty);
}

#[test]
fn too_many_packs() {
    let many: Vec<String> = (0..=MAX_OFFERS).map(|number| format!("pack-{number}")).collect();
    let packs =
        |count: usize| list(&many[..count].iter().map(|pack| (pack.as_str(), "", 1)).collect::<Vec<_>>());
    assert_eq!(parse(&packs(MAX_OFFERS)).unwrap().len(), MAX_OFFERS);
    assert_eq!(parse(&packs(MAX_OFFERS + 1)), Err(ListError::TooMany(MAX_OFFERS + 1)));
}

#[test]
fn a_pack_listed_twice() {
    assert_eq!(with(|list| list["packs"][1]["folder"] = json!("fast")), ListError::Duplicate(name("fast")));
}

#[test]
fn a_name_too_long() {
    assert_eq!(
        with(|list| list["packs"][0]["name"] = json!("é".repeat(MAX_NAME + 1))),
        ListError::LongName(name("fast"))
    );
    parse(&list(&[("fast", &"é".repeat(MAX_NAME), 1)])).unwrap();
}

#[test]
fn absurd_sizes() {
    for bytes in [0, (4 << 30) + 1, u64::MAX] {
        assert_eq!(
            with(|list| list["packs"][1]["bytes"] = json!(bytes)),
            ListError::BadSize { pack: name("tiny"), bytes }
        );
    }
}

/// Every error tells its reader something to do.
#[test]
fn errors_say_what_to_do() {
    for error in [
        ListError::TooLarge,
        ListError::Json("expected value at line 1 column 1".to_owned()),
        ListError::UnknownFormat("x".to_owned()),
        ListError::UnsupportedVersion(2),
        ListError::Empty,
        ListError::TooMany(99),
        ListError::BadFolder(PackNameError("../x".to_owned())),
        ListError::Duplicate(name("fast")),
        ListError::LongName(name("fast")),
        ListError::BadSize { pack: name("fast"), bytes: 0 },
    ] {
        let text = error.to_string();
        assert!(
            ["build", "reload", "move", "choose", "give"].iter().any(|word| text.contains(word)),
            "{text}"
        );
    }
}

#[test]
fn the_page_knows_the_bundled_networks() {
    let weights = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../weights");
    let name = |pack: &str| {
        let json = fs::read(weights.join(pack).join("manifest.json")).unwrap();
        Manifest::parse(&json).unwrap().name().to_owned()
    };
    let known = bundled_offers();
    let known: Vec<_> = known.iter().map(|offer| (offer.pack.as_str(), offer.name.clone())).collect();
    assert_eq!(known, ["fast", "tiny"].map(|pack| (pack, name(pack))));
}
