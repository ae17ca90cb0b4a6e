//! Handles the choice of the network.

use leptos::prelude::{RwSignal, Set, Update, WithUntracked};
use options::Engine;
use protocol::{PackPlace, Tuning};
use weights::PackName;

use crate::{
    actions::context::Context,
    model::networks::Networks,
    services::{address, connection::saves_data, networks as host},
};

/// Fetches the host's list of networks. Without it, only the bundled networks are available.
pub async fn ask(networks: RwSignal<Networks>) {
    let answer = host::list().await;
    let ignored = networks.try_update(|networks| networks.set_offers(answer)).flatten();
    ignored.iter().for_each(address::warn);
}

/// The network of a run that starts now, as a function of the engine, which may not be known yet.
pub fn for_a_run(networks: RwSignal<Networks>) -> Box<dyn FnOnce(Engine) -> PackPlace> {
    let mut chosen = None;
    networks.update(|networks| {
        networks.start_run();
        chosen.clone_from(&networks.chosen);
    });
    Box::new(move |engine| {
        let place = networks.try_update(|networks| networks.use_for_run(engine, chosen.as_ref()));
        place.unwrap_or_else(|| PackPlace { name: PackName::fast().to_string(), elsewhere: None })
    })
}

/// The network that a run started now would use.
pub fn next(networks: RwSignal<Networks>) -> PackPlace {
    networks.with_untracked(Networks::next_place)
}

/// Chooses a network.
pub fn choose(context: Context, pack: PackName) {
    context.store.networks.update(|networks| networks.chosen = Some(pack));
    prepare(context);
}

/// Has the engine, if it is ready, fetch the network of the next run, compile its kernels and measure its pace. Not in an
/// embedded page, whose reader may not want to paint, nor where the visitor saves data.
pub fn prepare(context: Context) {
    let store = context.store;
    let is_ready = store.engine.ready.with_untracked(Option::is_some);
    if is_ready && !store.ui.embed && !saves_data() {
        let (pack, options) = (next(store.networks), store.settings.options());
        context.with_bridge(|bridge| bridge.prepare(pack, options));
    }
}

/// Requests to choose the GPU's algorithms for the chosen network again.
pub fn tune(context: Context, by: Tuning) {
    let pack = next(context.store.networks);
    let asked = context.with_bridge(|bridge| bridge.tune(pack, by)).unwrap_or(false);
    if asked {
        context.store.engine.tuned.set(None);
    }
}
