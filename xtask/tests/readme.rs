//! Checks that every command in the README is also run somewhere, so that it is known to work.

use std::fs;
use std::path::Path;

/// A command in the README, the file that runs it or an equivalent, and the text in that file that does so.
const RUN_BY: [(&str, &str, &str); 8] = [
    ("cargo xtask serve", ".ci/run", "cargo xtask serve --port"),
    ("cargo xtask test", ".ci/run", "\ncargo xtask test"),
    ("cargo xtask build", ".ci/run", "\naside cargo xtask build"),
    ("cargo xtask weights --download", "crates/weights/tests/download.rs", "download("),
    ("cargo xtask weights --from vgg19.safetensors", "tests/e2e/support/pack.mjs", "'weights', '--from'"),
    // With the profile of the tests, since to build the engine a second time would take too long.
    (
        "cargo run --profile speed -- stylize photo.jpg painting.jpg --out painted.png",
        "tests/e2e/support/pack.mjs",
        "'stylize', photo",
    ),
    (
        "cargo run --profile speed -- batch photos/*.jpg --painting painting.jpg --out-dir painted",
        "apps/cli/tests/runs.rs",
        "desk.impasto([\"batch\"]",
    ),
    (
        "cargo run --profile speed -- video film.mp4 --painting painting.jpg --out painted.mp4",
        "apps/cli/tests/video.rs",
        "desk.impasto([\"video\"]",
    ),
];

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn commands(readme: &str) -> Vec<&str> {
    let fenced = readme.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    fenced.flat_map(str::lines).filter(|line| !line.is_empty()).collect()
}

#[test]
fn every_command_of_the_readme_is_run() {
    let readme = read("README.md");
    let commands = commands(&readme);
    assert!(commands.contains(&"cargo xtask serve") && commands.contains(&"cargo xtask test"));
    for command in &commands {
        let (_, file, words) = RUN_BY
            .iter()
            .find(|(known, ..)| known == command)
            .unwrap_or_else(|| panic!("nothing runs `{command}`"));
        assert!(read(file).contains(words), "{file} no longer runs `{command}`");
    }
    for (command, ..) in RUN_BY {
        assert!(commands.contains(&command), "the README no longer mentions `{command}`");
    }
}

#[test]
fn every_profile_of_the_readme_is_defined() {
    let (readme, manifest) = (read("README.md"), read("Cargo.toml"));
    let profiles: Vec<_> = readme.split("--profile ").skip(1).map(first_word).collect();
    assert!(!profiles.is_empty());
    for profile in profiles {
        assert!(manifest.contains(&format!("\n[profile.{profile}]\n")), "there is no profile `{profile}`");
    }
}

fn first_word(text: &str) -> &str {
    text.split(|end: char| !end.is_alphanumeric()).next().unwrap_or_default()
}
