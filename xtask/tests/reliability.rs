//! Checks that every test that docs/reliability.md names exists, so that it promises nothing that nobody provokes.

use std::fs;
use std::path::{Path, PathBuf};

/// The path of a source file, and its text.
type Source = (PathBuf, String);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found == ending)
}

/// Adds the source files in a folder of the repository; not what was built, nor what others wrote.
fn collect(folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
        let is_foreign = name.starts_with('.') || ["target", "node_modules", "dist"].contains(&name.as_str());
        if entry.file_type().unwrap().is_dir() && !is_foreign {
            collect(&path, sources);
        } else if has_ending(&path, "rs") || has_ending(&path, "mjs") {
            // Titles are compared as they read, without what their quotes make necessary.
            let text = fs::read_to_string(&path).unwrap().replace("\\'", "'");
            sources.push((path, text));
        }
    }
}

fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    collect(root(), &mut sources);
    sources
}

/// Whether there is a test of this name: the title of a browser test as its source has it, or `file.rs: function`.
fn exists(name: &str, sources: &[Source]) -> bool {
    let native = name.split_once(": ").filter(|(file, _)| has_ending(Path::new(file), "rs"));
    let Some((file, function)) = native else {
        let calls = ["'", "`"].map(|quote| format!("test({quote}{name}{quote},"));
        return sources.iter().any(|(_, text)| calls.iter().any(|call| text.contains(call)));
    };
    // The first function after the attribute, for other attributes may stand between.
    let declared = format!("{function}()");
    let is_declared = |text: &str| {
        let mut tests = text.split("#[test]").skip(1).filter_map(|after| after.split_once("fn "));
        tests.any(|(_, from)| from.starts_with(&declared))
    };
    sources.iter().any(|(path, text)| path.ends_with(file) && is_declared(text))
}

/// The cells of the rows in all tables whose first column has this title.
fn rows<'a>(document: &'a str, first: &str) -> Vec<Vec<&'a str>> {
    let cells = |line: &'a str| line.trim_matches(['|', ' ']).split(" | ").collect::<Vec<_>>();
    let mut rows = Vec::new();
    for table in document.split("\n\n").filter(|block| block.starts_with(&format!("| {first} |"))) {
        let head = cells(table.lines().next().unwrap());
        assert_eq!(head.last(), Some(&"test"), "the last column names the tests");
        for row in table.lines().skip(2).map(cells) {
            assert_eq!(row.len(), head.len(), "{row:?}");
            rows.push(row);
        }
    }
    rows
}

#[test]
fn every_test_that_the_document_names_exists() {
    let document = fs::read_to_string(root().join("docs/reliability.md")).unwrap();
    let (faults, pictures) = (rows(&document, "fault"), rows(&document, "file"));
    assert!(
        faults.len() >= 50 && !pictures.is_empty(),
        "{} faults, {} pictures",
        faults.len(),
        pictures.len()
    );
    let sources = sources();
    for row in faults.iter().chain(&pictures) {
        let names: Vec<&str> = row.last().unwrap().split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test is named: {row:?}");
        for name in names {
            assert!(exists(name, &sources), "there is no test `{name}`, which \"{}\" names", row[0]);
        }
    }
    println!("{} faults, {} pictures", faults.len(), pictures.len());
}

#[test]
fn a_name_that_no_test_has_is_found() {
    let sources = sources();
    assert!(exists("runs.rs: a_state_of_another_run_is_refused", &sources));
    // An unknown title, the beginning of one, a function that is no test, and a test of another file.
    for name in [
        "nothing ever fails",
        "a GPU process that crashes",
        "runs.rs: studio",
        "files.rs: a_state_of_another_run_is_refused",
    ] {
        assert!(!exists(name, &sources), "{name}");
    }
}
