//! Reads the parameters of the page's address, so that a link can select what to paint and how:
//! `?photo=cat&painting=hokusai-great-wave&size=192&steps=60&strength=0.5&network=tiny`. The address of a frame in
//! another page (`docs/embedding.md`) has the same parameters.
//!
//! An address can select only what a visitor could select on the page, within the same ranges.

use std::{fmt, str::FromStr};

use weights::PackName;

use crate::{
    engine::Engine,
    experiment::Experiment,
    look::Look,
    other_ways::{EXPERIMENT, LOOK, PARAMETERS, Parameter, WRITTEN, Written},
    table::Options,
};

/// The valid values for a photo or a painting, in words.
pub const A_PICTURE: &str =
    "the name of a sample (as in samples/photos and samples/styles), or the http(s) address of a picture";
/// The valid values for a network, in words.
pub const A_NETWORK: &str = "the name of a network that this site offers (a folder in weights/)";

/// The maximum length of a picture's address, in bytes.
const MAX_ADDRESS: usize = 2000;

/// A picture that the address selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The name of a sample of the site.
    Sample(String),
    /// The `http` or `https` address of a file.
    Address(String),
}

/// The parameters of an address. A parameter that is missing or invalid has its default.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The photo.
    pub photo: Option<Asked>,
    /// The painting.
    pub painting: Option<Asked>,
    /// The options, without those that an experiment sets.
    pub options: Options,
    /// Whether the size is named.
    pub has_size: bool,
    /// An experiment of the paper.
    pub experiment: Option<Experiment>,
    /// The name of the network's folder in `weights/`.
    pub network: Option<PackName>,
    /// The engine to paint with, instead of the one that the page would choose: for tests and for support.
    pub engine: Option<Engine>,
    /// Whether the page is embedded as a frame: it shows only the picture, and starts at once.
    pub embed: bool,
    /// The origin of the embedding page, to which progress is posted.
    pub host: Option<String>,
    /// The parameters that were ignored.
    pub ignored: Vec<Ignored>,
}

/// A parameter with an invalid value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// The name of the parameter.
    pub key: &'static str,
    /// The value, shortened.
    pub value: String,
    /// The valid values, in words.
    pub wanted: &'static str,
}

impl Ignored {
    /// The value of `key` was ignored; valid values are described by `wanted`.
    pub fn new(key: &'static str, value: &str, wanted: &'static str) -> Self {
        Self { key, value: value.chars().take(40).collect(), wanted }
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

/// Whether an address says anything about settings, valid or not: then the visitor's remembered ones do not count.
pub fn names_settings(get: impl Fn(&str) -> Option<String>) -> bool {
    let names =
        |parameter: &Parameter| std::iter::once(parameter.name).chain(parameter.aliases.iter().copied());
    PARAMETERS.iter().flat_map(names).chain(["network"]).any(|name| get(name).is_some())
}

/// Whether an address sets a value of a look.
fn names_values_of_a_look(get: impl Fn(&str) -> Option<String>) -> bool {
    PARAMETERS.iter().filter(|parameter| VALUES_OF_LOOKS.contains(&parameter.name)).any(|parameter| {
        let is_valid = |value: &str| {
            (parameter.page.allows)(value) && (parameter.set)(&mut Options::default(), value).is_ok()
        };
        get(parameter.name).is_some_and(|value| is_valid(&value))
    })
}

/// The parameters that set values of a look.
pub const VALUES_OF_LOOKS: [&str; 6] =
    ["style-loss", "neighbors-weight", "neighbors-turns", "layers", "pyramid", EXPERIMENT];

impl Default for Link {
    /// The address without parameters.
    fn default() -> Self {
        Self {
            photo: None,
            painting: None,
            options: Look::ON_PAGE.given_to(&Options::default()),
            has_size: false,
            experiment: None,
            network: None,
            engine: None,
            embed: false,
            host: None,
            ignored: Vec::new(),
        }
    }
}

impl Link {
    /// Reads an address. `get` returns the decoded value of a parameter. Unknown parameters are ignored without a
    /// report.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let mut ignored = Vec::new();
        let photo = parsed("photo", &get, A_PICTURE, Asked::read, &mut ignored);
        let painting = parsed("painting", &get, A_PICTURE, Asked::read, &mut ignored);
        let network = parsed("network", &get, A_NETWORK, named, &mut ignored);
        let engine = parsed("engine", &get, "gpu or cpu", engine, &mut ignored);
        let host = parsed("host", &get, "the origin of a page, https://…", origin, &mut ignored);
        let embed = get("embed").is_some();
        let mut link = Self { photo, painting, network, engine, embed, host, ignored, ..Self::default() };
        // The values of a look and the paper's experiments were there before the looks, and count from the paper's method on.
        if names_values_of_a_look(&get) {
            link.options = Options::default();
        }
        link.read_options(get);
        link
    }

    fn read_options(&mut self, get: impl Fn(&str) -> Option<String>) {
        for parameter in &PARAMETERS {
            let mut names = std::iter::once(parameter.name).chain(parameter.aliases.iter().copied());
            let Some((name, value)) = names.find_map(|name| Some((name, get(name)?))) else { continue };
            let is_read = (parameter.page.allows)(&value)
                && if parameter.name == EXPERIMENT {
                    self.experiment = value.parse().ok();
                    self.experiment.is_some()
                } else {
                    (parameter.set)(&mut self.options, &value).is_ok()
                };
            self.has_size |= is_read && parameter.name == "size";
            if !is_read {
                self.ignored.push(Ignored::new(name, &value, parameter.page.range));
            }
        }
    }
}

/// The parameters of an address that selects these options: the look, unless it is the page's, and what can be chosen on the page
/// and differs from the look. [`Link::read`] is the inverse.
///
/// Options without a look are written as differences from the one that takes the fewest parameters. A difference from the paper's
/// would lose what the page does not offer by itself, such as the layers at which a look compares the photo.
pub fn write(options: &Options, experiment: Option<Experiment>) -> Vec<(&'static str, String)> {
    if let Some(look) = Look::of(options) {
        return written(look, options, experiment);
    }
    let all = Look::ALL.map(|look| written(look, options, experiment));
    let whole = all.into_iter().filter(|parameters| selects(parameters, options));
    whole.min_by_key(Vec::len).unwrap_or_else(|| written(Look::DEFAULT, options, experiment))
}

/// The options as differences from a look.
fn written(look: Look, options: &Options, experiment: Option<Experiment>) -> Vec<(&'static str, String)> {
    let is_offered = |entry: &Written, value: &str| entry.page.is_some_and(|page| (page.allows)(value));
    let mut parameters = unusual(options, look, is_offered);
    parameters.extend(experiment.map(|experiment| (EXPERIMENT, experiment.to_string())));
    // Without a look, values of one are differences from the paper's.
    if look != Look::ON_PAGE || parameters.iter().any(|(name, _)| VALUES_OF_LOOKS.contains(name)) {
        parameters.insert(0, (LOOK, look.to_string()));
    }
    parameters
}

/// Whether these parameters are read as these options.
fn selects(parameters: &[(&'static str, String)], options: &Options) -> bool {
    let value = |name: &str| Some(parameters.iter().find(|(other, _)| *other == name)?.1.clone());
    Link::read(value).options == *options
}

/// The flags of a command line that selects these options, without their hyphens: the look, unless it is the default, and what
/// differs from it.
pub fn flags(options: &Options) -> Vec<(&'static str, String)> {
    let look = Look::of(options).unwrap_or(Look::DEFAULT);
    let mut flags = Vec::new();
    if look != Look::DEFAULT {
        flags.push((LOOK, look.to_string()));
    }
    flags.extend(unusual(options, look, |entry, _| entry.command_line));
    flags
}

/// The names and values of the offered entries that differ from those of a look. Of two entries that cannot be combined the first
/// one is written.
fn unusual(
    options: &Options,
    look: Look,
    is_offered: impl Fn(&Written, &str) -> bool,
) -> Vec<(&'static str, String)> {
    let usual = look.given_to(&Options::default());
    let mut written: Vec<(&str, String)> = Vec::new();
    for entry in &WRITTEN {
        let Some(value) = (entry.get)(options).filter(|value| is_offered(entry, value)) else { continue };
        let is_said = written.iter().any(|(name, _)| entry.conflicts.contains(name));
        if Some(&value) != (entry.get)(&usual).as_ref() && !is_said {
            written.push((entry.name, value));
        }
    }
    written
}

impl Asked {
    fn read(value: &str) -> Option<Self> {
        if is_on_the_web(value) && value.len() <= MAX_ADDRESS {
            return Some(Self::Address(value.to_owned()));
        }
        // The names of samples have the same restricted form as those of packs.
        let name: PackName = value.parse().ok()?;
        Some(Self::Sample(name.to_string()))
    }
}

/// Whether it is an absolute `http` or `https` address.
pub fn is_on_the_web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

/// Whether it is the address of a folder: appending a file name gives the address of a file.
pub fn is_folder(address: &str) -> bool {
    is_on_the_web(address) && address.ends_with('/') && !address.contains(['?', '#'])
}

fn engine(name: &str) -> Option<Engine> {
    [Engine::Gpu, Engine::Cpu].into_iter().find(|engine| engine.name() == name)
}

/// Scheme, host and port, without a path; `None` for anything else.
fn origin(text: &str) -> Option<String> {
    let (_, place) = text.split_once("://").filter(|_| is_on_the_web(text))?;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-.:[]".contains(letter);
    (!place.is_empty() && place.len() <= 300 && place.chars().all(plain)).then(|| text.to_owned())
}

/// The value of a parameter, parsed by `read`.
fn parsed<T>(
    key: &'static str,
    get: &impl Fn(&str) -> Option<String>,
    wanted: &'static str,
    read: impl Fn(&str) -> Option<T>,
    ignored: &mut Vec<Ignored>,
) -> Option<T> {
    let value = get(key)?;
    let found = read(&value);
    if found.is_none() {
        ignored.push(Ignored::new(key, &value, wanted));
    }
    found
}

/// Parses a choice by its name.
fn named<T: FromStr>(value: &str) -> Option<T> {
    value.parse().ok()
}

#[cfg(test)]
mod tests {
    use picture::Size;
    use weights::Layer;

    use super::*;
    use crate::{
        choices::{Color, Enlarged, Init, Optimizer, Pooling, Pyramid, Schedule, StyleLoss, Turns, Until},
        entries,
        preset::StyleLayers,
        ranges::{SIZES, STEPS, STRENGTHS, STROKES},
        settings,
    };

    /// A link with these parameters.
    fn link(pairs: &[(&str, &str)]) -> Link {
        Link::read(|key| pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn an_address_without_a_question_asks_for_nothing() {
        assert_eq!(link(&[]), Link::default());
        assert_eq!(link(&[("utm_source", "post"), ("fbclid", "1")]), Link::default());
    }

    /// Options with no default among those that an address can name.
    fn all_chosen() -> Options {
        Options {
            size: Size::LongSide(200),
            style_size: Some(Size::LongSide(280)),
            style_crop: Some("25,25,50,50".parse().unwrap()),
            steps: 60,
            content_weight: settings::content_weight(-0.5),
            schedule: Schedule::Single,
            color: Color::Match,
            init: Init::Mixture,
            until: Until::Level,
            style_layers: StyleLayers::Forms.layers(),
            optimizer: Optimizer::Lbfgs,
            style_loss: StyleLoss::Neighbors,
            neighbors_weight: 0.5,
            neighbors_turns: Turns::Quarters,
            pyramid: Some(Pyramid::Off),
            finish_from: Some(128),
            enlarged: Enlarged::Picture,
            smooth_colors: 5,
            pooling: Pooling::Avg,
            ..Options::default()
        }
    }

    #[test]
    fn everything_that_can_be_chosen_can_be_asked_for() {
        let found = link(&[
            ("photo", "cat"),
            ("painting", "https://elsewhere.example/starry%20night.jpg?v=2"),
            ("size", "200"),
            ("steps", "60"),
            ("strength", "-0.5"),
            ("schedule", "single"),
            ("color", "match"),
            ("strokes", "140"),
            ("init", "mixture"),
            ("until", "level"),
            ("layers", "forms"),
            ("mode", "texture=conv3_1"),
            ("part", "25,25,50,50"),
            ("optimizer", "lbfgs"),
            ("style-loss", "neighbors"),
            ("neighbors-weight", "0.5"),
            ("neighbors-turns", "quarters"),
            ("pyramid", "off"),
            ("finish-from", "128"),
            ("enlarged", "picture"),
            ("smooth-colors", "5"),
            ("pooling", "avg"),
            ("network", "tiny"),
            ("engine", "cpu"),
            ("embed", ""),
            ("host", "http://localhost:8080"),
        ]);
        let wanted = Link {
            photo: Some(Asked::Sample("cat".to_owned())),
            painting: Some(Asked::Address("https://elsewhere.example/starry%20night.jpg?v=2".to_owned())),
            options: all_chosen(),
            experiment: Some(Experiment::Texture(Layer::Conv3_1)),
            network: Some(PackName::tiny()),
            engine: Some(Engine::Cpu),
            embed: true,
            host: Some("http://localhost:8080".to_owned()),
            has_size: true,
            ignored: Vec::new(),
        };
        assert_eq!(found, wanted);
    }

    #[test]
    fn what_cannot_be_had_is_left_out_and_named() {
        let hostile = [
            ("look", "nice"),
            ("size", "100000"),
            ("size", "63"),
            ("size", "-256"),
            ("size", "256px"),
            ("steps", "0"),
            ("steps", "1e9"),
            ("schedule", "double"),
            ("color", "Keep"),
            ("color", "<b>keep</b>"),
            ("strokes", "99"),
            ("strokes", "-100"),
            ("strokes", "broad"),
            ("init", ""),
            ("until", "0.05"),
            ("until", "NaN"),
            ("until", "inf"),
            ("layers", "conv1_1=1e30"),
            ("mode", "content"),
            ("part", "0,0,101,50"),
            ("mode", "style=conv1_1"),
            ("optimizer", "sgd"),
            ("style-loss", "gramm"),
            ("neighbors-weight", "5"),
            ("neighbors-turns", "4"),
            ("pyramid", "yes"),
            ("finish-from", "63"),
            ("enlarged", "photo"),
            ("smooth-colors", "9"),
            ("pooling", "max,avg"),
            ("strength", "NaN"),
            ("strength", "inf"),
            ("strength", ""),
            ("network", "../../secret"),
            ("network", "https://elsewhere.example/weights"),
            ("photo", "javascript:alert(1)"),
            ("painting", "//elsewhere.example/x.jpg"),
            ("painting", "data:image/svg+xml,<svg onload=alert(1)>"),
            ("painting", "blob:https://elsewhere.example/1"),
            ("engine", "<script>"),
            ("host", "*"),
            ("host", "null"),
            ("host", "https://"),
            ("host", "https://elsewhere.example/path"),
            ("host", "https://user@elsewhere.example"),
            ("host", "javascript://elsewhere.example"),
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
        assert!(text.len() < 200, "{text}");
        let bounds = |key| link(&[(key, "x")]).ignored[0].wanted;
        assert_eq!(bounds("size"), format!("{} to {}", SIZES.start(), SIZES.end()));
        assert_eq!(bounds("steps"), format!("{} to {}", STEPS.start(), STEPS.end()));
        assert_eq!(bounds("strength"), format!("{} to {}", STRENGTHS.start(), STRENGTHS.end()));
        let [fine, same, broad] = STROKES;
        assert_eq!(bounds("strokes"), format!("{fine}, {same} or {broad}"));
        assert_eq!(
            bounds("layers").replace(" or", ","),
            StyleLayers::ALL.map(|layers| layers.to_string()).join(", ")
        );
    }

    #[test]
    fn what_is_written_is_read_back() {
        let experiment = Some(Experiment::Content(Layer::Conv4_2));
        let options = Options {
            size: Size::LongSide(200),
            style_size: Some(Size::LongSide(120)),
            style_crop: Some("25,25,50,50".parse().unwrap()),
            steps: 60,
            content_weight: settings::content_weight(0.35),
            color: Color::Keep,
            style_layers: StyleLayers::Strokes.layers(),
            ..Options::default()
        };
        for (options, experiment, has_size) in
            [(options, experiment, true), (Options::default(), None, false)]
        {
            let written = write(&options, experiment);
            let read = Link::read(|key| {
                written.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone())
            });
            assert_eq!(read, Link { options, has_size, experiment, ..Link::default() }, "{written:?}");
        }
        assert_eq!(write(&Link::default().options, None), []);
        assert_eq!(Look::of(&Link::default().options), Some(Look::ON_PAGE));
    }

    #[test]
    fn flags_give_the_options_back() {
        let options = Options {
            size: Size::LongSide(200),
            style_size: Some(Size::LongSide(120)),
            steps: 60,
            content_weight: settings::content_weight(0.35),
            style_layers: StyleLayers::Strokes.layers(),
            padding: Some(crate::Padding::Zero),
            ..Look::Portrait.given_to(&Options::default())
        };
        let written = flags(&options);
        assert!(written.iter().any(|(name, _)| *name == "content-weight"), "{written:?}");
        assert!(
            !written.iter().any(|(name, _)| *name == "strength"),
            "the command line has none: {written:?}"
        );
        let mut read = Options::default();
        for entry in entries() {
            for (_, value) in written.iter().filter(|(name, _)| *name == entry.name) {
                (entry.set)(&mut read, value).unwrap();
            }
        }
        assert_eq!(read, options, "{written:?}");
        assert_eq!(flags(&Options::default()), []);
    }

    #[test]
    fn a_look_can_be_asked_for_and_what_is_named_beside_it_counts() {
        for look in Look::ALL {
            let options = look.given_to(&Options::default());
            let written = write(&options, None);
            let due = (look != Look::ON_PAGE).then(|| ("look", look.to_string()));
            assert_eq!(written, Vec::from_iter(due));
            assert_eq!(link(&[("look", &look.to_string())]).options, options);
        }
        // Whatever the order in the address.
        let found = link(&[
            ("neighbors-weight", "0.5"),
            ("layers", "forms"),
            ("look", "portrait"),
            ("pyramid", "off"),
        ]);
        let portrait = Look::Portrait.given_to(&Options::default());
        let due = Options {
            neighbors_weight: 0.5,
            style_layers: StyleLayers::Forms.layers(),
            pyramid: Some(Pyramid::Off),
            ..portrait
        };
        assert_eq!(found.options, due);
    }

    #[test]
    fn a_look_with_a_changed_value_keeps_its_others_in_an_address() {
        let changed: [fn(&mut Options); 5] = [
            |options| options.pyramid = Some(Pyramid::Off),
            |options| options.neighbors_weight = 0.5,
            |options| options.style_layers = StyleLayers::Forms.layers(),
            |options| options.style_loss = StyleLoss::Moments,
            |options| options.neighbors_turns = Turns::Quarters,
        ];
        for look in Look::ALL {
            for change in changed {
                let mut options = Options { steps: 60, ..look.given_to(&Options::default()) };
                change(&mut options);
                let written = write(&options, None);
                assert!(selects(&written, &options), "{look}: {written:?}");
                assert!(written.len() <= 3, "{look}: {written:?}");
            }
        }
    }

    #[test]
    fn values_of_a_look_without_one_count_from_the_method_of_the_paper() {
        let found = |key, value| link(&[(key, value)]).options;
        assert_eq!(found("style-loss", "gram"), Options::default());
        assert_eq!(Look::of(&found("style-loss", "gram")), Some(Look::Texture));
        assert_eq!(found("mode", "content=conv4_2"), Options::default());
        assert_eq!(link(&[("steps", "60")]).options, Options { steps: 60, ..Link::default().options });
        for name in VALUES_OF_LOOKS {
            assert!(PARAMETERS.iter().any(|parameter| parameter.name == name), "{name}");
        }
    }

    #[test]
    fn an_address_of_pictures_only_says_nothing_about_settings() {
        let says = |name: &str| names_settings(|key| (key == name).then(|| "x".to_owned()));
        for name in ["look", "size", "part", "mode", "strength", "network"] {
            assert!(says(name), "{name}");
        }
        for name in ["photo", "painting", "engine", "embed", "host", "theme", "utm_source"] {
            assert!(!says(name), "{name}");
        }
    }

    #[test]
    fn only_a_valid_size_counts_as_named() {
        let has_size = |size| link(&[("size", size)]).has_size;
        assert!(has_size("256"), "even if it is the usual one");
        assert!(!has_size("63") && !has_size(""));
        assert!(!link(&[("steps", "60")]).has_size);
    }
}
