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
    /// The device was lost while nothing was painted: another engine is being loaded.
    Replaced,
    /// WebGPU turned out to be unusable, so the CPU engine takes over. The reason is given if the visitor can do
    /// something about it.
    FellBack(Option<String>),
}

/// A requested run.
pub struct Order {
    /// The options of the run.
    pub options: Options,
    /// The network, as a function of the engine, which may not be known yet.
    pub pack: Box<dyn FnOnce(Engine) -> PackPlace>,
    /// The photo's file.
    pub content: (PictureId, Blob),
    /// The paintings' files.
    pub styles: Vec<(Styled, Blob)>,
    /// The part of the photo to paint, and the weights of its pixels; `None` for the whole photo.
    pub mask: Option<(Masked, Uint8Array)>,
    /// Where more of the photo is kept, and where less; `None` for the same everywhere.
    pub content_map: Option<(Masked, Uint8Array)>,
    /// The picture to continue from.
    pub start: Option<Origin>,
}

/// A picture to continue from.
pub struct Origin {
    /// The number of its steps.
    pub step: u32,
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// RGBA; copied, not transferred.
    pub pixels: Uint8ClampedArray,
}

/// The page's connection to the worker.
#[derive(Clone)]
pub struct Bridge(Rc<Inner>);

struct Inner {
    /// The engine that the page's address names; there is no fallback then.
    forced: Option<Engine>,
    deliver: Box<dyn Fn(News)>,
    state: RefCell<State>,
}

/// The state of WebGPU during this visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Gpu {
    /// Nothing has failed.
    #[default]
    Usable,
    /// The GPU was lost once. It may be usable again, as after a restart of its driver.
    LostOnce,
    /// It is not used again.
    Unusable,
}

#[derive(Default)]
struct State {
    worker: Option<Live>,
    /// Whether an engine is being chosen.
    opening: bool,
    gpu: Gpu,
    /// Counts the workers, so that messages of a replaced one are ignored.
    generation: u32,
    /// The latest run, and whether it is still active.
    job: JobId,
    busy: bool,
    /// The run that waits for the engine to be ready.
    waiting: Option<Order>,
    /// The latest step of the current job, its losses, and the duration of a step in milliseconds.
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

    /// Starts loading an engine, unless that has been done.
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
                // The browser must support WebGPU and also have an adapter.
                None if webgpu_adapter().await.is_some() => Engine::Gpu,
                None => Engine::Cpu,
            };
            bridge.0.state.borrow_mut().opening = false;
            bridge.start_worker(engine);
        });
    }

    /// Starts a run with a new id. It begins as soon as the engine is ready.
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

    /// Requests to stop after the current step; terminates the worker if it does not answer.
    ///
    /// Returns whether there is a run.
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

    /// Loads a network in advance, for a run with these options, unless there is a run, which loads its own.
    pub fn prepare(&self, pack: PackPlace, options: Options) {
        if !self.0.state.borrow().busy {
            self.post(&Request::Prepare { pack, options: Box::new(options) });
        }
    }

    /// Requests to choose the GPU's algorithms for a network again, unless there is a run; returns whether it was
    /// requested.
    pub fn tune(&self, pack: PackPlace, by: Tuning) -> bool {
        let idle = !self.0.state.borrow().busy;
        if idle {
            self.post(&Request::Tune { pack, by });
        }
        idle
    }

    /// Changes the content weight α of the current run, or of the one that waits for the engine.
    pub fn set_content_weight(&self, content_weight: f32) {
        let job = {
            let mut state = self.0.state.borrow_mut();
            if let Some(order) = &mut state.waiting {
                order.options.content_weight = content_weight;
                return;
            }
            if !state.busy {
                return;
            }
            state.job
        };
        self.post(&Request::SetContentWeight { job, content_weight });
    }

    /// Whether [`Self::use_processor`] is possible: the address names no engine.
    pub fn may_use_processor(&self) -> bool {
        self.0.forced.is_none()
    }

    /// Uses the processor instead of the GPU for the rest of this visit. There must be no run.
    pub fn use_processor(&self) {
        {
            let mut state = self.0.state.borrow_mut();
            state.gpu = Gpu::Unusable;
            state.discard_worker();
        }
        self.open();
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
                // A worker file that cannot be loaded causes an `Event` without a message.
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
            // A worker of another build may use other messages.
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
            Event::Tuned { .. } | Event::Paced { .. } => (self.0.deliver)(News::Event(event)),
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
            // Belongs to an ended job.
            _ => {}
        }
    }

    /// The worker failed outside a run: while it opened its device or loaded a network in advance.
    fn failed_outside_a_run(&self, failure: Failure) {
        let (ready, handed_over) = {
            let state = self.0.state.borrow();
            let ready = state.worker.as_ref().is_some_and(|live| live.ready);
            // A run that was sent to the worker is lost with it; a waiting one is sent to the next worker.
            (ready, state.busy && state.waiting.is_none())
        };
        if ready && !handed_over && matches!(failure, Failure::DeviceLost(_)) && self.may_be_lost_once_more()
        {
            // The next run, waiting or to come, gets a new worker with a new device.
            self.0.state.borrow_mut().discard_worker();
            (self.0.deliver)(News::Replaced);
            return self.open();
        }
        let unusable = match failure {
            // A smaller picture may need little enough memory.
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

    /// The worker failed during the current run. After an unexplained failure, the GPU is not used again.
    fn failed_at_a_run(&self, failure: Failure) {
        let unusable = self.may_fall_back()
            && match failure {
                Failure::Crashed(_) | Failure::NoWebGpu(_) => true,
                Failure::DeviceLost(_) => !self.may_be_lost_once_more(),
                _ => false,
            };
        self.fail(failure);
        if unusable {
            self.fall_back(None);
        }
    }

    /// Counts a loss of the GPU. Returns whether it is to be tried again.
    fn may_be_lost_once_more(&self) -> bool {
        let mut state = self.0.state.borrow_mut();
        let first = state.gpu == Gpu::Usable;
        if first {
            state.gpu = Gpu::LostOnce;
        }
        first
    }

    /// Whether the GPU is in use without having been requested by the address.
    fn may_fall_back(&self) -> bool {
        let state = self.0.state.borrow();
        self.0.forced.is_none() && state.worker.as_ref().is_some_and(|live| live.engine == Engine::Gpu)
    }

    fn fall_back(&self, reason: Option<String>) {
        self.0.state.borrow_mut().gpu = Gpu::Unusable;
        (self.0.deliver)(News::FellBack(reason));
        self.open();
    }

    /// Ends the current job, if there is one, and terminates an unusable worker.
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
    let Order { options, pack, content, styles, mask, content_map, start } = order;
    let (styles, files): (Vec<Styled>, Vec<Blob>) = styles.into_iter().unzip();
    let request = Request::Paint {
        job,
        options: Box::new(options),
        pack: pack(engine),
        content: content.0,
        styles,
        mask: mask.as_ref().map(|(masked, _)| *masked),
        content_map: content_map.as_ref().map(|(masked, _)| *masked),
        start: start.as_ref().map_or(Start::Afresh, |origin| Start::GoOn {
            step: origin.step,
            width: origin.width,
            height: origin.height,
        }),
    };
    let weights =
        |sent: Option<(Masked, Uint8Array)>| sent.map_or(JsValue::UNDEFINED, |(_, weights)| weights.into());
    let envelope = Envelope::new(&request)
        .map_err(|error| Failure::Options(error.to_string()))?
        .with("content", &content.1)
        .with("styles", &files.into_iter().collect::<Array>())
        .with("mask", &weights(mask))
        .with("content_map", &weights(content_map));
    Ok(match start {
        // A copy, since the page keeps its frame.
        Some(origin) => {
            envelope.transferring("start", &origin.pixels.slice(0, origin.pixels.length()).buffer())
        }
        None => envelope,
    })
}
