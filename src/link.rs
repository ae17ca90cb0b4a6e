//! What the address of the page asks for, so that a link can say what to paint and how:
//! `?photo=cat&painting=hokusai-great-wave&size=192&steps=60&strength=0.5&network=tiny`.
//!
//! Whoever writes an address decides nothing but what a visitor could choose on the page, within the same bounds.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use crate::{message::Engine, weights::PackName};

/// The long side of a result that can be chosen on the page, in pixels.
pub const SIZES: RangeInclusive<u32> = 64..=512;
/// How many steps can be chosen on the page.
pub const STEPS: RangeInclusive<u32> = 10..=300;
/// The strengths that can be chosen on the page: from the photo to the painting.
pub const STRENGTHS: RangeInclusive<f64> = -1.5..=1.5;

/// What an address asks for; `None` where it says nothing, or nothing that can be had.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Link {
    /// The name of a sample photo.
    pub photo: Option<String>,
    /// The name of a sample painting.
    pub painting: Option<String>,
    /// The long side of the result in pixels, one of [`SIZES`].
    pub size: Option<u32>,
    /// One of [`STEPS`].
    pub steps: Option<u32>,
    /// One of [`STRENGTHS`].
    pub strength: Option<f64>,
    /// The network's folder in `weights/`.
    pub network: Option<PackName>,
    /// Which engine has to paint: to try it out, and to help somebody.
    pub engine: Option<Engine>,
    /// What was left out.
    pub ignored: Vec<Ignored>,
}

/// A value in an address that cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Its name in the address.
    pub key: &'static str,
    /// As it stands there, shortened.
    pub value: String,
    /// What could be there.
    pub wanted: String,
}

impl Ignored {
    /// `wanted` says what could be there.
    pub fn new(key: &'static str, value: &str, wanted: impl Into<String>) -> Self {
        Self { key, value: value.chars().take(40).collect(), wanted: wanted.into() }
    }
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the address says {}={:?}, which is ignored: it can be {}",
            self.key, self.value, self.wanted
        )
    }
}

impl Link {
    /// Reads an address; `get` gives the value of a name, decoded. Other names are none of our business.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let mut ignored = Vec::new();
        let size = within("size", &get, &SIZES, &mut ignored);
        let steps = within("steps", &get, &STEPS, &mut ignored);
        let strength = within("strength", &get, &STRENGTHS, &mut ignored);
        let mut parsed = |key: &'static str, wanted: &str| {
            let value = get(key)?;
            let name = value.parse::<PackName>().ok();
            if name.is_none() {
                ignored.push(Ignored::new(key, &value, wanted));
            }
            name
        };
        // A sample's name is as plain as a pack's.
        let photo = parsed("photo", "the name of a sample photo").map(|name| name.to_string());
        let painting = parsed("painting", "the name of a sample painting").map(|name| name.to_string());
        let network = parsed("network", "the name of a network that this site offers");
        let engine = get("engine").and_then(|value| match value.as_str() {
            "gpu" => Some(Engine::Gpu),
            "cpu" => Some(Engine::Cpu),
            _ => {
                ignored.push(Ignored::new("engine", &value, "gpu or cpu"));
                None
            }
        });
        Self { photo, painting, size, steps, strength, network, engine, ignored }
    }
}

/// A number within bounds.
fn within<T: FromStr + PartialOrd + fmt::Display>(
    key: &'static str,
    get: &impl Fn(&str) -> Option<String>,
    bounds: &RangeInclusive<T>,
    ignored: &mut Vec<Ignored>,
) -> Option<T> {
    let value = get(key)?;
    let number = value.parse().ok().filter(|number| bounds.contains(number));
    if number.is_none() {
        ignored.push(Ignored::new(key, &value, format!("{} to {}", bounds.start(), bounds.end())));
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A link with these names and values.
    fn link(pairs: &[(&str, &str)]) -> Link {
        Link::read(|key| pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn an_address_without_a_question_asks_for_nothing() {
        assert_eq!(link(&[]), Link::default());
        assert_eq!(link(&[("utm_source", "post"), ("fbclid", "1")]), Link::default());
    }

    #[test]
    fn everything_that_can_be_chosen_can_be_asked_for() {
        let found = link(&[
            ("photo", "cat"),
            ("painting", "hokusai-great-wave"),
            ("size", "200"),
            ("steps", "60"),
            ("strength", "-0.5"),
            ("network", "tiny"),
            ("engine", "cpu"),
        ]);
        let wanted = Link {
            photo: Some("cat".to_owned()),
            painting: Some("hokusai-great-wave".to_owned()),
            size: Some(200),
            steps: Some(60),
            strength: Some(-0.5),
            network: Some(PackName::tiny()),
            engine: Some(Engine::Cpu),
            ignored: Vec::new(),
        };
        assert_eq!(found, wanted);
    }

    #[test]
    fn what_cannot_be_had_is_left_out_and_named() {
        let hostile = [
            ("size", "100000"),
            ("size", "63"),
            ("size", "-256"),
            ("size", "256px"),
            ("steps", "0"),
            ("steps", "1e9"),
            ("strength", "NaN"),
            ("strength", "inf"),
            ("strength", ""),
            ("network", "../../secret"),
            ("network", "https://elsewhere.example/weights"),
            ("photo", "javascript:alert(1)"),
            ("painting", "//elsewhere.example/x.jpg"),
            ("engine", "<script>"),
        ];
        for (key, value) in hostile {
            let found = link(&[(key, value), ("utm_source", "post")]);
            let [ignored] = found.ignored.as_slice() else { panic!("{key}={value} gave {found:?}") };
            assert_eq!((ignored.key, ignored.value.as_str()), (key, value));
            assert_eq!(Link { ignored: Vec::new(), ..found }, Link::default(), "{key}={value}");
        }
    }

    #[test]
    fn a_warning_says_what_could_be_there_and_repeats_no_novel() {
        let found = link(&[("size", &"9".repeat(5000))]);
        let text = found.ignored[0].to_string();
        assert!(text.contains("64 to 512") && text.len() < 200, "{text}");
    }
}
