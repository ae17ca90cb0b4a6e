//! Takes the help of an option apart: what it does, and what it is if left out.

use options::Entry;

/// The help text without the default.
pub fn sentence(entry: &Entry) -> &str {
    entry.help.split_once(" [default: ").map_or(entry.help, |(help, _)| help)
}

/// The default, as its value or in words.
pub fn default(entry: &Entry) -> String {
    let in_words = entry.help.split_once(" [default: ").and_then(|(_, rest)| rest.strip_suffix(']'));
    match (in_words, entry.default()) {
        (Some(words), _) => words.to_owned(),
        (None, Some(value)) => format!("`{value}`"),
        (None, None) => "none".to_owned(),
    }
}
