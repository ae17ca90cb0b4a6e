//! Shows which algorithms the GPU uses for convolutions, and lets the visitor choose them again.

use leptos::prelude::*;
use options::Engine;
use protocol::Tuning;

use crate::actions::{context::Context, networks::tune};

/// The current choice and its buttons, if the engine runs on a GPU.
#[component]
pub fn Convolutions() -> impl IntoView {
    let context: Context = expect_context();
    let store = context.store;
    let tuned = store.engine.tuned;
    let has_gpu = move || store.engine.ready.get().is_some_and(|(engine, _)| engine == Engine::Gpu);
    let by = move || tuned.get().map_or("", |(by, _)| by.name());
    let words = move || match tuned.get() {
        None => "Being measured: seconds on a GPU, minutes where the processor stands in for one.".to_owned(),
        Some((Tuning::Rule, _)) => {
            "A rule chooses their algorithms; measuring may find faster ones for this GPU.".to_owned()
        }
        Some((Tuning::Measurement, algorithms)) => {
            format!("The fastest algorithms here, as measured (channels in→out): {algorithms}.")
        }
    };
    let cannot = move || tuned.get().is_none() || store.run.state.get().is_running();
    view! {
        <Show when=has_gpu>
            <div class="control" id="convolutions" data-by=by>
                <span class="label">"Convolutions"</span>
                <p class="own">
                    <button type="button" id="measure" disabled=cannot on:click=move |_| tune(context, Tuning::Measurement)>
                        "Measure"
                    </button>
                    <button type="button" id="by-rule" disabled=cannot on:click=move |_| tune(context, Tuning::Rule)>
                        "By rule"
                    </button>
                </p>
                <p class="hint" aria-live="polite">{Signal::derive(words)}</p>
            </div>
        </Show>
    }
}
