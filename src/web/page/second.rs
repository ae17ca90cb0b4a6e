//! A second painting: its style is blended with the first one's, or is for the parts that are marked.

use leptos::prelude::*;

use super::{
    app::Studio,
    picker::{Choice, FileButton},
    slider::Slider,
};

/// The choice, and how much of it there is.
#[component]
pub fn Second() -> impl IntoView {
    let studio: Studio = expect_context();
    let second = studio.second;
    let own = RwSignal::new_local(None::<Choice>);
    // Samples by their keys; a file of one's own by "own".
    let choose = move |key: &str| {
        let found = own.get_untracked().filter(|own| own.key == key);
        second.set(found.or_else(|| Choice::paintings().into_iter().find(|choice| choice.key == key)));
    };
    let is_chosen =
        move |key: &str| second.with(|second| second.as_ref().is_some_and(|choice| choice.key == key));
    let option = move |choice: Choice| {
        let key = choice.key.clone();
        view! {
            <option value=choice.key.clone() prop:selected=move || is_chosen(&key)>{choice.label()}</option>
        }
    };
    view! {
        <div class="control">
            <label for="second">"Second painting"</label>
            <select id="second" aria-describedby="second-hint" on:change=move |event| choose(&event_target_value(&event))>
                <option value="none" prop:selected=move || second.with(Option::is_none)>"none"</option>
                {move || own.get().map(option)}
                {Choice::paintings().into_iter().map(option).collect_view()}
            </select>
            <p id="second-hint" class="hint">"Its style is blended with the first one’s, or is for the marked parts."</p>
        </div>
        <p class="own">
            <FileButton
                label="Your own second painting" accept="image/*" id="second-file"
                take=move |file| studio.open(file, move |choice| {
                    own.set(Some(choice.clone()));
                    second.set(Some(choice));
                })
            />
        </p>
        <div hidden=move || second.with(Option::is_none) || studio.marking.any.get()>
            <Slider
                id="share" label="Its share" words=move || format!("{} %", studio.share.get()) range=5..=95 step=5
                value=studio.share moved=move |share| studio.share.set(share)
            />
        </div>
    }
}
