//! A second painting: its style is blended with the first one's, or is for the parts that are marked.

use leptos::prelude::*;

use super::{
    app::Studio,
    picker::{Choice, chosen_file},
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
    let share_in_words = move || format!("{} %", studio.share.get());
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
            <label class="button">
                "Your own second painting"
                <input
                    id="second-file" type="file" accept="image/*" class="visually-hidden"
                    on:change=move |event| {
                        if let Some(file) = chosen_file(&event_target(&event)) {
                            studio.open(file, move |choice| {
                                own.set(Some(choice.clone()));
                                second.set(Some(choice));
                            });
                        }
                    }
                />
            </label>
        </p>
        <div class="control" hidden=move || second.with(Option::is_none) || studio.marking.any.get()>
            <label for="share">"Its share"</label>
            <output for="share">{share_in_words}</output>
            <input
                id="share" type="range" min="5" max="95" step="5"
                prop:value=move || studio.share.get().to_string()
                aria-valuetext=share_in_words
                on:input=move |event| {
                    if let Ok(share) = event_target_value(&event).parse() {
                        studio.share.set(share);
                    }
                }
            />
        </div>
    }
}
