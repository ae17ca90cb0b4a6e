//! Defines what the page remembers of its settings: what an address can say of them.

use options::{
    Experiment, Options,
    link::{self, Link},
};
use picture::Size;
use weights::PackName;

/// What the controls say, except pictures.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptSettings {
    /// The options without those that an experiment sets.
    pub options: Options,
    /// Whether the size was chosen; otherwise it is what suits the machine.
    pub has_size: bool,
    /// The experiment.
    pub experiment: Option<Experiment>,
    /// The network, if one was chosen.
    pub network: Option<PackName>,
}

impl KeptSettings {
    /// Those of a first visit.
    pub fn usual() -> Self {
        Self::of(Link::default())
    }

    /// Those of an address.
    pub fn of(Link { options, has_size, experiment, network, .. }: Link) -> Self {
        Self { options, has_size, experiment, network }
    }

    /// The address with these settings.
    #[must_use]
    pub fn given_to(self, link: Link) -> Link {
        let Self { options, has_size, experiment, network } = self;
        Link { options, has_size, experiment, network, ..link }
    }

    /// Whether they are those of a first visit, on whatever machine.
    pub fn is_usual(&self) -> bool {
        let usual = Self::usual();
        *self == Self { options: Options { size: self.options.size, ..usual.options }, ..usual }
    }

    /// The parameters of an address that says the same.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = link::write(&self.options, self.experiment);
        parameters.retain(|(name, _)| *name != "size");
        // Not only an unusual one: a size that is named is not changed to what suits the machine.
        if let (true, Size::LongSide(side)) = (self.has_size, self.options.size) {
            parameters.push(("size", side.to_string()));
        }
        parameters.extend(self.network.iter().map(|network| ("network", network.to_string())));
        parameters
    }
}

#[cfg(test)]
mod tests {
    use options::Look;
    use weights::Layer;

    use super::*;

    fn read_back(kept: &KeptSettings) -> KeptSettings {
        let written = kept.parameters();
        KeptSettings::of(Link::read(|key| {
            written.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone())
        }))
    }

    #[test]
    fn what_is_remembered_comes_back() {
        let kept = KeptSettings {
            options: Options {
                size: Size::LongSide(320),
                steps: 60,
                ..Look::Portrait.given_to(&Options::default())
            },
            has_size: true,
            experiment: Some(Experiment::Texture(Layer::Conv3_1)),
            network: Some(PackName::tiny()),
        };
        assert_eq!(read_back(&kept), kept);
        assert_eq!(KeptSettings::usual().parameters(), []);
    }

    #[test]
    fn a_size_that_suits_the_machine_is_not_remembered_and_a_chosen_one_is() {
        let usual = KeptSettings::usual();
        let suited = KeptSettings {
            options: Options { size: Size::LongSide(640), ..usual.options.clone() },
            ..usual.clone()
        };
        assert_eq!(read_back(&suited), usual);
        assert!(suited.is_usual());
        let seeded = KeptSettings { options: Options { seed: 7, ..usual.options.clone() }, ..usual.clone() };
        assert!(!seeded.is_usual(), "also what no address can say");
        let chosen = KeptSettings { has_size: true, ..usual };
        assert_eq!(read_back(&chosen), chosen);
    }

    #[test]
    fn pictures_and_engine_of_an_address_stay() {
        let link = Link::read(|key| match key {
            "photo" => Some("cat".to_owned()),
            "engine" => Some("cpu".to_owned()),
            _ => None,
        });
        let kept = KeptSettings { network: Some(PackName::tiny()), ..KeptSettings::usual() };
        let both = kept.given_to(link.clone());
        assert_eq!(
            (both.photo, both.engine, both.network),
            (link.photo, link.engine, Some(PackName::tiny()))
        );
    }
}
