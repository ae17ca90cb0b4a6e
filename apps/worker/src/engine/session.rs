//! Defines the session of the engine's worker: it owns device, network and run, and processes the page's requests.
//!
//! There is one run at a time. Between two steps the worker yields to the event loop, so that a stop request or a new
//! content weight is received. Page and worker exchange messages only; they share no memory.

use std::{cell::RefCell, future::Future, rc::Rc};

use browser::now;
#[cfg(feature = "gpu")]
use impasto::pipelines::{first_size, likely_sizes};
use impasto::{StyleTransfer, Vgg, sources::Sources, step_time::step_time};
#[cfg(feature = "gpu")]
use js_sys::Array;
use js_sys::Promise;
use options::{Engine, Options};
use protocol::{
    BUILD, Depth, Ending, Event, Failure, JobId, Masked, PackPlace, Phase, PictureId, Start, Styled, Tuning,
};
use wasm_bindgen::{JsCast, closure::Closure};
#[cfg(feature = "gpu")]
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, MessageEvent};
use weights::Weights;

use crate::engine::{
    bench, cache,
    failure::failure,
    inbox::{Inbox, Order, Task},
    memory,
    nudges::Nudges,
    opened::{Fault, FirstFault, Opened},
    post::{CURRENT, post, scope},
    run::{Outcome, Run},
    sources::{origin, sources},
    yielder::Yielder,
};
#[cfg(feature = "gpu")]
use crate::engine::{pipelines::Pipelines, tuning::Tuner};

/// The size of the picture, in pixels, with which the processor's pace is measured: large enough for its products, and quick.
const MEASURED_ON_THE_PROCESSOR: (usize, usize) = (128, 85);
/// Milliseconds over which the pace is averaged.
const ENOUGH: f64 = 250.0;

thread_local! {
    /// Returns the failure of the device. The panic hook asks it first, since a panic may only be a consequence.
    static FAULT: RefCell<Option<Fault>> = const { RefCell::new(None) };
}

/// The failure of the device, if any.
fn device_fault() -> Option<Failure> {
    FAULT.try_with(|fault| fault.borrow().clone()).ok().flatten().and_then(|fault| fault())
}

unsafe extern "C" {
    /// Runs the static constructors of all linked code. The linker generates it.
    safe fn __wasm_call_ctors();
}

/// Opens the device and processes requests until the worker is terminated.
pub fn start<F: Future<Output = Result<Opened, Failure>> + 'static>(engine: Engine, open: F) {
    // Burn's own kernels have thousands of static constructors (`crates/inventory`). Unless the program calls this
    // function itself, wasm-ld makes every export run all constructors again. wasm-bindgen calls exports for each
    // JavaScript object: a third of a step's time.
    __wasm_call_ctors();
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        // The module aborts after the panic hook: this is the last message.
        let failure = device_fault()
            .unwrap_or_else(|| Failure::of_breakdown(info.payload_as_str().unwrap_or_default()));
        post(&Event::Failed { job: CURRENT.get(), failure });
    }));
    memory::report_exhaustion(|bytes| {
        let failure = Failure::OutOfMemory(format!("an allocation of {bytes} bytes failed"));
        post(&Event::Failed { job: CURRENT.get(), failure });
    });

    let inbox = Rc::new(Inbox::default());
    let receiver = inbox.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        receiver.receive(&event.data());
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The listener lives as long as the worker.
    on_message.forget();

    spawn_local(async move {
        let mut opened = match open.await {
            Ok(opened) => opened,
            Err(failure) => return post(&Event::Failed { job: None, failure }),
        };
        FAULT.set(Some(opened.fault.clone()));
        if let Some(failed) = opened.failed.take() {
            spawn_local(report_while_idle(failed));
        }
        post(&Event::Ready { engine, device: opened.name.clone(), build: BUILD.into() });
        let mut session = Session {
            engine,
            #[cfg(feature = "gpu")]
            tuner: Tuner::new(&opened).await,
            #[cfg(feature = "gpu")]
            pipelines: Pipelines::default(),
            opened,
            network: None,
            live: None,
            inbox: inbox.clone(),
            yielder: Yielder::new(),
        };
        loop {
            let task = inbox.next_task().await;
            let _nudges = Nudges::start(&session.opened);
            match task {
                Task::Paint(order) => session.answer(order).await,
                Task::Prepare(pack, options) => session.in_advance(&pack, &options).await,
                Task::Tune(pack, by) => session.tune(&pack, by).await,
                Task::Measure(packs, depth) => session.measure(&packs, depth).await,
            }
        }
    });
}

/// Reports that the device was lost while there was no run. The page can then open another one before the next run.
async fn report_while_idle(failed: FirstFault) {
    let failure = failed.await;
    // A run meets the failure at its next readback, and reports it itself.
    if CURRENT.get().is_none() && matches!(failure, Failure::DeviceLost(_)) {
        post(&Event::Failed { job: None, failure });
    }
}

/// A run that can be continued, with Adam's moments.
struct Live {
    transfer: StyleTransfer,
    pack: PackPlace,
    content: PictureId,
    styles: Vec<Styled>,
    /// The mask and the content map.
    masks: [Option<Masked>; 2],
    /// The options at the start, without those that may change between two runs.
    options: Options,
    /// The number of steps already made, by the page's count, when `transfer` was created.
    offset: u32,
    /// The name of the network.
    network: String,
    /// Fulfilled when the pipelines of a step are there.
    pipelines: Option<Promise>,
}

impl Live {
    fn step(&self) -> u32 {
        self.offset + self.transfer.steps()
    }
}

/// A network on the device.
struct Loaded {
    pack: PackPlace,
    /// The name of the network.
    name: String,
    vgg: Vgg,
    /// The loading progress, until it has been reported to a run.
    arrived: Option<cache::Arrived>,
    /// Whether its pace was measured.
    is_paced: bool,
}

/// The state that is kept between runs.
struct Session {
    engine: Engine,
    opened: Opened,
    #[cfg(feature = "gpu")]
    tuner: Tuner,
    #[cfg(feature = "gpu")]
    pipelines: Pipelines,
    /// The network of the latest run. Earlier ones are dropped to save memory.
    network: Option<Loaded>,
    live: Option<Live>,
    inbox: Rc<Inbox>,
    yielder: Yielder,
}

impl Session {
    /// Makes a requested run, and reports how it ended.
    async fn answer(&mut self, order: Order) {
        let job = order.job;
        CURRENT.set(Some(job));
        let event = match self.paint(order).await {
            Ok((reason, step, losses)) => Event::Done { job, reason, step, losses },
            Err(failure) => {
                // A failed run cannot be continued.
                self.live = None;
                // After a failure of the device, further errors are its consequences: report the first.
                Event::Failed { job: Some(job), failure: device_fault().unwrap_or(failure) }
            }
        };
        CURRENT.set(None);
        post(&event);
    }

    async fn paint(&mut self, order: Order) -> Result<Outcome, Failure> {
        let job = order.job;
        let from = match order.start {
            Start::Afresh => 0,
            Start::GoOn { step, .. } => step,
        };
        let Some((mut live, options)) = self.prepare(order).await? else {
            return Ok((Ending::Stopped, from, None));
        };
        let (width, height) = live.transfer.size();
        post(&Event::Started { job, width, height, network: live.network.clone() });
        let session = (&*self.inbox, &self.yielder, &self.opened.fault);
        let pipelines = live.pipelines.take();
        let run = Run::new(job, &mut live.transfer, live.offset, session);
        let outcome = run.finish(options.steps, pipelines).await;
        // Kept after a stop too, so that the run can be continued.
        self.live = Some(live);
        outcome
    }

    /// Prepares a run up to its first step; `None` if it was stopped meanwhile.
    async fn prepare(&mut self, order: Order) -> Result<Option<(Live, Options)>, Failure> {
        let Order { job, options, pack, content, styles, mask, content_map, start, pixels } = order;
        let options = *options;
        let (asked, files): (Vec<Styled>, Vec<Blob>) = styles.into_iter().unzip();
        let weights = [mask, content_map];
        let masks = weights.each_ref().map(|weights| weights.as_ref().map(|(masked, _)| *masked));
        options.validate().map_err(|error| Failure::Options(error.to_string()))?;
        // Dropped before anything new is allocated, so that two runs are never on the device at once.
        let earlier = self.live.take();
        if let Start::GoOn { step, .. } = start {
            let same = |live: &Live| {
                live.pack == pack
                    && live.content == content.0
                    && live.styles == asked
                    && live.masks == masks
                    && live.step() == step
                    && live.options == settled(&options)
            };
            if let Some(mut live) = earlier.filter(same) {
                live.transfer.set_content_weight(options.content_weight);
                return Ok(Some((live, options)));
            }
        } else {
            drop(earlier);
        }

        post(&Event::Loading { job, phase: Phase::Pictures });
        let sources = sources(&content.1, asked.iter().zip(&files), weights, &options).await?;
        let origin = origin(start, &pixels)?;

        let Some((vgg, network)) = self.network(Some(job), &pack).await? else { return Ok(None) };
        if self.inbox.is_stopped(job) {
            return Ok(None);
        }
        post(&Event::Loading { job, phase: Phase::Targets });
        self.yielder.macrotask().await;
        let pipelines = self.request(&pack, &vgg, &sources, &options).await;
        if self.inbox.is_stopped(job) {
            return Ok(None);
        }
        let mut transfer = StyleTransfer::of(vgg, sources, &options).await.map_err(failure)?;
        self.check_device()?;
        if let Some(picture) = origin {
            // After a failure the visitor may go on at a smaller size.
            let (width, height) = transfer.size();
            transfer.restart_from(&picture.resize(width, height)).await.map_err(failure)?;
        }
        let offset = match start {
            Start::Afresh => 0,
            Start::GoOn { step, .. } => step,
        };
        let live = Live {
            transfer,
            pack,
            content: content.0,
            styles: asked,
            masks,
            options: settled(&options),
            offset,
            network,
            pipelines,
        };
        Ok(Some((live, options)))
    }

    /// Requests the pipelines of a run and waits for those of its targets. The promise is fulfilled when all are there;
    /// `None` on a processor.
    #[cfg_attr(not(feature = "gpu"), allow(clippy::unused_async, reason = "only a GPU is waited for"))]
    async fn request(
        &mut self,
        pack: &PackPlace,
        vgg: &Vgg,
        sources: &Sources,
        options: &Options,
    ) -> Option<Promise> {
        #[cfg(feature = "gpu")]
        if self.engine == Engine::Gpu {
            let requested = self.pipelines.request(pack, vgg, first_size(sources, options), options);
            // It is never rejected.
            let _ = JsFuture::from(requested.before_steps).await;
            return Some(requested.all);
        }
        let _ = (pack, vgg, sources, options);
        None
    }

    /// Loads a network in advance, compiles the kernels of a run with these options, and measures a step. Errors are not
    /// reported here: the next run meets them again.
    async fn in_advance(&mut self, pack: &PackPlace, options: &Options) {
        let Ok(Some((vgg, _))) = self.network(None, pack).await else { return };
        if let Some(size) = self.compile(pack, &vgg, options).await {
            self.measure_pace(vgg, size, options).await;
        }
    }

    /// Requests the kernels of a run. Returns the size, in pixels, at which a step can be measured now, if there is one.
    #[cfg_attr(not(feature = "gpu"), allow(clippy::unused_async, reason = "only a GPU is waited for"))]
    async fn compile(&mut self, pack: &PackPlace, vgg: &Vgg, options: &Options) -> Option<(usize, usize)> {
        #[cfg(feature = "gpu")]
        if self.engine == Engine::Gpu {
            let mut last = None;
            for size in likely_sizes(options) {
                // A run that begins now compiles what it needs.
                if self.inbox.ahead().is_some() {
                    break;
                }
                last = Some((size, self.pipelines.request(pack, vgg, size, options).all));
                self.yielder.macrotask().await;
            }
            // Of the lists; it may have other sizes than the run's.
            self.opened.device.memory_cleanup();
            // A software GPU takes as long to compile the kernels as the processor to make the whole run.
            let (size, pipelines) = last.filter(|_| !self.opened.software)?;
            // Neither is ever rejected.
            let _ = JsFuture::from(Promise::race(&Array::of2(&pipelines, &self.inbox.arrival()))).await;
            return self.inbox.is_empty().then_some(size);
        }
        let _ = (pack, vgg, options);
        Some(MEASURED_ON_THE_PROCESSOR)
    }

    /// Measures the pace of the network, once, and reports it. A task that arrives meanwhile ends the measurement.
    async fn measure_pace(&mut self, vgg: Vgg, size: (usize, usize), options: &Options) {
        let Some(loaded) = self.network.as_mut().filter(|loaded| !loaded.is_paced) else { return };
        let (inbox, yielder) = (&*self.inbox, &self.yielder);
        let go_on = async || {
            yielder.macrotask().await;
            inbox.is_empty()
        };
        // The next run meets an error again.
        let Ok(Some(time)) = step_time(vgg, size, options, now, ENOUGH, go_on).await else { return };
        loaded.is_paced = true;
        let pace = time / 1e3 / ((size.0 * size.1) as f64 / 1e6);
        post(&Event::Paced { pack: loaded.pack.name.clone(), engine: self.engine, pace });
        self.opened.device.memory_cleanup();
    }

    /// Chooses the algorithms for the convolutions of this network again.
    async fn tune(&mut self, pack: &PackPlace, by: Tuning) {
        #[cfg(feature = "gpu")]
        self.tuner.start_anew(by).await;
        #[cfg(feature = "gpu")]
        self.pipelines.forget();
        #[cfg(not(feature = "gpu"))]
        let _ = by;
        self.network = None;
        let _ = self.network(None, pack).await;
        // Sent even if the network could not be loaded: the page waits for an answer.
        #[cfg(feature = "gpu")]
        post(&self.tuner.report());
        self.in_advance(pack, &Options::default()).await;
    }

    /// Measures the device with each of these networks.
    async fn measure(&mut self, packs: &[PackPlace], depth: Depth) {
        // Nothing else is to be on the device.
        (self.live, self.network) = (None, None);
        post(&match self.measured(packs, depth).await {
            Ok(()) => Event::MeasuredAll,
            Err(failure) => Event::Failed { job: None, failure: device_fault().unwrap_or(failure) },
        });
    }

    async fn measured(&mut self, packs: &[PackPlace], depth: Depth) -> Result<(), Failure> {
        bench::device(&self.opened.name).await;
        let mut times = Vec::new();
        for pack in packs {
            let Some(weights) = cache::load(pack, &mut |_| true).await? else { continue };
            let vgg = self.placed(&weights, true).await?;
            #[cfg(feature = "gpu")]
            if self.engine == Engine::Gpu {
                bench::layers(&weights, &self.tuner.algorithms(), &self.opened.device, depth).await?;
            }
            times.push((weights.name, bench::step(vgg, depth).await?));
            self.check_device()?;
        }
        bench::steps(depth, &times);
        Ok(())
    }

    /// Uploads the network to the device. If no run is waiting, the GPU is measured first.
    #[cfg_attr(not(feature = "gpu"), allow(clippy::unused_async, reason = "only a GPU is waited for"))]
    async fn placed(&mut self, weights: &Weights, nobody_waits: bool) -> Result<Vgg, Failure> {
        #[cfg(feature = "gpu")]
        if self.engine == Engine::Gpu {
            if nobody_waits {
                let inbox = self.inbox.clone();
                self.tuner.measure(weights, &self.opened, || inbox.ahead().is_none()).await?;
            }
            post(&self.tuner.report());
            return Vgg::by(&self.tuner.algorithms(), weights, &self.opened.device).map_err(failure);
        }
        let _ = nobody_waits;
        Vgg::new(weights, &self.opened.device).map_err(failure)
    }

    /// The network and its name, loaded unless it is the current one; `None` if the run was stopped meanwhile. Without
    /// a run it is loaded in advance; a run may request it, or another one, during that time.
    async fn network(
        &mut self,
        job: Option<JobId>,
        pack: &PackPlace,
    ) -> Result<Option<(Vgg, String)>, Failure> {
        if let Some(loaded) = self.network.as_mut().filter(|loaded| loaded.pack == *pack) {
            if let Some(job) = job
                && let Some(arrived) = loaded.arrived.take()
            {
                report(job, arrived);
            }
            return Ok(Some((loaded.vgg.clone(), loaded.name.clone())));
        }
        let inbox = self.inbox.clone();
        let mut reported = 0.0;
        let mut latest = None;
        let wanted = pack.clone();
        let mut progress = |arrived: cache::Arrived| {
            latest = Some(arrived);
            let job = match (job, inbox.ahead()) {
                (Some(job), _) => job,
                (None, None) => return true,
                // A run has requested this network meanwhile: report to it from now on.
                (None, Some((job, next))) if next == wanted => job,
                (None, Some(_)) => return false,
            };
            // Chunks arrive by the thousand: report at most every 100 ms.
            if arrived.bytes == 0 || arrived.bytes == arrived.total || now() - reported > 100.0 {
                reported = now();
                report(job, arrived);
            }
            !inbox.is_stopped(job)
        };
        let Some(weights) = cache::load(pack, &mut progress).await? else { return Ok(None) };
        // Dropped only now, so that a pack that cannot be loaded leaves the current network usable, and before the
        // upload, so that only one is on the device.
        self.network = None;
        let vgg = self.placed(&weights, job.is_none()).await?;
        self.check_device()?;
        let arrived = latest.filter(|_| job.is_none());
        let name = weights.name;
        self.network = Some(Loaded {
            pack: pack.clone(),
            name: name.clone(),
            vgg: vgg.clone(),
            arrived,
            is_paced: false,
        });
        Ok(Some((vgg, name)))
    }

    fn check_device(&self) -> Result<(), Failure> {
        (self.opened.fault)().map_or(Ok(()), Err)
    }
}

/// The options that must be equal for a run to be continued.
fn settled(options: &Options) -> Options {
    Options { steps: 1, content_weight: 1.0, ..options.clone() }
}

/// Reports the loading progress to a run.
fn report(job: JobId, arrived: cache::Arrived) {
    let cache::Arrived { bytes, total, cached, kept } = arrived;
    post(&Event::Loading { job, phase: Phase::Weights { bytes, total, cached, kept } });
}
