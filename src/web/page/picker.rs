//! The two wells: which photo is painted, and in the manner of which painting.
//!
//! A picture comes from the samples, from the file dialogue, by drag and drop, or by paste.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent, File, HtmlInputElement, Url};

use super::app::{Studio, warn};
use crate::{
    link::{A_PICTURE, Asked, Ignored},
    message::PictureId,
};

/// Which of the two pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// What is painted.
    Photo,
    /// In whose manner.
    Painting,
}

impl Role {
    const fn key(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Painting => "painting",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Photo => "Photo",
            Self::Painting => "Painting",
        }
    }

    const fn samples(self) -> &'static [Sample] {
        match self {
            Self::Photo => PHOTOS,
            Self::Painting => PAINTINGS,
        }
    }

    /// What is chosen when the page opens: what its address asks for, if that can be had.
    pub fn first_choice(self, asked: Option<&Asked>) -> Choice {
        let first = match self {
            Self::Photo => 0,
            Self::Painting => 1,
        };
        match asked {
            None => Choice::sample(self, first),
            Some(Asked::Address(address)) => Choice::elsewhere(self, address),
            Some(Asked::Sample(key)) => {
                let found = self.samples().iter().position(|sample| sample.key == key);
                if found.is_none() {
                    warn(&Ignored::new(self.key(), key, A_PICTURE));
                }
                Choice::sample(self, found.unwrap_or(first))
            }
        }
    }
}

/// A picture that ships with the page.
struct Sample {
    /// Its file's name without `.jpg`.
    key: &'static str,
    title: &'static str,
    /// The painter; for photos nothing (the credits are in the page's footer).
    by: &'static str,
}

const PHOTOS: &[Sample] = &[
    Sample { key: "summer-palace", title: "Summer Palace, Beijing", by: "" },
    Sample { key: "cat", title: "Chelsea the cat", by: "" },
    Sample { key: "coffee", title: "A cup of coffee", by: "" },
    Sample { key: "astronaut", title: "Eileen Collins, astronaut", by: "" },
];

const PAINTINGS: &[Sample] = &[
    Sample { key: "hokusai-great-wave", title: "The Great Wave off Kanagawa", by: "Katsushika Hokusai" },
    Sample {
        key: "van-gogh-village-street-in-auvers",
        title: "Village Street in Auvers",
        by: "Vincent van Gogh",
    },
    Sample { key: "kandinsky-composition-viii", title: "Composition VIII", by: "Wassily Kandinsky" },
    Sample { key: "hokusai-poppies", title: "Poppies", by: "Katsushika Hokusai" },
    Sample {
        key: "renoir-moulin-de-la-galette",
        title: "Bal du moulin de la Galette",
        by: "Pierre-Auguste Renoir",
    },
    Sample { key: "cassatt-summertime", title: "Summertime", by: "Mary Cassatt" },
    Sample {
        key: "hiroshige-benzaiten-shrine-snow",
        title: "The Benzaiten Shrine at Inokashira in Snow",
        by: "Utagawa Hiroshige",
    },
    Sample { key: "bruegel-harvesters", title: "The Harvesters", by: "Pieter Bruegel the Elder" },
];

/// A picture that is (or can be) chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Tells the worker whether it has seen this file before.
    pub id: PictureId,
    /// The radio button's value: a sample's file name without `.jpg`, or "own", or "elsewhere".
    pub key: String,
    /// What it is called, or the file's name.
    pub title: String,
    /// Who painted it, if that is known.
    pub by: &'static str,
    /// Where an `img` finds it.
    pub url: String,
    /// The visitor's own file; `None` for what is fetched from `url`.
    pub file: Option<File>,
}

impl Choice {
    fn sample(role: Role, at: usize) -> Self {
        let sample = &role.samples()[at];
        let (folder, offset) = match role {
            Role::Photo => ("photos", 0),
            Role::Painting => ("styles", PHOTOS.len()),
        };
        Self {
            id: PictureId((offset + at) as u32),
            key: sample.key.into(),
            title: sample.title.into(),
            by: sample.by,
            url: format!("samples/{folder}/{}.jpg", sample.key),
            file: None,
        }
    }

    /// The paintings that ship with the page.
    pub fn paintings() -> Vec<Self> {
        (0..PAINTINGS.len()).map(|at| Self::sample(Role::Painting, at)).collect()
    }

    /// A file of the visitor's own. Its object URL lives as long as the page: an earlier result may
    /// still need the file for its triptych.
    pub fn own(number: u32, file: File) -> Option<Self> {
        let url = Url::create_object_url_with_blob(&file).ok()?;
        let samples = (PHOTOS.len() + PAINTINGS.len()) as u32;
        Some(Self {
            id: PictureId(samples + number),
            key: "own".into(),
            title: file.name(),
            by: "",
            url,
            file: Some(file),
        })
    }

    /// A picture that the page's address names.
    fn elsewhere(role: Role, address: &str) -> Self {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let name = path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(path);
        // The visitor's own files are counted from the other end.
        let id = match role {
            Role::Photo => u32::MAX,
            Role::Painting => u32::MAX - 1,
        };
        Self {
            id: PictureId(id),
            key: "elsewhere".into(),
            title: name.into(),
            by: "",
            url: address.into(),
            file: None,
        }
    }

    /// Whether it came with the page.
    fn is_sample(&self) -> bool {
        self.key != "own" && self.key != "elsewhere"
    }

    /// How an `img` asks for it: a picture elsewhere as it will be read, for an isolated page shows no others.
    pub fn crossorigin(&self) -> Option<&'static str> {
        (self.key == "elsewhere").then_some("anonymous")
    }

    /// Title and painter, for a caption or an `alt`.
    pub fn label(&self) -> String {
        if self.by.is_empty() { self.title.clone() } else { format!("{}, {}", self.title, self.by) }
    }

    /// A piece of a file name: lower-case letters and digits, the rest as single hyphens.
    pub fn slug(&self) -> String {
        let name = if self.is_sample() {
            &self.key
        } else {
            self.title.rsplit_once('.').map_or(self.title.as_str(), |(stem, _)| stem)
        };
        let words: Vec<String> = name
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        words.join("-")
    }
}

/// A place where a picture is chosen.
#[component]
pub fn Well(
    /// Which of the two.
    role: Role,
) -> impl IntoView {
    let studio: Studio = expect_context();
    let chosen = studio.chosen(role);
    let own = studio.own(role);
    // A drag over a child leaves the parent: count the levels, not the events.
    let dragged = RwSignal::new(0_i32);
    let heading = match role {
        Role::Photo => "photo-heading",
        Role::Painting => "painting-heading",
    };

    let thumb = move |choice: Choice| {
        let (label, alt) = (choice.label(), choice.label());
        let (key, url, crossorigin) = (choice.key.clone(), choice.url.clone(), choice.crossorigin());
        let id = choice.id;
        view! {
            <label class="thumb" title=label>
                <input
                    type="radio"
                    name=role.key()
                    value=key
                    prop:checked=move || chosen.with(|now| now.id == id)
                    on:change=move |_| chosen.set(choice.clone())
                />
                <img crossorigin=crossorigin src=url alt=alt width="96" height="96" loading="lazy" draggable="false" />
            </label>
        }
    };
    let samples = (0..role.samples().len()).map(|at| thumb(Choice::sample(role, at))).collect_view();

    view! {
        <section
            class="well"
            class:dropping=move || dragged.get().is_positive()
            aria-labelledby=heading
            data-chosen=move || chosen.with(|choice| choice.key.clone())
            tabindex="-1"
            on:focusin=move |_| studio.last_used.set(role)
            on:click=move |_| studio.last_used.set(role)
            on:dragenter=move |_| dragged.update(|depth| *depth += 1)
            on:dragleave=move |_| dragged.update(|depth| *depth -= 1)
            on:drop=move |event: DragEvent| {
                event.prevent_default();
                event.stop_propagation();
                dragged.set(0);
                if let Some(file) = event.data_transfer().and_then(|data| first_file(&data)) {
                    studio.take_file(role, file);
                }
            }
        >
            <header>
                <h2 id=heading>{role.title()}</h2>
                <p class="chosen">{move || chosen.with(|choice| choice.title.clone())}</p>
            </header>
            <div class="thumbs" role="radiogroup" aria-labelledby=heading>
                {move || own.get().map(thumb)} {samples}
            </div>
            <p class="own">
                <FileButton
                    label=format!("Your own {}", role.key()) accept="image/*"
                    take=move |file| studio.take_file(role, file)
                />
                <span class="hint">"or drop it here, or paste it"</span>
            </p>
        </section>
    }
}

/// Pictures that are dropped beside the wells or pasted go to the well that was used last.
pub fn accept_anywhere(studio: Studio) {
    let over = window_event_listener(leptos::ev::dragover, |event| event.prevent_default());
    let dropped = window_event_listener(leptos::ev::drop, move |event| {
        // Without this the browser leaves the page to show the file.
        event.prevent_default();
        if let Some(file) = event.data_transfer().and_then(|data| first_file(&data)) {
            studio.take_file(studio.last_used.get_untracked(), file);
        }
    });
    let pasted = window_event_listener(leptos::ev::paste, move |event| {
        let event: &ClipboardEvent = event.unchecked_ref();
        if let Some(file) = event.clipboard_data().and_then(|data| first_file(&data)) {
            event.prevent_default();
            studio.take_file(studio.last_used.get_untracked(), file);
        }
    });
    on_cleanup(move || {
        over.remove();
        dropped.remove();
        pasted.remove();
    });
}

/// A button with which a visitor hands over a file.
#[component]
pub fn FileButton(
    /// What stands on it.
    #[prop(into)]
    label: String,
    /// Which kinds of file it takes.
    accept: &'static str,
    /// Of the element.
    #[prop(optional)]
    id: Option<&'static str>,
    /// The element that says more about it.
    #[prop(optional)]
    described_by: Option<&'static str>,
    /// Is handed the file.
    take: impl Fn(File) + 'static,
) -> impl IntoView {
    view! {
        <label class="button">
            {label}
            <input
                id=id type="file" accept=accept class="visually-hidden" aria-describedby=described_by
                on:change=move |event| {
                    let input: HtmlInputElement = event_target(&event);
                    if let Some(file) = input.files().and_then(|files| files.get(0)) {
                        take(file);
                    }
                    // So that the same file can be chosen again after it was changed.
                    input.set_value("");
                }
            />
        </label>
    }
}

fn first_file(data: &DataTransfer) -> Option<File> {
    data.files()?.get(0)
}
