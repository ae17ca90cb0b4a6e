//! Which network paints: the control, and the list of what the host offers.

use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::RequestCache;

use super::app::{Studio, warn};
use crate::{
    link::{A_NETWORK, Ignored},
    message::{Engine, Failure, PackPlace},
    web::{
        fetch::{fetch, is_web_page, read},
        spoken,
    },
    weights::{MAX_LIST_BYTES, Offer, PackName, bundled_offers, choose_offer, parse_offers},
};

/// Where the site keeps the list, relative to the page.
const LIST: &str = "weights/packs.json";

/// What the page knows about the networks.
#[derive(Clone, Debug)]
pub struct Networks {
    /// Never empty: what comes with Impasto, until the host's list is here.
    offers: Vec<Offer>,
    /// Why there is no list of the host's.
    fault: Option<Failure>,
    /// Which engine paints, as far as that is known; also while another worker is being started.
    pub engine: Option<Engine>,
    /// What the visitor chose; until then the network follows the engine.
    chosen: Option<PackName>,
    /// What the latest run paints with, once that is known.
    in_use: Option<PackName>,
    /// The browser has no room to keep the network of the latest run.
    pub no_room: bool,
}

impl Networks {
    /// What is known before the host was asked.
    pub fn new(engine: Option<Engine>, chosen: Option<PackName>) -> Self {
        Self { offers: bundled_offers(), fault: None, engine, chosen, in_use: None, no_room: false }
    }

    /// The network that a run would take as things stand.
    fn next(&self) -> PackName {
        self.on(self.engine, self.chosen.as_ref())
    }

    fn on(&self, engine: Option<Engine>, chosen: Option<&PackName>) -> PackName {
        choose_offer(&self.offers, chosen, engine).map_or_else(PackName::fast, |offer| offer.pack.clone())
    }

    /// Where the worker finds a network.
    fn place(&self, pack: &PackName) -> PackPlace {
        let offer = self.offers.iter().find(|offer| offer.pack == *pack);
        offer.map_or_else(|| PackPlace { name: pack.to_string(), elsewhere: None }, Offer::place)
    }

    /// What is worth saying about it.
    fn note(&self, running: bool) -> String {
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

/// Asks the host what it offers. Without an answer there is still what comes with Impasto.
pub async fn ask(networks: RwSignal<Networks>) {
    let answer = list().await;
    networks.update(|networks| {
        match answer {
            Ok(offers) => networks.offers = offers,
            Err(failure) => networks.fault = Some(failure),
        }
        // Only an address can have asked for one that is not there.
        let offered = |pack: &PackName| networks.offers.iter().any(|offer| offer.pack == *pack);
        if let Some(missing) = networks.chosen.take_if(|chosen| !offered(chosen)) {
            warn(&Ignored::new("network", missing.as_str(), A_NETWORK));
        }
    });
}

/// The network of a run that is asked for now: to be told as soon as it is known which engine paints.
pub fn for_a_run(networks: RwSignal<Networks>) -> Box<dyn FnOnce(Engine) -> PackPlace> {
    let mut chosen = None;
    networks.update(|networks| {
        networks.in_use = None;
        networks.no_room = false;
        chosen.clone_from(&networks.chosen);
    });
    Box::new(move |engine| {
        let place = networks.try_update(|networks| {
            let pack = networks.on(Some(engine), chosen.as_ref());
            let place = networks.place(&pack);
            networks.in_use = Some(pack);
            place
        });
        place.unwrap_or_else(|| PackPlace { name: PackName::fast().to_string(), elsewhere: None })
    })
}

/// The network that a run would take as things stand.
pub fn next(networks: RwSignal<Networks>) -> PackPlace {
    networks.with_untracked(|networks| networks.place(&networks.next()))
}

/// Chooses the network that calls itself so; whether there is one.
pub fn choose_named(networks: RwSignal<Networks>, name: &str) -> bool {
    let offered = networks.with_untracked(|networks| {
        networks.offers.iter().find(|offer| offer.name == name).map(|offer| offer.pack.clone())
    });
    let Some(pack) = offered else { return false };
    networks.update(|networks| networks.chosen = Some(pack));
    true
}

/// The list, always asked for anew so that a new pack is noticed.
async fn list() -> Result<Vec<Offer>, Failure> {
    let unusable = |why: &str| Failure::Weights(format!("{LIST}: {why}"));
    let unreachable = |error: JsValue| unusable(&spoken(&error));
    let response = fetch(LIST, RequestCache::NoCache).await.map_err(unreachable)?;
    if !response.ok() {
        return Err(unusable(&format!("status {}", response.status())));
    }
    // One byte more than allowed is enough to see that the list is too long.
    let json = read(&response, MAX_LIST_BYTES + 1).await.map_err(unreachable)?;
    if is_web_page(&json) {
        return Err(unusable("a web page came instead"));
    }
    parse_offers(&json).map_err(|error| unusable(&error.to_string()))
}

/// The networks to choose among, each with what one gets.
#[component]
pub fn NetworkControl() -> impl IntoView {
    let studio: Studio = expect_context();
    let networks = studio.networks;
    let radio = move |offer: &Offer, chosen: bool| {
        let pack = offer.pack.clone();
        view! {
            <label>
                <input
                    type="radio" name="network" value=pack.to_string()
                    prop:checked=chosen
                    // Not `change`: whoever presses what is chosen already has chosen it too. Keys click as well.
                    on:click=move |_| networks.update(|networks| networks.chosen = Some(pack.clone()))
                />
                <span class="name">{offer.title().to_owned()}</span>
                " "
                <span class="about">{offer.about()}</span>
            </label>
        }
    };
    let radios = move || {
        networks.with(|networks| {
            let next = networks.next();
            networks.offers.iter().map(|offer| radio(offer, offer.pack == next)).collect_view()
        })
    };
    let note = move || networks.with(|networks| networks.note(studio.state.get().is_running()));

    view! {
        <fieldset class="networks" aria-describedby="network-note">
            <legend>"Network"</legend>
            {radios}
            <p id="network-note" class="hint">{note}</p>
        </fieldset>
    }
}
