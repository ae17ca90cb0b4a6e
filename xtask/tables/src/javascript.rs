//! Writes what the JavaScript library has of the table of options: its own table, its types, and that of its document.

use std::fmt::Write;

use options::{
    EXPERIMENT, Entry, LOOK, Look, Options, entries, link::VALUES_OF_LOOKS, settings::content_weight,
};
use picture::Size;
use weights::Layer;

use crate::{
    shape::{Fields, Shape, serialised},
    words::{default, sentence},
};

/// How a name of the command line is written in JavaScript: `style-loss` becomes `styleLoss`.
fn camel(name: &str) -> String {
    let mut parts = name.split('-');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let (initial, rest) = part.split_at(part.len().min(1));
        name + &initial.to_ascii_uppercase() + rest
    })
}

/// A sentence about options, with their names in JavaScript: `--style-loss` becomes `styleLoss`.
fn in_javascript(text: &str) -> String {
    let mut parts = text.split("--");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let end =
            part.find(|letter: char| !letter.is_ascii_lowercase() && letter != '-').unwrap_or(part.len());
        let (name, rest) = part.split_at(end);
        text + &camel(name) + rest
    })
}

/// The numbers of a range on the page: `64 to 2048`.
fn range(entry: &Entry) -> Option<[f64; 2]> {
    let (least, most) = entry.page?.range.split_once(" to ")?;
    Some([least.parse().ok()?, most.parse().ok()?])
}

/// The default, as the library has it: it begins with the page's look.
fn usual(entry: &Entry) -> String {
    match entry.name {
        LOOK => format!("`{}`, or `{}` where one of its values is given", Look::ON_PAGE, Look::DEFAULT),
        EXPERIMENT => "none".to_owned(),
        name if values_of_looks().any(|value| value == name) => "as the look has it".to_owned(),
        _ => in_javascript(&default(entry)),
    }
}

/// The options that set values of a look: those of addresses, and the layers, which only the command line has.
fn values_of_looks() -> impl Iterator<Item = &'static str> {
    VALUES_OF_LOOKS.into_iter().chain(["content-layers", "style-layers"])
}

/// `options.js`.
pub fn table(_: &str) -> Result<String, String> {
    let usual = Options::default();
    let Size::LongSide(size) = usual.size else { return Err("the size is no number".into()) };
    let values_of_looks: Vec<String> = values_of_looks().map(camel).collect();
    let mut text = format!(
        "// The options: their values, and what each is in a message to the engine.\n\
         // Written by `cargo xtask docs` from the table of options, crates/options/src/table.rs.\n\n\
         /** The look of a picture for which nothing else is said. */\n\
         export const usualLook = '{}';\n\
         /** What is said otherwise: these are values of a look. */\n\
         export const valuesOfLooks = {values_of_looks:?};\n\
         /** The long side of a picture for which nothing else is said, in pixels. */\n\
         export const usualSize = {size};\n\
         /** The number of steps for which nothing else is said. */\n\
         export const usualSteps = {};\n\
         /** The content weight for a strength of 0. */\n\
         export const balanced = {};\n\
         /** The constants of Adam: a message has all of them, or none. */\n\
         export const adam = {};\n\n\
         export const table = {{\n",
        Look::ON_PAGE,
        usual.steps,
        content_weight(0.0),
        serialised(&usual)?["adam"]
    );
    for entry in entries() {
        let mut parts = match Shape::of(entry)? {
            Shape::Choice { field, words } => vec![format!("at: [{field:?}], choices: {words:?}")],
            Shape::Bundle(words) => vec![format!("choices: {}", named(&words))],
            Shape::Number { at, is_whole, words } => {
                let mut parts = vec![format!("at: {at:?}")];
                parts.extend(is_whole.then(|| "whole: true".to_owned()));
                parts.extend((!words.is_empty()).then(|| format!("choices: {words:?}")));
                parts
            }
            Shape::Crop(field) => vec![format!("crop: {field:?}")],
            Shape::Layers(field) => vec![format!("layers: {field:?}")],
            Shape::ByHand(words) if words.is_empty() => Vec::new(),
            Shape::ByHand(words) => vec![format!("values: [{}]", words.join(", "))],
        };
        parts.extend(range(entry).map(|[least, most]| format!("range: [{least}, {most}]")));
        let conflicts: Vec<String> = entry.conflicts.iter().map(|name| camel(name)).collect();
        parts.extend((!conflicts.is_empty()).then(|| format!("conflicts: {conflicts:?}")));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {}: {{ {} }},", camel(entry.name), parts.join(", "));
    }
    let layers = Layer::ALL.map(Layer::name);
    let _ = write!(text, "}};\n\nexport const layers = {layers:?};\n");
    Ok(text)
}

/// `{ "a": { "field": 1 }, … }`.
fn named(words: &[(String, Fields)]) -> String {
    let fields = |fields: &Fields| {
        let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        format!("{{ {} }}", fields.join(", "))
    };
    let words: Vec<String> = words.iter().map(|(word, set)| format!("{word:?}: {}", fields(set))).collect();
    format!("{{ {} }}", words.join(", "))
}

/// `options.d.ts`.
pub fn types(_: &str) -> Result<String, String> {
    let layers = Layer::ALL.map(|layer| format!("{:?}", layer.name())).join(" | ");
    let mut text = format!(
        "// Written by `cargo xtask docs` from the table of options, crates/options/src/table.rs.\n\n\
         /** A layer of the network. */\n\
         export type Layer = {layers};\n\n\
         /** Layers with their weights. */\n\
         export type Layers = {{ readonly [layer in Layer]?: number }};\n\n\
         /** What is painted, and how. */\n\
         export interface PaintOptions {{\n"
    );
    for entry in entries() {
        let range = range(entry).map(|[least, most]| format!(" {least} to {most}.")).unwrap_or_default();
        let (help, usual) = (in_javascript(sentence(entry)), usual(entry));
        let (name, kind) = (camel(entry.name), kind(entry)?);
        let _ =
            write!(text, "  /**\n   * {help}.{range}\n   * @default {usual}\n   */\n  {name}?: {kind};\n");
    }
    text.push_str(
        "}\n\n/** The same as attributes of `<impasto-demo>`. */\nexport interface DemoOptions {\n",
    );
    for (entry, range) in entries().filter_map(|entry| Some((entry, entry.page?.range))) {
        for name in entry.names() {
            let help = sentence(entry);
            let _ = write!(text, "  /** {help}: {range}. */\n  {name:?}?: string | number;\n");
        }
    }
    text.push_str("}\n");
    Ok(text)
}

/// The type of an option in TypeScript.
fn kind(entry: &Entry) -> Result<String, String> {
    let choices = || {
        let words = entry
            .values
            .split('|')
            .filter(|word| !word.starts_with(|first: char| first.is_ascii_uppercase()));
        words.map(|word| match word.split_once("LAYER") {
            Some((before, after)) => format!("`{before}${{Layer}}{after}`"),
            None => format!("{word:?}"),
        })
    };
    Ok(match Shape::of(entry)? {
        Shape::Choice { .. } | Shape::Bundle(_) => choices().collect::<Vec<_>>().join(" | "),
        Shape::Number { .. } => {
            std::iter::once("number".to_owned()).chain(choices()).collect::<Vec<_>>().join(" | ")
        }
        Shape::Crop(_) => "readonly [left: number, top: number, width: number, height: number]".to_owned(),
        Shape::Layers(_) => "Layers | \"none\"".to_owned(),
        Shape::ByHand(words) if words.is_empty() => "number".to_owned(),
        Shape::ByHand(words) => words.join(" | "),
    })
}

/// The table of the library's document.
pub fn document() -> Result<String, String> {
    let mut text = "| option | what it does | type | if left out |\n|---|---|---|---|\n".to_owned();
    for entry in entries() {
        let kind = kind(entry)?.replace('|', "\\|").replace('`', "");
        let range = range(entry).map(|[least, most]| format!(", {least} to {most}")).unwrap_or_default();
        let (name, help, usual) = (camel(entry.name), in_javascript(sentence(entry)), usual(entry));
        let _ = writeln!(text, "| `{name}` | {help} | `{kind}`{range} | {usual} |");
    }
    Ok(text)
}

/// `custom-elements.json`, with the attributes that are options between those of the pictures and the others.
pub fn manifest(text: &str) -> Result<String, String> {
    let line = |name: &str| {
        let name = format!("{{ \"name\": \"{name}\", \"type\"");
        text.lines()
            .position(|line| line.trim_start().starts_with(&name))
            .ok_or(format!("there is no attribute {name}"))
    };
    let (after, before) = (line("painting")?, line("network")?);
    let lines: Vec<&str> = text.lines().collect();
    let indent = &lines[after][..lines[after].len() - lines[after].trim_start().len()];
    let attribute = |entry: &Entry, name: &str, range: &str| {
        let help = format!("{}: {range}", sentence(entry)).replace('"', "\\\"");
        format!(
            "{indent}{{ \"name\": \"{name}\", \"type\": {{ \"text\": \"string\" }}, \"description\": \"{help}\" }},"
        )
    };
    let written = entries()
        .filter_map(|entry| Some((entry, entry.page?.range)))
        .flat_map(|(entry, range)| entry.names().map(move |name| attribute(entry, name, range)));
    let kept = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
    let all: Vec<String> =
        kept(&lines[..=after]).into_iter().chain(written).chain(kept(&lines[before..])).collect();
    Ok(all.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::{camel, in_javascript};

    #[test]
    fn names_are_written_as_in_javascript() {
        assert_eq!(camel("size"), "size");
        assert_eq!(camel("style-loss"), "styleLoss");
        assert_eq!(
            in_javascript("as --size; on with --style-loss neighbors, if"),
            "as size; on with styleLoss neighbors, if"
        );
    }
}
