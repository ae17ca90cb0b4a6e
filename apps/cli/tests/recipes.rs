//! Tests that a result says how it was painted, and that the same can be painted again.

use std::{
    fs,
    process::{Command, Output},
};

mod desk;

use desk::{Desk, SHALLOW, TINY, drawing, succeeded};
use options::{Look, Options, StyleLayers, recipe::Recipe};

/// Every option with a value that is not its default.
const CHOSEN: [[&str; 2]; 27] = [
    ["--size", "32"],
    ["--style-size", "24"],
    ["--steps", "2"],
    ["--schedule", "single"],
    ["--content-weight", "0.3"],
    ["--style-weight", "0.9"],
    ["--tv-weight", "0.07"],
    ["--content-layers", "conv2_1=0.7"],
    ["--style-layers", "conv1_1=0.5,conv1_2=0.25"],
    ["--style-loss", "neighbors"],
    ["--neighbors-weight", "0.7"],
    ["--neighbors-turns", "quarters"],
    ["--pyramid", "off"],
    ["--finish-from", "20"],
    ["--enlarged", "picture"],
    ["--smooth-colors", "1"],
    ["--pooling", "avg"],
    ["--padding", "bleed"],
    ["--init", "mixture"],
    ["--color", "match"],
    ["--seed", "18446744073709551615"],
    ["--until", "0.001"],
    ["--optimizer", "lbfgs"],
    ["--learning-rate", "0.013"],
    ["--beta1", "0.8"],
    ["--beta2", "0.97"],
    ["--epsilon", "0.00001"],
];

#[test]
fn a_result_says_how_it_was_painted_and_can_be_painted_again() {
    let desk = Desk::new();
    let common = ["--weights", TINY, "--device", "cpu"];
    succeeded(&desk.stylize(common.iter().chain(CHOSEN.as_flattened())));
    let result = fs::read(desk.path("out.png")).unwrap();
    let recipe = Recipe::read(&result).unwrap();
    assert_eq!((recipe.network.as_str(), recipe.options.seed), ("tiny", u64::MAX));
    fs::rename(desk.path("out.png"), desk.path("first.png")).unwrap();

    let like = ["--like", "first.png"];
    succeeded(&desk.stylize(common.iter().chain(&like)));
    assert!(fs::read(desk.path("out.png")).unwrap() == result, "not the same picture by the same recipe");

    // A given flag takes precedence over the recipe and changes no other option, even if its value is the default.
    let defaults = serde_json::to_value(Options::default()).unwrap();
    for [flag, _] in &CHOSEN {
        let name = flag[2..].replace('-', "_");
        let pointer =
            if defaults["adam"].get(&name).is_some() { format!("/adam/{name}") } else { format!("/{name}") };
        let value = match *flag {
            "--size" => "40",
            "--style-size" => "48",
            "--steps" => "1",
            "--content-layers" => "conv1_2",
            "--style-layers" => "conv1_1=1",
            "--schedule" => "coarse-to-fine",
            "--style-loss" => "gram",
            "--neighbors-weight" => "0.2",
            "--neighbors-turns" => "none",
            "--pyramid" => "on",
            "--finish-from" => "24",
            "--enlarged" => "difference",
            "--pooling" => "max",
            "--padding" => "zero",
            "--init" => "content",
            "--color" => "keep",
            "--until" => "level",
            "--optimizer" => "adam",
            "--seed" => "0",
            _ => &defaults.pointer(&pointer).unwrap().as_f64().unwrap().to_string(),
        };
        succeeded(&desk.stylize(common.iter().chain(&like).chain(&[*flag, value])));
        let found = Recipe::read(&fs::read(desk.path("out.png")).unwrap()).unwrap().options;
        let mut found = serde_json::to_value(found).unwrap();
        let mut before = serde_json::to_value(&recipe.options).unwrap();
        let (changed, old) = (found.pointer_mut(&pointer).unwrap(), before.pointer_mut(&pointer).unwrap());
        assert_ne!(changed, old, "{flag} {value}");
        *changed = old.clone();
        assert_eq!(found, before, "{flag} {value} changed more than itself");
    }
}

#[test]
fn a_look_sets_several_options_and_what_is_given_beside_it_counts() {
    let desk = Desk::new();
    let common = ["--weights", TINY, "--device", "cpu", "--size", "32", "--steps", "1"];
    let painted = |more: &[&str]| {
        succeeded(&desk.stylize(common.iter().chain(more)));
        fs::read(desk.path("out.png")).unwrap()
    };
    let options = |more: &[&str]| Recipe::read(&painted(more)).unwrap().options;
    let usual = options(&[]);
    assert_eq!(Look::of(&usual), Some(Look::DEFAULT));
    let free = options(&["--look", "free"]);
    assert_eq!(free, Look::Free.given_to(&usual));
    // Wherever they are.
    let beside = options(&["--neighbors-weight", "0.5", "--look", "free", "--layers", "forms"]);
    let style_layers = StyleLayers::Forms.layers();
    assert_eq!(beside, Options { neighbors_weight: 0.5, style_layers, ..free });
    // Of a result everything else is kept.
    fs::write(desk.path("first.png"), painted(&["--look", "poster", "--seed", "5"])).unwrap();
    let again = options(&["--like", "first.png", "--look", "portrait"]);
    assert_eq!(again, Look::Portrait.given_to(&Options { seed: 5, ..usual }));
}

#[test]
fn results_that_do_not_say_how_they_were_painted_are_refused() {
    let desk = Desk::new();
    fs::write(desk.path("letter.txt"), b"Dear visitor").unwrap();
    for (like, words) in [
        ("photo.png", ["cannot paint like photo.png", "take the original"]),
        ("letter.txt", ["cannot paint like letter.txt", "no PNG file"]),
        ("nowhere.png", ["cannot open", "nowhere.png"]),
    ] {
        desk.refuses(&desk.stylize(["--like", like]), &words);
    }
}

#[test]
fn a_blend_and_a_mask_are_part_of_how_a_result_was_painted() {
    let desk = Desk::new();
    drawing(44, 40, 9).save(desk.path("other.png")).unwrap();
    drawing(48, 36, 3).save(desk.path("mask.png")).unwrap();
    let first = ["photo.png", "-o", "first.png", "--painting", "painting.png=3", "--painting", "other.png"];
    let common = [&SHALLOW[..], &["--weights", TINY, "--steps", "4"]].concat();
    succeeded(&desk.impasto(["stylize"], [&first[..], &common].concat()));
    let first = fs::read(desk.path("first.png")).unwrap();
    assert_eq!(Recipe::read(&first).unwrap().paintings, [3.0, 1.0]);

    // The blend weights come from the recipe, too, if none are given.
    let like = ["--like", "first.png", "--weights", TINY];
    let again = desk.stylize(like.iter().chain(&["--painting", "other.png"]));
    succeeded(&again);
    assert!(fs::read(desk.path("out.png")).unwrap() == first, "not the same picture by the same recipe");
    let says = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!says(&again).contains("not be the same"), "{}", says(&again));

    let one = desk.stylize(like.iter().chain(&["--mask", "mask.png"]));
    succeeded(&one);
    for difference in ["in the manner of 2 paintings, blended 3 : 1", "without a mask"] {
        assert!(
            says(&one).contains(&format!("was painted {difference}: it will not be the same")),
            "{}",
            says(&one)
        );
    }
    let masked = Recipe::read(&fs::read(desk.path("out.png")).unwrap()).unwrap();
    assert_eq!((masked.paintings, masked.masked), (vec![], true));

    // A result that continues an earlier one has no recipe.
    succeeded(&desk.stylize(like.iter().chain(&["--from", "first.png"])));
    assert!(Recipe::read(&fs::read(desk.path("out.png")).unwrap()).is_err());
}

#[test]
fn the_printed_command_paints_the_same_picture() {
    let desk = Desk::new();
    fs::rename(desk.path("painting.png"), desk.path("it's mine.png")).unwrap();
    let common =
        ["stylize", "photo.png", "it's mine.png", "--painting", "painting 2.png=0.5", "-o", "out.png"];
    drawing(44, 40, 9).save(desk.path("painting 2.png")).unwrap();
    let chosen = CHOSEN.as_flattened().iter().chain(&["--weights", TINY, "--device", "cpu", "--bits", "16"]);
    let chosen: Vec<&str> = common.iter().chain(chosen).copied().collect();
    succeeded(&desk.impasto([""; 0], chosen.clone()));
    let due = fs::read(desk.path("out.png")).unwrap();
    // Of the flags, and of a result that says how it was painted.
    fs::copy(desk.path("out.png"), desk.path("first.png")).unwrap();
    let like =
        common.iter().chain(&["--weights", TINY, "--device", "cpu", "--bits", "16", "--like", "first.png"]);
    for arguments in [chosen.clone(), like.copied().collect()] {
        fs::remove_file(desk.path("out.png")).unwrap();
        let printed = desk.impasto([""; 0], [arguments, vec!["--print-command"]].concat());
        succeeded(&printed);
        assert!(!desk.path("out.png").exists(), "only the command is wanted");
        let command = String::from_utf8(printed.stdout).unwrap();
        assert!(!command.contains("--like") && command.contains("--seed 18446744073709551615"), "{command}");
        let program = env!("CARGO_BIN_EXE_impasto");
        let script = command.replacen("impasto", &format!("'{program}'"), 1);
        let output = Command::new("sh").args(["-c", &script]).current_dir(desk.path("")).output().unwrap();
        succeeded(&output);
        assert!(fs::read(desk.path("out.png")).unwrap() == due, "another picture by {command}");
    }
}
