//! Lays out the page.

use leptos::prelude::*;

use crate::{
    actions::context::Context,
    model::choice::Role,
    view::{
        alert::AlertBox,
        controls::Controls,
        offline::UpdateOffer,
        picker::{PicturePicker, accept_anywhere},
        stage::Stage,
    },
};

/// The pickers, the controls and the picture.
#[component]
pub fn Page() -> impl IntoView {
    let context: Context = expect_context();
    let store = context.store;
    accept_anywhere(context);
    view! {
        <main
            id="studio"
            data-state=move || store.run.state.get().name()
            data-engine=move || store.engine.ready.get().map_or("", |(engine, _)| engine.name())
            data-weights=move || store.engine.weights_from.get()
            data-job=move || store.run.job.get().0.to_string()
        >
            <AlertBox />
            <UpdateOffer />
            <PicturePicker role=Role::Photo />
            <PicturePicker role=Role::Painting />
            <Controls />
            <Stage />
            // Shown in an embedded page only, which has no controls for the choice.
            <a class="away" href="./" target="_blank" rel="noopener">"Paint your own photo"</a>
        </main>
    }
}
