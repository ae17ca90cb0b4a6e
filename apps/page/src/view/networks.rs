//! The choice of the network.

use leptos::prelude::*;

use crate::{
    actions::{context::Context, networks::choose},
    model::offers::Offer,
};

/// The available networks, each with its description.
#[component]
pub fn NetworkControl() -> impl IntoView {
    let context: Context = expect_context();
    let store = context.store;
    let networks = store.networks;
    let radio = move |offer: &Offer, chosen: bool| {
        let pack = offer.pack.clone();
        view! {
            <label>
                <input
                    type="radio" name="network" value=pack.to_string()
                    prop:checked=chosen
                    // Not `change`: pressing the network that is already selected also counts as a choice. Keys produce
                    // clicks too.
                    on:click=move |_| choose(context, pack.clone())
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
    let note = move || networks.with(|networks| networks.note(store.run.state.get().is_running()));

    view! {
        <fieldset class="networks" aria-describedby="network-note">
            <legend>"Network"</legend>
            {radios}
            <p id="network-note" class="hint">{Signal::derive(note)}</p>
        </fieldset>
    }
}
