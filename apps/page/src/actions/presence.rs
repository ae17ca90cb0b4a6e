//! What the browser is told while something is painted: the title, that the screen is to stay awake, that leaving loses a run.

use leptos::{
    ev,
    prelude::{Effect, Get, GetUntracked, Memo, SetValue, With, document, window_event_listener},
};

use crate::{
    actions::context::Context,
    services::{tasks::spawn, wake_lock},
};

/// Follows the runs from now on. Not in an embedded page, whose title nobody sees and which must not keep a reader.
pub fn follow(context: Context) {
    let run = context.store.run;
    let usual = document().title();
    // Rounded, so that the title changes a hundred times and not at each step.
    let title = Memo::new(move |_| {
        run.state.get().is_running().then(|| {
            let done = run.progress.with(|progress| progress.done);
            format!("{:.0} % painted – Impasto", 100.0 * done)
        })
    });
    Effect::new(move |_| document().set_title(&title.get().unwrap_or_else(|| usual.clone())));

    let running = Memo::new(move |_| run.state.get().is_running());
    Effect::new(move |_| {
        if running.get() {
            stay_awake(context);
        } else {
            context.services.wake_lock.set_value(None);
        }
    });
    // The browser releases the lock of a page that is hidden. Both listeners live as long as the page.
    let _ = window_event_listener(ev::visibilitychange, move |_| {
        if !document().hidden() && running.get_untracked() {
            stay_awake(context);
        }
    });
    let _ = window_event_listener(ev::beforeunload, move |event| {
        if running.get_untracked() {
            event.prevent_default();
        }
    });
}

fn stay_awake(context: Context) {
    spawn(async move {
        let lock = wake_lock::acquire().await;
        // The run may have ended meanwhile.
        if context.store.run.state.get_untracked().is_running() {
            context.services.wake_lock.set_value(lock);
        }
    });
}
