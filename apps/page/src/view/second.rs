//! The choice of a second painting: its style is blended with the first one's, or used for the marked parts.

use leptos::prelude::*;

use crate::{
    actions::{context::Context, sources},
    model::choice::{Choice, Role},
    view::kit::{file_button::FileButton, slider::Slider},
};

/// The choice and its share in the blend.
#[component]
pub fn SecondPainting() -> impl IntoView {
    let context: Context = expect_context();
    let (second, share) = (context.store.sources.second, context.store.sources.share);
    let marked = context.store.marking.any;
    let own = RwSignal::new(None::<Choice>);
    // Samples by their keys; the visitor's own file by "own".
    let choose = move |key: &str| {
        let found = own.get_untracked().filter(|own| own.key == key);
        let sample = || Choice::samples(Role::Painting).into_iter().find(|choice| choice.key == key);
        context.store.sources.latest_second().settle();
        second.set(found.or_else(sample));
    };
    let is_chosen =
        move |key: &str| second.with(|second| second.as_ref().is_some_and(|choice| choice.key == key));
    let option = move |choice: Choice| {
        let key = choice.key.clone();
        view! {
            <option value=choice.key.clone() prop:selected=Signal::derive(move || is_chosen(&key))>{choice.label()}</option>
        }
    };
    view! {
        <div class="control">
            <label for="second">"Second painting"</label>
            <select id="second" aria-describedby="second-hint" on:change=move |event| choose(&event_target_value(&event))>
                <option value="none" prop:selected=Signal::derive(move || second.with(Option::is_none))>"none"</option>
                {move || own.get().map(option)}
                {Choice::samples(Role::Painting).into_iter().map(option).collect_view()}
            </select>
            <p id="second-hint" class="hint">"Its style is blended with the first one’s, or is for the marked parts."</p>
        </div>
        <p class="own">
            <FileButton
                label="Your own second painting" accept="image/*" id="second-file"
                take=move |file| sources::open(context, context.store.sources.latest_second(), file, move |choice| {
                    own.set(Some(choice.clone()));
                    second.set(Some(choice));
                })
            />
        </p>
        <div hidden=Signal::derive(move || second.with(Option::is_none) || marked.get())>
            <Slider
                id="share" label="Its share" words=Signal::derive(move || format!("{} %", share.get())) range=5..=95 step=5
                value=share moved=move |moved| share.set(moved)
            />
        </div>
    }
}
