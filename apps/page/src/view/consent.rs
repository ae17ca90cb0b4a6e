//! Asks before a picture is loaded from another site.

use leptos::prelude::*;

use crate::{
    actions::{context::Context, sources},
    services::{address::host, screen::focus},
    view::dock::PAINT,
};

/// A question for each picture that the address of the page names, with its site.
#[component]
pub fn RemotePictures() -> impl IntoView {
    let context: Context = expect_context();
    let named = context.store.sources.named;
    let questions = move || {
        let asked = named.get().into_iter().map(|(role, address)| {
            let text = format!(
                "The address of this page names a {} on {}. Load it from there?",
                role.key(),
                host(&address).unwrap_or_else(|| "another site".to_owned()),
            );
            let answer = move |is_wanted: bool| {
                sources::answer(context, role, is_wanted);
                // The pressed button has gone.
                focus(PAINT);
            };
            view! {
                <div class="alert remote" role="status">
                    <p>{text}</p>
                    <button type="button" on:click=move |_| answer(true)>"Load it"</button>
                    <button type="button" on:click=move |_| answer(false)>"No"</button>
                </div>
            }
        });
        asked.collect_view()
    };
    view! { {questions} }
}
