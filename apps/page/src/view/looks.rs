//! The choice of the look.

use leptos::prelude::*;
use options::Look;

use crate::actions::{context::Context, settings::choose_look};

/// The looks, each with its name and one sentence.
const LOOKS: [(Look, &str, &str); 5] = [
    (Look::Brushwork, "Brushwork", "whole strokes, few cracks"),
    (Look::Portrait, "Portrait", "strokes, and true faces"),
    (Look::Texture, "Texture", "the paper’s: even all over"),
    (Look::Poster, "Poster", "calm areas, clear contours"),
    (Look::Free, "Free", "the photo is painted anew"),
];

/// A radio button for each look. None is pressed where other settings have changed one of its values.
#[component]
pub fn LookControl() -> impl IntoView {
    let context: Context = expect_context();
    let settings = context.store.settings;
    let current = move || {
        let look = settings.base.with(Look::of);
        look.filter(|_| settings.experiment.with(|experiment| experiment.0 == "none"))
    };
    let radio = move |(look, name, about): (Look, &'static str, &'static str)| {
        view! {
            <label>
                <input
                    type="radio" name="look" value=look.to_string()
                    prop:checked=Signal::derive(move || current() == Some(look))
                    on:change=move |_| choose_look(context, look)
                />
                <span class="name">{name}</span>
                " "
                <span class="about">{about}</span>
            </label>
        }
    };
    view! {
        <fieldset class="looks" aria-describedby="look-note">
            <legend>"Look"</legend>
            {LOOKS.into_iter().map(radio).collect_view()}
            <p id="look-note" class="hint">
                {Signal::derive(move || if current().is_none() { "Your own: More and Expert say what it is." } else { "" })}
            </p>
        </fieldset>
    }
}
