//! Lays out the page.

use leptos::prelude::*;

use crate::{
    actions::context::Context,
    model::choice::Role,
    view::{
        alert::AlertBox,
        consent::RemotePictures,
        controls::Controls,
        history::Results,
        offline::UpdateOffer,
        outcome::Outcome,
        picker::{PicturePicker, accept_anywhere},
        ready::Ready,
        stage::Stage,
    },
};

/// The picture, which stays in sight, and beside or below it the pictures to choose from and the settings.
#[component]
pub fn Page() -> impl IntoView {
    let context: Context = expect_context();
    let store = context.store;
    accept_anywhere(context);
    view! {
        <main
            id="studio"
            data-state=Signal::derive(move || store.run.state.get().name())
            data-engine=Signal::derive(move || store.engine.ready.get().map_or("", |(engine, _)| engine.name()))
            data-weights=Signal::derive(move || store.engine.weights_from.get())
            data-job=Signal::derive(move || store.run.job.get().0.to_string())
        >
            <AlertBox />
            <RemotePictures />
            <UpdateOffer />
            <Stage />
            <div class="pane">
                <Outcome />
                <Results />
                <Ready />
                <PicturePicker role=Role::Photo />
                <PicturePicker role=Role::Painting />
                <Controls />
            </div>
            // Shown in an embedded page only, which has no controls for the choice.
            <a class="away" href="./" target="_blank" rel="noopener">"Paint your own photo"</a>
        </main>
    }
}
