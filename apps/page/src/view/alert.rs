//! Shows the error message.

use leptos::prelude::*;

use crate::actions::context::Context;

/// The error message, until it is dismissed.
#[component]
pub fn AlertBox() -> impl IntoView {
    let context: Context = expect_context();
    let current = context.store.ui.alert;
    let alert = move || {
        current.get().map(|alert| {
            view! {
                <div id="error" class="alert" role="alert" data-kind=alert.kind>
                    <p>{alert.text}</p>
                    <button type="button" on:click=move |_| current.set(None)>"Dismiss"</button>
                    {alert.details.map(|details| view! {
                        <details><summary>"Details"</summary><p>{details}</p></details>
                    })}
                </div>
            }
        })
    };
    view! { {alert} }
}
