//! Finds out what an option is in a message to the engine: each value is set, and what changes in the serialised
//! options belongs to it.

use std::collections::BTreeSet;

use options::{Entry, Options};
use serde_json::{Map, Value};
use weights::Layer;

/// Options that are no part of a message by themselves: the library computes another one from them.
const BY_HAND: [&str; 2] = ["strength", "strokes"];

/// Some fields of the serialised options and their values.
pub type Fields = Vec<(String, Value)>;

/// The form of an option in a message.
pub enum Shape {
    /// A named value is the value of this field.
    Choice { field: String, words: Vec<String> },
    /// A named value sets fields.
    Bundle(Vec<(String, Fields)>),
    /// A number is the value of the field at this path, or a named value that of its first part.
    Number { at: Vec<String>, is_whole: bool, words: Vec<String> },
    /// Four hundredths are the value of this field.
    Crop(String),
    /// Layers with weights are the value of this field.
    Layers(String),
    /// A number, or one of these, of which the library makes something.
    ByHand(Vec<String>),
}

impl Shape {
    /// The form of this option.
    ///
    /// # Errors
    /// If its values are described by a word that is not known here.
    pub fn of(entry: &Entry) -> Result<Self, String> {
        if BY_HAND.contains(&entry.name) {
            let (words, _) = alternatives(entry.values);
            return Ok(Self::ByHand(words));
        }
        let (words, placeholder) = alternatives(entry.values);
        match placeholder {
            None => {
                let named = named(entry, &words)?;
                Ok(same_field(&named).map_or(Self::Bundle(named), |field| Self::Choice { field, words }))
            }
            Some("LEFT,TOP,WIDTH,HEIGHT") => Ok(Self::Crop(field(entry, "1,2,3,4")?)),
            Some("LAYER=WEIGHT,…") => Ok(Self::Layers(field(entry, "conv1_1=0.71")?)),
            Some(_) => {
                // Neither number is the value of another option.
                let is_whole = after(entry, "0.71").is_err();
                let (text, number) = if is_whole { ("97", 97.0) } else { ("0.71", 0.71) };
                let changed = Value::Object(after(entry, text)?);
                let at = path(&changed, number)
                    .ok_or_else(|| format!("{}: the number is nowhere in the options", entry.name))?;
                Ok(Self::Number { at, is_whole, words })
            }
        }
    }
}

/// The named values of a notation such as `N|original`, each name with `LAYER` in it for all layers, and the
/// placeholder, if there is one.
fn alternatives(values: &str) -> (Vec<String>, Option<&str>) {
    let is_placeholder = |part: &&str| part.starts_with(|first: char| first.is_ascii_uppercase());
    let placeholder = values.split('|').find(is_placeholder);
    let words = values.split('|').filter(|part| !is_placeholder(part)).flat_map(|part| {
        let layers =
            part.contains("LAYER").then(|| Layer::ALL.map(|layer| part.replace("LAYER", layer.name())));
        layers.map_or_else(|| vec![part.to_owned()], Vec::from)
    });
    (words.collect(), placeholder)
}

/// What each of these values sets: the fields that any of them changes.
fn named(entry: &Entry, words: &[String]) -> Result<Vec<(String, Fields)>, String> {
    let usual = serialised(&Options::default())?;
    let results = words.iter().map(|word| after(entry, word)).collect::<Result<Vec<_>, _>>()?;
    let touched: BTreeSet<&String> = results.iter().flat_map(|result| changed(&usual, result)).collect();
    let fields = |result: &Map<String, Value>| {
        touched.iter().map(|&key| (key.clone(), result[key].clone())).collect::<Fields>()
    };
    Ok(words.iter().cloned().zip(results.iter().map(fields)).collect())
}

/// The field of which each word is the value, if there is one.
fn same_field(named: &[(String, Fields)]) -> Option<String> {
    let is_value = |(word, fields): &(String, Fields)| matches!(&fields[..], [(_, Value::String(value))] if value == word);
    let (_, fields) = named.first()?;
    named.iter().all(is_value).then(|| fields[0].0.clone())
}

/// The only field that this value changes.
fn field(entry: &Entry, text: &str) -> Result<String, String> {
    let (usual, result) = (serialised(&Options::default())?, after(entry, text)?);
    let found: Vec<&String> = changed(&usual, &result).collect();
    match found[..] {
        [one] => Ok(one.clone()),
        _ => Err(format!("{}: {text} changes {found:?}", entry.name)),
    }
}

fn changed<'a>(
    usual: &'a Map<String, Value>,
    result: &'a Map<String, Value>,
) -> impl Iterator<Item = &'a String> {
    result.iter().filter(|(key, value)| usual.get(*key) != Some(value)).map(|(key, _)| key)
}

/// The serialised options with this value.
fn after(entry: &Entry, text: &str) -> Result<Map<String, Value>, String> {
    let mut options = Options::default();
    (entry.set)(&mut options, text).map_err(|error| format!("{}: {error}", entry.name))?;
    serialised(&options)
}

/// As a message has them. Read from the text: otherwise an `f32` would have the digits of an `f64`.
///
/// # Errors
/// If an option is a number that JSON cannot represent.
pub fn serialised(options: &Options) -> Result<Map<String, Value>, String> {
    let text = serde_json::to_string(options).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

/// Where this number is.
fn path(value: &Value, number: f64) -> Option<Vec<String>> {
    match value {
        Value::Number(found) => (found.as_f64() == Some(number)).then(Vec::new),
        Value::Object(fields) => fields.iter().find_map(|(key, value)| {
            let rest = path(value, number)?;
            Some(std::iter::once(key.clone()).chain(rest).collect())
        }),
        _ => None,
    }
}
