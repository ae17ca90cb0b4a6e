//! The page `bench.html`, on which visitors measure their own device: a button, the tables that the engine reports, and
//! the same as text.

use std::{cell::RefCell, rc::Rc};

use browser::{envelope, envelope::Envelope, spoken, webgpu_adapter};
use js_sys::{Function, Promise, Reflect};
use protocol::{BUILD, Depth, Event, Failure, Request, Table};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, HtmlElement, MessageEvent, Worker};

use crate::{
    model::offers::Offer,
    services::{networks, tasks::spawn, workers},
};

/// The largest network that is measured.
const MOST_BYTES: u64 = 30_000_000;

const WITHOUT: &str = "This browser has no WebGPU here: the processor is measured.";

/// The content of the page, before it is measured. Plain HTML: the framework would take three times as much.
const CONTENT: &str = r#"<p><button class="primary" id="measure">Measure</button></p>
<p id="status" role="status" data-phase="ready"></p><div id="tables"></div>
<div id="text" hidden><p><button id="copy">Copy as text</button></p>
<textarea readonly aria-label="The results as text" rows="8"></textarea></div>"#;

/// What the page shows.
#[derive(Clone)]
struct State {
    tables: Rc<RefCell<Vec<Table>>>,
    document: Document,
}

impl State {
    /// The first element that a selector finds. All that are asked for are in `CONTENT`.
    fn element(&self, selector: &str) -> Option<HtmlElement> {
        Some(self.document.query_selector(selector).ok()??.unchecked_into())
    }

    /// Says something. The phase is `ready`, `measuring`, `done` or `failed`.
    fn say(&self, phase: &str, words: &str) {
        if let Some(status) = self.element("#status") {
            status.set_text_content(Some(words));
            let _ = status.set_attribute("data-phase", phase);
        }
        if let Some(button) = self.element("#measure") {
            let _ =
                button.set_attribute("aria-disabled", if phase == "measuring" { "true" } else { "false" });
        }
        if let Some(text) = self.element("#text") {
            text.set_hidden(phase != "done");
        }
    }

    fn is_measuring(&self) -> bool {
        self.element("#status[data-phase=measuring]").is_some()
    }

    fn fail(&self, why: &str) {
        self.say("failed", &["It could not be measured: ", why].concat());
    }

    /// Shows all tables, as such and as text.
    fn show(&self) {
        let tables = self.tables.borrow();
        let html: String = tables.iter().map(Table::html).collect();
        if let Some(place) = self.element("#tables") {
            place.set_inner_html(&html);
        }
        if let Some(field) = self.element("#text textarea") {
            field.set_text_content(Some(&self.text(&tables)));
        }
    }

    /// The tables as Markdown, after the build and the browser.
    fn text(&self, tables: &[Table]) -> String {
        let browser = self.document.default_view().and_then(|window| window.navigator().user_agent().ok());
        let tables: Vec<String> = tables.iter().map(Table::markdown).collect();
        ["Impasto, build ", BUILD, ", ", &browser.unwrap_or_default(), "\n\n", &tables.join("\n")].concat()
    }
}

/// Fills the page.
pub fn fill(document: Document, place: &HtmlElement) {
    place.set_inner_html(CONTENT);
    let state = State { tables: Rc::default(), document };
    let measuring = state.clone();
    on_click(&state, "#measure", move || {
        if !measuring.is_measuring() {
            spawn(start(measuring.clone()));
        }
    });
    let copied = state.clone();
    on_click(&state, "#copy", move || spawn(copy(copied.clone())));
}

fn on_click(state: &State, selector: &str, act: impl FnMut() + 'static) {
    let listener = Closure::<dyn FnMut()>::new(act);
    if let Some(button) = state.element(selector) {
        button.set_onclick(Some(listener.as_ref().unchecked_ref()));
    }
    // It lives as long as the page.
    listener.forget();
}

/// Starts an engine, and has it measure.
async fn start(state: State) {
    state.tables.borrow_mut().clear();
    state.show();
    state.say("measuring", "Measuring. This takes a minute or more.");
    let offers = match networks::list().await {
        Ok(offers) => offers,
        Err(failure) => return state.fail(&failure.to_string()),
    };
    let asked = web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    let has = |word: &str| asked.split(['?', '&']).any(|part| part == word);
    let depth = if has("quick") { Depth::Quick } else { Depth::Full };
    let engine =
        if !has("engine=cpu") && webgpu_adapter().await.is_some() { "worker-gpu" } else { "worker-cpu" };
    if engine == "worker-cpu" {
        state.say("measuring", WITHOUT);
    }
    // Nobody is to download the full network for this.
    let is_small = |offer: &Offer| offer.bytes.is_none_or(|bytes| bytes < MOST_BYTES);
    let packs = offers.iter().filter(|offer| is_small(offer)).map(Offer::place).collect();
    match workers::start(engine) {
        Ok(worker) => listen(state, &worker, Request::Measure { packs, depth }),
        Err(error) => state.fail(&spoken(&error)),
    }
}

/// Sends the request as soon as the worker is ready, and shows what it reports.
fn listen(state: State, worker: &Worker, request: Request) {
    let sender = worker.clone();
    let on_message =
        Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            match envelope::open::<Event>(&message.data()) {
                Ok(Event::Ready { build, .. }) if build != BUILD => {
                    state.fail(&Failure::Outdated.to_string());
                }
                Ok(Event::Ready { .. }) => {
                    let sent =
                        Envelope::new(&request).map(|envelope| sender.post_message(envelope.parts().0));
                    if !matches!(sent, Ok(Ok(()))) {
                        state.fail("the engine cannot be asked");
                    }
                }
                Ok(Event::Measured { table }) => {
                    state.tables.borrow_mut().push(table);
                    state.show();
                }
                Ok(Event::MeasuredAll) => {
                    state.say("done", "Measured.");
                    sender.terminate();
                }
                Ok(Event::Failed { failure, .. }) => {
                    state.fail(&failure.to_string());
                    sender.terminate();
                }
                Ok(_) => {}
                Err(error) => state.fail(&error.to_string()),
            }
        });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // It lives as long as the page: there is one for each press.
    on_message.forget();
}

/// Copies the text.
async fn copy(state: State) {
    let text = state.text(&state.tables.borrow());
    let words = match write(&text).await {
        Ok(()) => "Copied.",
        Err(_) => "The browser refuses to copy: take the text from the field.",
    };
    state.say("done", words);
}

async fn write(text: &str) -> Result<(), JsValue> {
    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into());
    let clipboard = get(&get(&js_sys::global(), "navigator")?, "clipboard")?;
    let function: Function = get(&clipboard, "writeText")?.dyn_into()?;
    let promise: Promise = function.call1(&clipboard, &text.into())?.dyn_into()?;
    JsFuture::from(promise).await.map(drop)
}
