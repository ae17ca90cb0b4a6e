//! Decides which of the host's networks a run uses.

use options::{
    Engine,
    link::{A_NETWORK, Ignored},
};
use protocol::{Failure, PackPlace};
use weights::PackName;

use crate::model::offers::{Offer, bundled_offers, choose_offer};

/// The available networks and the choice among them.
#[derive(Clone, Debug)]
pub struct Networks {
    /// The available networks; never empty: the bundled ones, until the host's list is loaded.
    pub offers: Vec<Offer>,
    /// Why the host's list could not be loaded.
    fault: Option<Failure>,
    /// The engine of the next run, as far as it is known; also while another worker is starting.
    pub engine: Option<Engine>,
    /// The visitor's choice; without one, the network depends on the engine.
    pub chosen: Option<PackName>,
    /// The network of the latest run, once it is known.
    in_use: Option<PackName>,
    /// Whether the browser could not store the network of the latest run, for lack of space.
    pub no_room: bool,
}

impl Networks {
    /// The bundled networks, before the host's list is loaded.
    pub fn new(engine: Option<Engine>, chosen: Option<PackName>) -> Self {
        Self { offers: bundled_offers(), fault: None, engine, chosen, in_use: None, no_room: false }
    }

    /// Takes the host's list, or the reason why there is none. Returns the network in the page's address if the host
    /// does not have it; it is then not chosen.
    pub fn set_offers(&mut self, answer: Result<Vec<Offer>, Failure>) -> Option<Ignored> {
        match answer {
            Ok(offers) => self.offers = offers,
            Err(failure) => self.fault = Some(failure),
        }
        // Only the page's address can have named a missing network.
        let offered = |pack: &PackName| self.offers.iter().any(|offer| offer.pack == *pack);
        let missing = self.chosen.take_if(|chosen| !offered(chosen))?;
        Some(Ignored::new("network", missing.as_str(), A_NETWORK))
    }

    /// The network that a run started now would use.
    pub fn next(&self) -> PackName {
        self.on(self.engine, self.chosen.as_ref())
    }

    /// Where the worker finds the [next](Self::next) network.
    pub fn next_place(&self) -> PackPlace {
        self.place(&self.next())
    }

    /// Forgets the network of the run before: a new run begins.
    pub fn start_run(&mut self) {
        self.in_use = None;
        self.no_room = false;
    }

    /// The network of a run on this engine for which `chosen` was chosen. It is in use from now on.
    pub fn use_for_run(&mut self, engine: Engine, chosen: Option<&PackName>) -> PackPlace {
        let pack = self.on(Some(engine), chosen);
        let place = self.place(&pack);
        self.in_use = Some(pack);
        place
    }

    /// Chooses the network with this name; returns whether there is one.
    pub fn choose_named(&mut self, name: &str) -> bool {
        let Some(offer) = self.offers.iter().find(|offer| offer.name == name) else { return false };
        self.chosen = Some(offer.pack.clone());
        true
    }

    fn on(&self, engine: Option<Engine>, chosen: Option<&PackName>) -> PackName {
        choose_offer(&self.offers, chosen, engine).map_or_else(PackName::fast, |offer| offer.pack.clone())
    }

    /// Where the worker finds a network.
    fn place(&self, pack: &PackName) -> PackPlace {
        let offer = self.offers.iter().find(|offer| offer.pack == *pack);
        offer.map_or_else(|| PackPlace { name: pack.to_string(), elsewhere: None }, Offer::place)
    }

    /// The network of the latest run, once it is known.
    pub const fn in_use(&self) -> Option<&PackName> {
        self.in_use.as_ref()
    }

    /// Notes on the choice, in sentences; empty if there are none.
    pub fn note(&self, running: bool) -> String {
        let next = self.next();
        let mut notes = Vec::new();
        if let Some(in_use) = self.in_use.as_ref().filter(|in_use| running && **in_use != next) {
            let offer = self.offers.iter().find(|offer| offer.pack == *in_use);
            let title = offer.map_or(in_use.as_str(), Offer::title);
            notes.push(format!("This run goes on with {title}; the choice is for the next one."));
        }
        if self.engine == Some(Engine::Cpu) && self.chosen.is_none() && next == PackName::tiny() {
            notes.push("Tiny is chosen because the processor paints here.".to_owned());
        }
        if self.no_room {
            notes.push(
                "This browser has no room to keep the network: the next visit will load it again.".to_owned(),
            );
        }
        if let Some(fault) = &self.fault {
            notes.push(format!(
                "Offered is what comes with Impasto, for the site's own list cannot be used ({fault})."
            ));
        }
        notes.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_follows_the_engine_until_one_is_chosen() {
        let mut networks = Networks::new(None, None);
        assert_eq!(networks.next(), PackName::fast());
        networks.engine = Some(Engine::Cpu);
        assert_eq!(networks.next_place().name, "tiny");
        assert!(networks.note(false).starts_with("Tiny is chosen because"));
        assert!(!networks.choose_named("no such network"));
        assert!(networks.choose_named("Impasto Fast"));
        assert_eq!((networks.next(), networks.note(false)), (PackName::fast(), String::new()));
    }

    #[test]
    fn a_run_keeps_its_network_when_another_one_is_chosen() {
        let mut networks = Networks::new(Some(Engine::Gpu), None);
        networks.no_room = true;
        networks.start_run();
        assert!(!networks.no_room);
        assert_eq!(networks.use_for_run(Engine::Gpu, None).name, "fast");
        networks.choose_named("Impasto Tiny");
        assert!(networks.note(true).starts_with("This run goes on with Fast"));
        assert_eq!(networks.note(false), "");
    }

    #[test]
    fn a_network_that_is_not_offered_is_not_chosen() {
        let full: PackName = "vgg19".parse().unwrap();
        let mut networks = Networks::new(None, Some(full));
        let ignored = networks.set_offers(Ok(bundled_offers()));
        assert_eq!(ignored, Some(Ignored::new("network", "vgg19", A_NETWORK)));
        assert_eq!(networks.chosen, None);
        assert_eq!(networks.set_offers(Err(Failure::Weights("status 404".into()))), None);
        assert!(networks.note(false).contains("status 404"));
    }
}
