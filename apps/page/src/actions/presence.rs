//! What the browser is told while something is painted: the title, that the screen is to stay awake, that leaving loses a run;
//! and what a visitor is told who looks at something else.

use leptos::{
    ev,
    prelude::{Effect, Get, GetUntracked, Memo, Set, SetValue, With, document, window_event_listener},
};

use crate::{
    actions::context::Context,
    model::{alert::Alert, run::RunState},
    services::{notice, tasks::spawn, wake_lock},
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
    Effect::new(move |before: Option<bool>| {
        let is_running = running.get();
        if before == Some(true) && !is_running {
            tell_end(context);
        }
        is_running
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

/// Turns on that the visitor is told of the end of a run, if the browser allows that, or turns it off.
pub fn toggle_telling(context: Context) {
    let ui = context.store.ui;
    if ui.tells.get_untracked() {
        ui.tells.set(false);
        return;
    }
    spawn(async move {
        let is_allowed = notice::ask().await;
        ui.tells.set(is_allowed);
        if !is_allowed {
            let text =
                "This browser does not let the page tell you anything. Its settings for this site say why.";
            ui.alert.set(Some(Alert::new("notice", text.to_owned())));
        }
    });
}

/// Tells a visitor who looks at something else that a run has ended.
fn tell_end(context: Context) {
    let sentence = match context.store.run.state.get_untracked() {
        RunState::Done => "The picture is painted.",
        RunState::Failed => "The picture could not be painted.",
        _ => return,
    };
    if context.store.ui.tells.get_untracked() && document().hidden() {
        notice::tell(sentence);
    }
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
