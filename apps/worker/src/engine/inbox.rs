//! Queues the requests of the page until they are processed.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
};

use browser::envelope;
use js_sys::{Array, Promise, Uint8Array};
use options::Options;
use protocol::{Depth, Event, Failure, JobId, Masked, PackPlace, PictureId, Request, Start, Styled, Tuning};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use crate::engine::post::{CURRENT, post};

/// A requested run.
pub struct Order {
    pub job: JobId,
    pub options: Box<Options>,
    /// As received: the name may be any text.
    pub pack: PackPlace,
    pub content: (PictureId, Blob),
    pub styles: Vec<(Styled, Blob)>,
    pub mask: Option<(Masked, Uint8Array)>,
    pub content_map: Option<(Masked, Uint8Array)>,
    pub start: Start,
    /// RGBA of the picture to continue from.
    pub pixels: JsValue,
}

/// The next thing for the worker to do.
pub enum Task {
    Paint(Order),
    Prepare(PackPlace, Box<Options>),
    Tune(PackPlace, Tuning),
    Measure(Vec<PackPlace>, Depth),
}

/// The requests that have not been processed yet.
#[derive(Default)]
pub struct Inbox {
    tasks: RefCell<VecDeque<Task>>,
    pub stop: Cell<Option<JobId>>,
    pub content_weight: Cell<Option<(JobId, f32)>>,
    /// Resolves the promise of [`Inbox::arrival`] when a task arrives.
    waiting: RefCell<Option<js_sys::Function>>,
}

impl Inbox {
    /// Receives a request of the page.
    pub fn receive(&self, data: &JsValue) {
        let request = match envelope::open::<Request>(data) {
            Ok(request) => request,
            Err(error) => {
                post(&Event::Failed { job: CURRENT.get(), failure: Failure::Crashed(error.to_string()) });
                return;
            }
        };
        match request {
            Request::Stop { job } => self.stop.set(Some(job)),
            Request::SetContentWeight { job, content_weight } => {
                self.content_weight.set(Some((job, content_weight)));
            }
            Request::Paint { job, options, pack, content, styles, mask, content_map, start } => {
                let file = |name| envelope::beside(data, name).unchecked_into::<Blob>();
                let weights = |masked: Option<Masked>, name| {
                    masked.map(|masked| (masked, envelope::beside(data, name).unchecked_into()))
                };
                let files = envelope::beside(data, "styles").unchecked_into::<Array>();
                self.add(Task::Paint(Order {
                    job,
                    options,
                    pack,
                    content: (content, file("content")),
                    styles: styles.into_iter().zip(files.iter().map(JsCast::unchecked_into)).collect(),
                    mask: weights(mask, "mask"),
                    content_map: weights(content_map, "content_map"),
                    start,
                    pixels: envelope::beside(data, "start"),
                }));
            }
            Request::Prepare { pack, options } => self.add(Task::Prepare(pack, options)),
            Request::Tune { pack, by } => self.add(Task::Tune(pack, by)),
            Request::Measure { packs, depth } => self.add(Task::Measure(packs, depth)),
        }
    }

    fn add(&self, task: Task) {
        self.tasks.borrow_mut().push_back(task);
        if let Some(resolve) = self.waiting.take() {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    }

    /// Waits for the next task.
    pub async fn next_task(&self) -> Task {
        loop {
            if let Some(task) = self.tasks.borrow_mut().pop_front() {
                return task;
            }
            let _ = JsFuture::from(self.arrival()).await;
        }
    }

    /// Fulfilled when there is a task.
    pub fn arrival(&self) -> Promise {
        Promise::new(&mut |resolve, _| {
            if self.is_empty() {
                *self.waiting.borrow_mut() = Some(resolve);
            } else {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
        })
    }

    /// Whether there is no task.
    pub fn is_empty(&self) -> bool {
        self.tasks.borrow().is_empty()
    }

    /// The run that is queued next, and the network that it needs.
    pub fn ahead(&self) -> Option<(JobId, PackPlace)> {
        self.tasks.borrow().iter().find_map(|task| match task {
            Task::Paint(order) => Some((order.job, order.pack.clone())),
            Task::Prepare(..) | Task::Tune(..) | Task::Measure(..) => None,
        })
    }

    /// Whether the page has asked to stop this run.
    pub fn is_stopped(&self, job: JobId) -> bool {
        self.stop.get() == Some(job)
    }
}
