//! Offers what is chosen in forms that others can use.

use leptos::prelude::*;

use crate::actions::{
    context::Context,
    share::{Form, copy},
};

/// Buttons that copy an address, code for a post, and a command line.
#[component]
pub fn Share() -> impl IntoView {
    let context: Context = expect_context();
    let button = move |form: Form, label: &'static str| {
        view! { <button type="button" on:click=move |_| copy(context, form)>{label}</button> }
    };
    view! {
        <div class="share" role="group" aria-label="Share the settings">
            {button(Form::Link, "Copy link")}
            {button(Form::EmbedCode, "Copy code for a post")}
            {button(Form::Command, "Copy as a command")}
        </div>
    }
}
