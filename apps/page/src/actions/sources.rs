//! Handles the choice of pictures: samples, the visitor's own files, and pictures on other sites.

use browser::{decode, spoken};
use decoding::{FileKind, SNIFFED};
use leptos::prelude::{GetUntracked, Set, Update, WithUntracked, WithValue};
use protocol::Failure;
use web_sys::File;

use crate::{
    actions::{context::Context, marking},
    model::{
        alert::Alert,
        choice::{Choice, Role},
        run::RepaintFrom,
    },
    services::{address::host, elsewhere, files, tasks::spawn},
    store::{Latest, Store},
};

/// Chooses a picture. Another photo is shown at once, unless something is being painted.
pub fn choose(context: Context, role: Role, choice: Choice) {
    let store = context.store;
    store.sources.latest(role).settle();
    let is_new = store.sources.chosen(role).with_untracked(|now| now.id != choice.id);
    if role == Role::Photo && is_new {
        // Another photo has other parts.
        marking::reset(store.marking);
        store.sources.photo_size.set(choice.size);
        let of_result =
            store.result.current.with_value(|result| result.as_ref().map(|result| result.content.id));
        if of_result == Some(choice.id) {
            store.result.on_wall.set(true);
        } else {
            take_down(store);
        }
    }
    store.sources.chosen(role).set(choice);
}

/// Takes the result off the wall, unless something is being painted there; the next run begins with the photo.
pub fn take_down(store: &Store) {
    if !store.run.state.get_untracked().is_running() {
        store.result.on_wall.set(false);
        store.run.repaint_from.set(RepaintFrom::Photo);
    }
}

/// Chooses one of the visitor's own files. If it is not a picture, the choice does not change and an alert is shown.
pub fn take_file(context: Context, role: Role, file: File) {
    let sources = context.store.sources;
    sources.last_used.set(role);
    open(context, sources.latest(role), file, move |choice| take(context, role, choice));
}

/// Has the visitor asked whether the picture is loaded that the page's address names, or says why it is not.
pub fn ask_or_refuse(store: &Store, role: Role, address: String) {
    if elsewhere::allows(&address) {
        store.sources.named.update(|named| named.push((role, address)));
        return;
    }
    let place = host(&address).unwrap_or_else(|| "another site".to_owned());
    let text = format!(
        "The address of this page names a {} on {place}, but {}. Save the picture and choose the file.",
        role.key(),
        elsewhere::REFUSED
    );
    store.ui.alert.set(Some(Alert::new("decode", text)));
}

/// The visitor's answer to whether the picture that the page's address names is loaded.
pub fn answer(context: Context, role: Role, is_wanted: bool) {
    let named = context.store.sources.named;
    let address =
        named.with_untracked(|named| named.iter().find(|(of, _)| *of == role).map(|(_, at)| at.clone()));
    named.update(|named| named.retain(|(of, _)| *of != role));
    if let Some(address) = address.filter(|_| is_wanted) {
        choose(context, role, Choice::elsewhere(role, &address));
    }
}

/// Chooses the picture at an address, which somebody has dropped or pasted.
pub fn take_address(context: Context, role: Role, address: String) {
    let sources = context.store.sources;
    sources.last_used.set(role);
    let is_latest = sources.latest(role).begin();
    spawn(async move {
        let choice = match files::fetch_file(&address).await {
            Ok(file) => kept(context, file).await,
            Err(error) => {
                // Browsers report a CORS refusal and a missing connection alike.
                let what = if elsewhere::allows(&address) {
                    "Its site has to allow that, by CORS; otherwise save"
                } else {
                    "Save"
                };
                let text = format!(
                    "The picture at {address} cannot be read ({}). {what} the picture and choose the file.",
                    spoken(&error)
                );
                Err(Alert::new("decode", text))
            }
        };
        if is_latest() {
            settle(context, choice, |choice| take(context, role, choice));
        }
    });
}

/// Checks that a file is a picture and calls `taken` with it, unless something else was asked for meanwhile; otherwise shows
/// an alert.
pub fn open(context: Context, latest: Latest, file: File, taken: impl FnOnce(Choice) + 'static) {
    let is_latest = latest.begin();
    spawn(async move {
        let choice = kept(context, file).await;
        if is_latest() {
            settle(context, choice, taken);
        }
    });
}

fn take(context: Context, role: Role, choice: Choice) {
    context.store.sources.own(role).set(Some(choice.clone()));
    choose(context, role, choice);
}

/// The choice of a file that is a picture.
async fn kept(context: Context, file: File) -> Result<Choice, Alert> {
    let size = match decode::measure(&file, &file.name()).await {
        Ok(size) => size,
        Err(failure) => return Err(unreadable(&file, &failure).await),
    };
    let refused = |error| Alert::new("decode", format!("The file cannot be shown ({}).", spoken(&error)));
    context.services.files.keep(file, size).map_err(refused)
}

/// Why a file cannot be read, and what it is by its bytes, where that is known: photos are often named by another format.
async fn unreadable(file: &File, failure: &Failure) -> Alert {
    let start = files::read_start(file, SNIFFED as i32).await.unwrap_or_default();
    let name = file.name();
    let words = match FileKind::of(&start) {
        Some(kind @ FileKind::Other(_)) => {
            format!(
                "{name} is {kind}, by its bytes, which this browser cannot read. Save it as JPEG or PNG, and choose that."
            )
        }
        Some(kind) => format!("{name} is {kind}, but damaged, or too large for this browser."),
        None => return Alert::from(failure),
    };
    Alert::new("decode", words)
}

/// Takes the choice, or says why there is none.
fn settle(context: Context, choice: Result<Choice, Alert>, taken: impl FnOnce(Choice)) {
    context.store.ui.alert.set(choice.as_ref().err().cloned());
    if let Ok(choice) = choice {
        taken(choice);
    }
}
