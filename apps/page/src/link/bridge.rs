//! Owns the worker: starts the engine, exchanges messages with it, and replaces it after a fatal failure.
//!
//! A worker is stopped *cooperatively*: it finishes its step and sends the picture. It is terminated only if it does
//! not answer or is unusable. Messages of an older job or an older worker are dropped here, so that the page need not
//! check which run an event belongs to.

use std::{cell::RefCell, rc::Rc};

use browser::{envelope, envelope::Envelope, now, spoken, webgpu_adapter};
use js_sys::{Array, ArrayBuffer, Reflect, Uint8Array, Uint8ClampedArray};
use options::{Engine, Options};
use picture::{Frame, Losses};
use protocol::{
    BUILD, Ending, Event, Failure, JobId, Masked, PackPlace, PictureId, Request, Start, Styled, Tuning,
    technical,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Blob, ErrorEvent, MessageEvent, Worker};

use crate::services::{tasks::spawn, workers};

/// A report to the page.
pub enum News {
    /// The worker reports something about the current job, or about itself.
    Event(Event),
    /// A frame of the current job and its pixels (RGBA, `width · height · 4` bytes).
    Frame(Frame, Uint8ClampedArray),
    /// WebGPU turned out to be unusable (for a reason that a visitor can do something about, if there is one): the CPU
    /// engine takes over.
    FellBack(Option<String>),
}

/// A run that the visitor asked for.
pub struct Order {
    /// What was chosen.
    pub options: Options,
    /// The network, asked for once it is known which engine will paint.
    pub pack: Box<dyn FnOnce(Engine) -> PackPlace>,
    /// The photo's file.
    pub content: (PictureId, Blob),
    /// The paintings' files.
    pub styles: Vec<(Styled, Blob)>,
    /// Where the photo is painted, if not everywhere, and the weights of its pixels.
    pub mask: Option<(Masked, Uint8Array)>,
    /// The picture to go on from.
    pub start: Option<Origin>,
}

/// A picture to go on from.
pub struct Origin {
    /// How many steps it has behind it.
    pub step: u32,
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// RGBA; copied, not moved.
    pub pixels: Uint8ClampedArray,
}

/// The page's end of the connection to the worker.
#[derive(Clone)]
pub struct Bridge(Rc<Inner>);

struct Inner {
    /// The engine that the address of the page asks for; nothing else will do then.
    forced: Option<Engine>,
    deliver: Box<dyn Fn(News)>,
    state: RefCell<State>,
}

/// What is known of WebGPU on this visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Gpu {
    /// Nothing has failed.
    #[default]
    Usable,
    /// The GPU was lost once. It may come back, as after its driver was started anew.
    LostOnce,
    /// It is not tried again.
    Unusable,
}

#[derive(Default)]
struct State {
    worker: Option<Live>,
    /// Whether a search for an engine is under way.
    opening: bool,
    gpu: Gpu,
    /// Counts the workers, so that messages of a replaced one are ignored.
    generation: u32,
    /// The latest run, and whether it is still being made.
    job: JobId,
    busy: bool,
    /// What waits for the engine to be ready.
    waiting: Option<Order>,
    /// The latest step of the current job, its losses, and how long a step takes (milliseconds).
    step: u32,
    losses: Option<Losses>,
    pace: f64,
    heard: f64,
}

struct Live {
    worker: Worker,
    ready: bool,
    engine: Engine,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

impl Bridge {
    /// A bridge without a worker. `deliver` receives all reports.
    pub fn new(forced: Option<Engine>, deliver: impl Fn(News) + 'static) -> Self {
        Self(Rc::new(Inner { forced, deliver: Box::new(deliver), state: RefCell::default() }))
    }

    /// Sees to it that an engine is being loaded. Calling it again does nothing.
    pub fn open(&self) {
        {
            let mut state = self.0.state.borrow_mut();
            if state.worker.is_some() || state.opening {
                return;
            }
            state.opening = true;
        }
        let bridge = self.clone();
        spawn(async move {
            let engine = match bridge.0.forced {
                Some(engine) => engine,
                None if bridge.0.state.borrow().gpu == Gpu::Unusable => Engine::Cpu,
                // It must not only know WebGPU but have an adapter for it.
                None if webgpu_adapter().await.is_some() => Engine::Gpu,
                None => Engine::Cpu,
            };
            bridge.0.state.borrow_mut().opening = false;
            bridge.start_worker(engine);
        });
    }

    /// Starts a run, whose id no earlier one had; it begins as soon as the engine is ready.
    pub fn paint(&self, job: JobId, order: Order) {
        {
            let mut state = self.0.state.borrow_mut();
            state.job = job;
            state.busy = true;
            state.step = order.start.as_ref().map_or(0, |origin| origin.step);
            (state.losses, state.pace, state.heard) = (None, 0.0, now());
            state.waiting = Some(order);
        }
        self.post_waiting();
        self.open();
    }

    /// Asks the worker to stop after the step that it is making; if it does not, ends it.
    ///
    /// Returns whether there is a run at all.
    pub fn stop(&self) -> bool {
        let (job, patience) = {
            let state = self.0.state.borrow();
            if !state.busy {
                return false;
            }
            (state.job, (4.0 * state.pace).max(15_000.0))
        };
        let unsent = self.0.state.borrow_mut().waiting.take().is_some();
        if unsent {
            self.end_stopped();
            return true;
        }
        self.post(&Request::Stop { job });
        let bridge = self.clone();
        gloo_timers::callback::Timeout::new(patience as u32, move || {
            let silent = {
                let state = bridge.0.state.borrow();
                state.busy && state.job == job
            };
            if silent {
                bridge.0.state.borrow_mut().discard_worker();
                bridge.end_stopped();
            }
        })
        .forget();
        true
    }

    /// Has a network loaded in advance, unless there is a run, which loads its own.
    pub fn prepare(&self, pack: PackPlace) {
        if !self.0.state.borrow().busy {
            self.post(&Request::Prepare { pack });
        }
    }

    /// Has the GPU's algorithms for a network chosen anew, unless there is a run; whether that was asked.
    pub fn tune(&self, pack: PackPlace, by: Tuning) -> bool {
        let idle = !self.0.state.borrow().busy;
        if idle {
            self.post(&Request::Tune { pack, by });
        }
        idle
    }

    /// Changes α of the run that is being made.
    pub fn set_content_weight(&self, content_weight: f32) {
        let job = {
            let state = self.0.state.borrow();
            if !state.busy || state.waiting.is_some() {
                return;
            }
            state.job
        };
        self.post(&Request::SetContentWeight { job, content_weight });
    }

    fn start_worker(&self, engine: Engine) {
        let worker = match workers::start(&format!("worker-{}", engine.name())) {
            Ok(worker) => worker,
            Err(error) => {
                self.fail(Failure::Crashed(spoken(&error)));
                return;
            }
        };
        let generation = {
            let mut state = self.0.state.borrow_mut();
            state.generation += 1;
            state.generation
        };

        let bridge = self.clone();
        let on_message = Closure::new(move |event: MessageEvent| {
            if bridge.0.state.borrow().generation == generation {
                bridge.receive(&event.data());
            }
        });
        let bridge = self.clone();
        let on_error = Closure::new(move |event: ErrorEvent| {
            event.prevent_default();
            if bridge.0.state.borrow().generation == generation {
                // An `Event` without a message is what a worker file that cannot be loaded gives.
                let message = Reflect::get(&event, &"message".into()).ok().and_then(|text| text.as_string());
                bridge.failed_outside_a_run(Failure::of_breakdown(
                    message.as_deref().unwrap_or("its program could not be loaded"),
                ));
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        let live = Live { worker, ready: false, engine, _on_message: on_message, _on_error: on_error };
        self.0.state.borrow_mut().worker = Some(live);
    }

    fn receive(&self, data: &JsValue) {
        let event = match envelope::open::<Event>(data) {
            Ok(event) => event,
            Err(error) => {
                self.fail(Failure::Crashed(error.to_string()));
                return;
            }
        };
        let current = |job: JobId| {
            let state = self.0.state.borrow();
            state.busy && state.job == job
        };
        match event {
            // Another build's would misunderstand what it is asked.
            Event::Ready { build, .. } if build != BUILD => {
                self.0.state.borrow_mut().discard_worker();
                self.fail(Failure::Outdated);
            }
            Event::Ready { .. } => {
                if let Some(live) = &mut self.0.state.borrow_mut().worker {
                    live.ready = true;
                }
                (self.0.deliver)(News::Event(event));
                self.post_waiting();
            }
            Event::Tuned { .. } => (self.0.deliver)(News::Event(event)),
            Event::Failed { job: None, failure } => self.failed_outside_a_run(failure),
            Event::Failed { job: Some(job), failure } if current(job) => self.failed_at_a_run(failure),
            // Belongs to an ended job, but after a fatal failure the worker cannot be used.
            Event::Failed { failure, .. } if failure.is_fatal() => self.failed_outside_a_run(failure),
            Event::Frame { job, frame } if current(job) => {
                let buffer: ArrayBuffer = envelope::beside(data, "pixels").unchecked_into();
                (self.0.deliver)(News::Frame(frame, Uint8ClampedArray::new(&buffer)));
            }
            Event::Progress { job, made, losses, .. } if current(job) => {
                {
                    let mut state = self.0.state.borrow_mut();
                    let steps = f64::from(made.saturating_sub(state.step).max(1));
                    state.pace = (now() - state.heard) / steps;
                    (state.step, state.losses, state.heard) = (made, Some(losses), now());
                }
                (self.0.deliver)(News::Event(event));
            }
            Event::Done { job, .. } if current(job) => {
                self.0.state.borrow_mut().busy = false;
                (self.0.deliver)(News::Event(event));
            }
            Event::Loading { job, .. } | Event::Started { job, .. } if current(job) => {
                (self.0.deliver)(News::Event(event));
            }
            // Of a job that is over.
            _ => {}
        }
    }

    /// The worker failed, but not at what a run asked of it: while it was opening its device or loaded a network in
    /// advance.
    fn failed_outside_a_run(&self, failure: Failure) {
        let (ready, handed_over) = {
            let state = self.0.state.borrow();
            let ready = state.worker.as_ref().is_some_and(|live| live.ready);
            // It is lost with its worker; one that still waits is painted by the next.
            (ready, state.busy && state.waiting.is_none())
        };
        let unusable = match failure {
            // A smaller picture may fit.
            Failure::OutOfMemory(_) => !ready,
            _ => failure.is_fatal(),
        };
        if !unusable || handed_over || !self.may_fall_back() {
            return self.failed_at_a_run(failure);
        }
        self.0.state.borrow_mut().discard_worker();
        self.fall_back(match failure {
            Failure::NoWebGpu(reason) => Some(technical(&reason)),
            _ => None,
        });
    }

    /// The worker failed at the current run. A GPU that does so for no good reason is not tried again.
    fn failed_at_a_run(&self, failure: Failure) {
        let unusable = self.may_fall_back()
            && match failure {
                Failure::Crashed(_) | Failure::NoWebGpu(_) => true,
                Failure::DeviceLost(_) => {
                    std::mem::replace(&mut self.0.state.borrow_mut().gpu, Gpu::LostOnce) == Gpu::LostOnce
                }
                _ => false,
            };
        self.fail(failure);
        if unusable {
            self.fall_back(None);
        }
    }

    /// Whether the GPU is painted on without having been asked for.
    fn may_fall_back(&self) -> bool {
        let state = self.0.state.borrow();
        self.0.forced.is_none() && state.worker.as_ref().is_some_and(|live| live.engine == Engine::Gpu)
    }

    fn fall_back(&self, reason: Option<String>) {
        self.0.state.borrow_mut().gpu = Gpu::Unusable;
        (self.0.deliver)(News::FellBack(reason));
        self.open();
    }

    /// The current job, if there is one, is over; a worker beyond use is ended.
    fn fail(&self, failure: Failure) {
        let job = {
            let mut state = self.0.state.borrow_mut();
            state.waiting = None;
            if failure.is_fatal() {
                state.discard_worker();
            }
            std::mem::take(&mut state.busy).then_some(state.job)
        };
        (self.0.deliver)(News::Event(Event::Failed { job, failure }));
    }

    fn end_stopped(&self) {
        let event = {
            let mut state = self.0.state.borrow_mut();
            state.busy = false;
            Event::Done { job: state.job, reason: Ending::Stopped, step: state.step, losses: state.losses }
        };
        (self.0.deliver)(News::Event(event));
    }

    fn post_waiting(&self) {
        let (engine, job, order) = {
            let mut state = self.0.state.borrow_mut();
            let Some(engine) = state.worker.as_ref().filter(|live| live.ready).map(|live| live.engine) else {
                return;
            };
            let Some(order) = state.waiting.take() else { return };
            (engine, state.job, order)
        };
        match seal(job, order, engine) {
            Ok(envelope) => self.send(&envelope),
            Err(failure) => self.fail(failure),
        }
    }

    fn post(&self, request: &Request) {
        match Envelope::new(request) {
            Ok(envelope) => self.send(&envelope),
            Err(error) => self.fail(Failure::Crashed(error.to_string())),
        }
    }

    fn send(&self, envelope: &Envelope) {
        let worker = self.0.state.borrow().worker.as_ref().map(|live| live.worker.clone());
        let (message, transferred) = envelope.parts();
        if let Some(Err(error)) = worker.map(|worker| worker.post_message_with_transfer(message, transferred))
        {
            self.fail(Failure::Crashed(spoken(&error)));
        }
    }
}

impl State {
    fn discard_worker(&mut self) {
        self.worker = None;
        self.generation += 1;
    }
}

fn seal(job: JobId, order: Order, engine: Engine) -> Result<Envelope, Failure> {
    let Order { options, pack, content, styles, mask, start } = order;
    let (styles, files): (Vec<Styled>, Vec<Blob>) = styles.into_iter().unzip();
    let request = Request::Paint {
        job,
        options: Box::new(options),
        pack: pack(engine),
        content: content.0,
        styles,
        mask: mask.as_ref().map(|(mask, _)| *mask),
        start: start.as_ref().map_or(Start::Afresh, |origin| Start::GoOn {
            step: origin.step,
            width: origin.width,
            height: origin.height,
        }),
    };
    let envelope = Envelope::new(&request)
        .map_err(|error| Failure::Options(error.to_string()))?
        .with("content", &content.1)
        .with("styles", &files.into_iter().collect::<Array>())
        .with("mask", &mask.map_or(JsValue::UNDEFINED, |(_, weights)| weights.into()));
    Ok(match start {
        // A copy: the page keeps its own frame.
        Some(origin) => {
            envelope.transferring("start", &origin.pixels.slice(0, origin.pixels.length()).buffer())
        }
        None => envelope,
    })
}
