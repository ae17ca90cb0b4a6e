//! Copies what is chosen: as an address, as code for a post, as a command line.

use browser::spoken;
use leptos::prelude::{GetUntracked, Set, WithUntracked};

use crate::{
    actions::context::Context,
    model::{alert::Alert, sharing::Chosen},
    services::{address, clipboard, tasks::spawn},
    store::Store,
};

/// What is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An address of this page.
    Link,
    /// HTML for a post.
    EmbedCode,
    /// A command line.
    Command,
}

/// Copies what is chosen in one of the forms.
pub fn copy(context: Context, form: Form) {
    let ui = context.store.ui;
    let chosen = chosen(context.store);
    let home = address::home();
    let (text, mut words) = match form {
        Form::Link => (
            format!("{home}?{}", address::written(&chosen.parameters())),
            "The link is in the clipboard.".to_owned(),
        ),
        Form::EmbedCode => (chosen.embed_code(&home), "The code is in the clipboard.".to_owned()),
        Form::Command => (chosen.command(), "The command is in the clipboard.".to_owned()),
    };
    let own = chosen.own_files().join(" and ");
    if form != Form::Command && !own.is_empty() {
        words = format!("{words} It does not name {own}, which only this machine has.");
    }
    if context.store.sources.second.with_untracked(Option::is_some)
        || context.store.marking.any.get_untracked()
    {
        words += " It leaves out the second painting and what is marked.";
    }
    spawn(async move {
        match clipboard::copy_text(&text).await {
            Ok(()) => ui.status.set(words),
            Err(error) => {
                let text = format!("Nothing can be copied here ({}). This is it: {text}", spoken(&error));
                ui.alert.set(Some(Alert::new("export", text)));
            }
        }
    });
}

fn chosen(store: &Store) -> Chosen {
    Chosen {
        photo: store.sources.photo.get_untracked(),
        painting: store.sources.painting.get_untracked(),
        network: store.networks.with_untracked(|networks| networks.chosen.as_ref().map(ToString::to_string)),
        options: store.settings.plain_options(),
        experiment: store.settings.asked_experiment(),
    }
}
