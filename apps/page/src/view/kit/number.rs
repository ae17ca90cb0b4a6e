//! Defines a number field.

use leptos::{html, prelude::*};

/// A number field. An invalid value stays visible and is marked; the last valid one remains in effect.
#[component]
pub fn Number(
    /// The id of the element.
    id: &'static str,
    /// The label.
    label: &'static str,
    /// The description, one sentence.
    hint: &'static str,
    /// The step between numbers.
    step: &'static str,
    /// The value of the field.
    shown: Signal<String>,
    /// Called with the text; returns `None` if it is invalid.
    choose: Callback<String, Option<()>>,
) -> impl IntoView {
    let bad = RwSignal::new(false);
    let field = NodeRef::<html::Input>::new();
    // Not a property, which is not set again while the number is equal: after an invalid entry the field must be reset,
    // too.
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
                aria-invalid=Signal::derive(move || bad.get().to_string())
                // Not on each key, since an incomplete number is often invalid.
                on:change=move |event| bad.set(choose.run(event_target_value(&event)).is_none())
            />
            <p id=hint_id class="hint">{hint}</p>
        </div>
    }
}
