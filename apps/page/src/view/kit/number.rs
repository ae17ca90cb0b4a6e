//! A number that is written in a field.

use leptos::{html, prelude::*};

/// A number in a field. One that cannot be used stays there, marked, and the last good one counts.
#[component]
pub fn Number(
    /// Of the element.
    id: &'static str,
    /// What the number is of.
    label: &'static str,
    /// What it means, in a sentence.
    hint: &'static str,
    /// From one number to the next.
    step: &'static str,
    /// What the field shows.
    shown: Signal<String>,
    /// Takes what was written; `None` if it cannot be used.
    choose: Callback<String, Option<()>>,
) -> impl IntoView {
    let bad = RwSignal::new(false);
    let field = NodeRef::<html::Input>::new();
    // Not by a property, which is left alone where the number is the same: what was marked has to go then, too.
    Effect::new(move |_| {
        let number = shown.get();
        bad.set(false);
        if let Some(field) = field.get() {
            field.set_value(&number);
        }
    });
    let hint_id = format!("{id}-hint");
    view! {
        <div class="control">
            <label for=id>{label}</label>
            <input
                id=id type="number" min="0" step=step node_ref=field aria-describedby=hint_id.clone()
                aria-invalid=move || bad.get().to_string()
                // Not at each key: half a number is often a bad one.
                on:change=move |event| bad.set(choose.run(event_target_value(&event)).is_none())
            />
            <p id=hint_id class="hint">{hint}</p>
        </div>
    }
}
