//! Writes the tables of options into the documents, the embedded demonstration and the JavaScript library, from
//! `crates/options/src/table.rs`; with `--check` it fails if one is out of date.

mod javascript;
mod shape;
mod words;

use std::{fs, path::Path, process::ExitCode};

use options::{Entry, LOOK, Look, entries};

use crate::words::{default, sentence};

/// Attributes of the demonstration that are not options of a run: the first two come before the options, the others
/// after.
const PICTURES: [&str; 2] = ["photo", "painting"];
const OTHERS: [&str; 3] = ["network", "theme", "engine"];

/// Computes the new text of a file.
type Write = fn(&str) -> Result<String, String>;

fn main() -> ExitCode {
    match run(std::env::args().any(|argument| argument == "--check")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(check: bool) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut stale = Vec::new();
    let jobs: [(&str, Write); 7] = [
        ("README.md", |text| between(text, "command line", &command_line())),
        ("docs/embedding.md", |text| between(text, "embed", &embed())),
        ("docs/javascript.md", |text| between(text, "javascript", &javascript::document()?)),
        ("www/embed.js", attributes),
        ("packages/impasto/options.js", javascript::table),
        ("packages/impasto/options.d.ts", javascript::types),
        ("packages/impasto/custom-elements.json", javascript::manifest),
    ];
    for (file, write) in jobs {
        let path = root.join(file);
        let now = fs::read_to_string(&path).map_err(|error| format!("{file}: {error}"))?;
        let due = write(&now).map_err(|error| format!("{file}: {error}"))?;
        if now == due {
            continue;
        }
        if check {
            stale.push(file);
        } else {
            fs::write(&path, due).map_err(|error| format!("{file}: {error}"))?;
            println!("✓ {file}");
        }
    }
    if stale.is_empty() {
        Ok(())
    } else {
        Err(format!("not as the table of options has it: {}; run `cargo xtask docs`", stale.join(", ")))
    }
}

/// The text with this table between the markers of this name.
fn between(text: &str, name: &str, table: &str) -> Result<String, String> {
    let [begin, end] = ["begin", "end"].map(|which| format!("<!-- options: {name}, {which} -->"));
    let missing = || format!("there is no marker {begin}");
    let (before, rest) = text.split_once(&begin).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    Ok(format!("{before}{begin}\n\n{table}\n{end}{after}"))
}

/// The table of the command line's flags.
fn command_line() -> String {
    let flag = |entry: &Entry| {
        let values = entry.values.replace('|', "\\|");
        format!("| `--{} {values}` | {} | {} |\n", entry.name, sentence(entry), default(entry))
    };
    let rows: String = entries().filter(|entry| entry.command_line).map(flag).collect();
    format!("| flag | what it does | default |\n|---|---|---|\n{rows}")
}

/// The table of the demonstration's attributes.
fn embed() -> String {
    let attribute = |entry: &Entry| {
        let names: Vec<String> = entry.names().map(|name| format!("`{name}`")).collect();
        let range = entry.page?.range;
        let left_out = match entry.name {
            LOOK => format!("`{}`", Look::ON_PAGE),
            _ => default(entry),
        };
        Some(format!("| {} | {} | {range} | {left_out} |\n", names.join(", "), sentence(entry)))
    };
    let rows: String = entries().filter_map(attribute).collect();
    format!("| attribute | what it does | values | if left out |\n|---|---|---|---|\n{rows}")
}

/// The demonstration's script, with the list of the attributes that it passes on.
fn attributes(script: &str) -> Result<String, String> {
    const BEGIN: &str = "const passedOn = [";
    let options = entries().filter(|entry| entry.page.is_some()).flat_map(Entry::names);
    let names: Vec<String> =
        PICTURES.into_iter().chain(options).chain(OTHERS).map(|name| format!("'{name}'")).collect();
    let (before, rest) = script.split_once(BEGIN).ok_or("there is no list of attributes")?;
    let (_, after) = rest.split_once(']').ok_or("the list of attributes has no end")?;
    Ok(format!("{before}{BEGIN}{}]{after}", names.join(", ")))
}
