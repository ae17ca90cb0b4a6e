//! Distributes convolutions and Gram matrices of the CPU engine over the other cores, by helper workers.
//!
//! WebAssembly threads share one memory; that needs Rust's standard library rebuilt by a nightly compiler. Helpers
//! instead share only a `SharedArrayBuffer`. Each runs the same program with a memory of its own and copies of the
//! kernels that it needs. Copying feature maps in and out costs one or two memory accesses for each value, next to
//! hundreds of operations.
//!
//! `SharedArrayBuffer` exists only on a cross-origin isolated page (docs/hosting.md); elsewhere there are no helpers.

use std::{cell::RefCell, collections::HashMap, ops::Range, rc::Rc};

use browser::envelope::{self, Envelope};
use impasto::kernels::{
    conv::{
        Tile, cpu,
        cpu::{Epilogue, Kernels, Shape, Share, Transformed},
    },
    cpu::{Helpers, set_helpers},
};
use js_sys::{Array, Atomics, Float32Array, Function, Int32Array, Promise, Reflect, SharedArrayBuffer};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, Event, MessageEvent, Worker};

#[wasm_bindgen]
extern "C" {
    /// A worker of this name with the program of this one. In `www/worker.js`, since only there is an address trusted to be
    /// one of the site's scripts.
    #[wasm_bindgen(catch, js_name = startHelper)]
    fn start_helper(name: &str) -> Result<Worker, JsValue>;
}

/// The worker name of a helper.
const NAME: &str = "helper";

/// The maximum number of threads. Each has a memory of its own, and the serial part of the work limits the gain.
const MOST_THREADS: u32 = 8;

/// Work with fewer multiply-adds than this is not distributed.
const LEAST: usize = 10_000_000;

/// The timeout for the start of the helpers, in milliseconds.
const PATIENCE_AT_FIRST: i32 = 10_000;

/// The timeout for a helper's result: this multiple of this thread's own time, and at least so many milliseconds. A
/// helper that the browser has terminated never answers.
const TIMES_LONGER: f64 = 20.0;
const PATIENCE: f64 = 20_000.0;

/// The state of a helper, in shared memory.
const AT_WORK: i32 = 0;
const DONE: i32 = 1;
const FAILED: i32 = 2;

/// A message to a helper; the shared buffer and the states are sent with it.
#[derive(Debug, Serialize, Deserialize)]
enum HelperRequest {
    /// Keep these kernels. The buffer contains nothing else.
    Keep {
        kernels: u32,
        dims: [usize; 3],
    },
    Forget {
        kernels: u32,
    },
    Compute(Job),
}

/// A range of values in the shared buffer.
type Place = Range<usize>;

/// A helper's part of an operation on the shared buffer.
#[derive(Debug, Serialize, Deserialize)]
struct Job {
    task: Task,
    x: Place,
    /// Where to write the result.
    y: Place,
    /// The index of the helper's state.
    helper: u32,
}

#[derive(Debug, Serialize, Deserialize)]
enum Task {
    Convolve { kernels: u32, tile: Tile, size: [usize; 4], beyond: [bool; 2], bias: Option<Place> },
    Mix { channels: usize, matrix: Place, offset: Option<Place>, add: Option<Place> },
    Gram { channels: usize, factor: f32 },
}

/// The engine's handle to its helpers.
struct Crew {
    workers: RefCell<Vec<Worker>>,
    /// One state for each helper.
    states: Int32Array,
    /// For each kernel id: which helpers have their part of the kernels.
    known: RefCell<HashMap<u32, Vec<bool>>>,
    board: RefCell<Board>,
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.dismiss();
    }
}

/// A shared buffer for feature maps. It is replaced by a larger one when needed.
struct Board {
    buffer: SharedArrayBuffer,
    length: usize,
}

impl Board {
    /// An error if the buffer cannot be allocated.
    fn new(length: usize) -> Result<Self, JsValue> {
        let constructor: Function =
            Reflect::get(&js_sys::global(), &"SharedArrayBuffer".into())?.dyn_into()?;
        let bytes = (length * size_of::<f32>()) as f64;
        let buffer = Reflect::construct(&constructor, &Array::of1(&bytes.into()))?.unchecked_into();
        Ok(Self { buffer, length })
    }

    fn at(&self, range: &Range<usize>) -> Float32Array {
        view(&self.buffer, range)
    }
}

fn view(buffer: &SharedArrayBuffer, Range { start, end }: &Range<usize>) -> Float32Array {
    let start_in_bytes = (start * size_of::<f32>()) as u32;
    Float32Array::new_with_byte_offset_and_length(buffer, start_in_bytes, (end - start) as u32)
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Whether this worker is a helper.
pub fn is_helper() -> bool {
    scope().name() == NAME
}

/// Starts helpers, if the page is cross-origin isolated. Returns the number of threads, this one included.
pub async fn hire() -> u32 {
    let isolated = Reflect::get(&js_sys::global(), &"crossOriginIsolated".into());
    let cores = scope().navigator().hardware_concurrency() as u32;
    let count = cores.min(MOST_THREADS).saturating_sub(1);
    if isolated != Ok(JsValue::TRUE) || count == 0 {
        return 1;
    }
    match Crew::new(count).await {
        Ok(crew) => {
            set_helpers(Rc::new(crew));
            count + 1
        }
        Err(error) => {
            web_sys::console::warn_2(&"The processor's other cores do not help:".into(), &error);
            1
        }
    }
}

impl Crew {
    async fn new(count: u32) -> Result<Self, JsValue> {
        let crew = Self {
            workers: RefCell::default(),
            states: Int32Array::new(&Board::new(count as usize)?.buffer),
            known: RefCell::default(),
            board: RefCell::new(Board::new(0)?),
        };
        let mut arrivals = Vec::new();
        for _ in 0..count {
            let worker = start_helper(NAME)?;
            arrivals.push(Promise::new(&mut |arrived, failed| {
                // The first message says that the helper has started, or that the entry script could not load it; if
                // the entry script itself cannot be loaded, there is an error event. After that the engine waits on the
                // states, and messages are ignored.
                let listener = Closure::<dyn Fn(Event)>::new(move |event: Event| {
                    // Otherwise the browser would report it as an error of the page.
                    event.prevent_default();
                    let word = envelope::beside(&event, "data");
                    let _ = if word == NAME {
                        arrived.call0(&JsValue::NULL)
                    } else {
                        failed.call1(&JsValue::NULL, &word)
                    };
                });
                // Kept alive for as long as the worker may send messages.
                let listener: Function = listener.into_js_value().unchecked_into();
                worker.set_onmessage(Some(&listener));
                worker.set_onerror(Some(&listener));
            }));
            worker.post_message(&wasm_bindgen::module())?;
            crew.workers.borrow_mut().push(worker);
        }
        let late = Promise::new(&mut |_, failed| {
            let reason = JsValue::from("they do not come");
            let _ = scope().set_timeout_with_callback_and_timeout_and_arguments_1(
                &failed,
                PATIENCE_AT_FIRST,
                &reason,
            );
        });
        let all = Promise::all(&arrivals.into_iter().collect::<Array>());
        JsFuture::from(Promise::race(&Array::of2(&all, &late))).await?;
        Ok(crew)
    }

    /// Terminates all helpers.
    fn dismiss(&self) {
        self.workers.take().iter().for_each(Worker::terminate);
        self.known.take();
        if let Ok(none) = Board::new(0) {
            self.board.replace(none);
        }
    }

    fn tell(
        &self,
        worker: &Worker,
        request: &HelperRequest,
        board: &SharedArrayBuffer,
    ) -> Result<(), JsValue> {
        let envelope = Envelope::new(request).map_err(|error| JsValue::from(error.to_string()))?;
        let envelope = envelope.with("board", board).with("states", self.states.as_ref());
        worker.post_message(envelope.parts().0)
    }

    /// Copies `on_board` into the shared buffer, one array after the other, and starts one task on each helper: the
    /// task, its input range and the length of its result. Then computes this thread's own part, and passes each result
    /// to `take`.
    fn divide(
        &self,
        on_board: &[&[f32]],
        tasks: Vec<(Task, Place, usize)>,
        own: impl FnOnce(),
        mut take: impl FnMut(usize, &[f32]),
    ) -> Result<(), JsValue> {
        let mut board = self.board.borrow_mut();
        let laid: usize = on_board.iter().map(|numbers| numbers.len()).sum();
        let length = laid + tasks.iter().map(|(.., length)| length).sum::<usize>();
        if board.length < length {
            *board = Board::new(length)?;
        }
        let mut end = 0;
        let mut next = |length| {
            end += length;
            end - length..end
        };
        for numbers in on_board {
            board.at(&next(numbers.len())).copy_from(numbers);
        }
        let mut results = Vec::new();
        for (helper, (task, x, length)) in tasks.into_iter().enumerate() {
            let y = next(length);
            results.push(y.clone());
            Atomics::store(&self.states, helper as u32, AT_WORK)?;
            let job = Job { task, x, y, helper: helper as u32 };
            self.tell(&self.workers.borrow()[helper], &HelperRequest::Compute(job), &board.buffer)?;
        }

        let started = browser::now();
        own();
        let patience = PATIENCE.max(TIMES_LONGER * (browser::now() - started));
        let mut result = Vec::new();
        for (helper, y) in results.iter().enumerate() {
            wait(&self.states, helper as u32, patience)?;
            result.resize(y.len(), 0.0);
            board.at(y).copy_to(&mut result);
            take(helper, &result);
        }
        Ok(())
    }

    /// The shared buffer holds the input rows of the helpers' parts, then the bias.
    fn convolve_together(
        &self,
        x: &[f32],
        kernels: &Kernels,
        whole: Shape,
        bias: Option<&[f32]>,
    ) -> Result<Option<Vec<f32>>, JsValue> {
        let shares = cpu::shares(whole, self.threads());
        let [own, others @ ..] = &shares[..] else { return Ok(None) };
        let needed = others.iter().map(|share| share.inputs(whole));
        let Some(needed) = needed.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end)) else {
            return Ok(None);
        };
        self.tell_kernels(kernels, others)?;

        let bias_at = needed.len();
        let tasks = others.iter().map(|share| {
            let Shape { height, width, inputs, outputs, beyond } = share.shape(whole);
            let task = Task::Convolve {
                kernels: kernels.id,
                tile: kernels.tile,
                size: [height, width, inputs, outputs],
                beyond,
                bias: bias.map(|_| bias_at + share.outputs.start..bias_at + share.outputs.end),
            };
            let Place { start, end } = share.inputs(whole);
            (task, start - needed.start..end - needed.start, height * width * outputs)
        });
        let mut part = Vec::new();
        let mut out = vec![0.0; whole.height * whole.width * whole.outputs];
        self.divide(
            &[&x[needed.clone()], bias.unwrap_or_default()],
            tasks.collect(),
            || {
                let bias = bias.map(|bias| &bias[own.outputs.clone()]);
                let epilogue = Epilogue { bias, ..Epilogue::default() };
                let x = &x[own.inputs(whole)];
                part = cpu::compute(kernels.tile, x, &kernels.transformed, own.shape(whole), epilogue);
            },
            |helper, part| others[helper].put(part, whole, &mut out),
        )?;
        own.put(&part, whole, &mut out);
        Ok(Some(out))
    }

    /// Sends each helper its part of the kernels, unless it has it already.
    fn tell_kernels(&self, kernels: &Kernels, shares: &[Share]) -> Result<(), JsValue> {
        let workers = self.workers.borrow();
        let mut known = self.known.borrow_mut();
        let known = known.entry(kernels.id).or_insert_with(|| vec![false; workers.len()]);
        for ((worker, share), known) in workers.iter().zip(shares).zip(known) {
            if !std::mem::replace(known, true) {
                let part = kernels.transformed.part(share.outputs.clone());
                let board = Board::new(part.numbers().len())?;
                board.at(&(0..board.length)).copy_from(part.numbers());
                self.tell(
                    worker,
                    &HelperRequest::Keep { kernels: kernels.id, dims: part.dims() },
                    &board.buffer,
                )?;
            }
        }
        Ok(())
    }

    /// The shared buffer holds the helpers' pixels, the matrix, the offset, and the values to add to the helpers'
    /// pixels.
    fn mix_together(
        &self,
        x: &[f32],
        matrix: &[f32],
        channels: usize,
        offset: Option<&[f32]>,
        add: Option<&[f32]>,
    ) -> Result<Vec<f32>, JsValue> {
        let (own, others) = self.pixels(x, channels);
        let theirs = own.end..x.len();
        let matrix_at = theirs.len()..theirs.len() + matrix.len();
        let offset_at = offset.map(|offset| matrix_at.end..matrix_at.end + offset.len());
        let add_at = offset_at.as_ref().map_or(matrix_at.end, |offset| offset.end);
        let tasks = others.iter().map(|part| {
            let x = part.start - own.end..part.end - own.end;
            let add = add.map(|_| add_at + x.start..add_at + x.end);
            let task = Task::Mix { channels, matrix: matrix_at.clone(), offset: offset_at.clone(), add };
            (task, x, part.len())
        });
        let mut first = Vec::new();
        let mut rest = vec![0.0; theirs.len()];
        self.divide(
            &[
                &x[theirs.clone()],
                matrix,
                offset.unwrap_or_default(),
                add.map_or(&[], |add| &add[theirs.clone()]),
            ],
            tasks.collect(),
            || {
                let add = add.map(|add| &add[own.clone()]);
                first = processor::mix(&x[own.clone()], matrix, channels, offset, add);
            },
            |helper, part| rest[others[helper].start - own.end..][..part.len()].copy_from_slice(part),
        )?;
        first.extend(rest);
        Ok(first)
    }

    /// The shared buffer holds the helpers' pixels. Each helper sums over its own; the partial sums are added up.
    fn gram_together(&self, x: &[f32], channels: usize, factor: f32) -> Result<Vec<f32>, JsValue> {
        let (own, others) = self.pixels(x, channels);
        let tasks = others.iter().map(|part| {
            let x = part.start - own.end..part.end - own.end;
            (Task::Gram { channels, factor }, x, channels * channels)
        });
        let mut sum = Vec::new();
        let mut parts = vec![0.0; channels * channels];
        self.divide(
            &[&x[own.end..]],
            tasks.collect(),
            || sum = processor::gram(&x[own.clone()], channels, factor),
            |_, part| parts.iter_mut().zip(part).for_each(|(sum, part)| *sum += part),
        )?;
        sum.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        Ok(sum)
    }

    /// The ranges of values for this thread and for each helper, with about the same number of pixels.
    fn pixels(&self, x: &[f32], channels: usize) -> (Place, Vec<Place>) {
        let mut parts = cpu::parts(x.len(), channels, self.threads());
        (parts.next().unwrap_or_default(), parts.collect())
    }

    fn threads(&self) -> usize {
        self.workers.borrow().len() + 1
    }

    /// The distributed result; `None` if there is too little work or there are no helpers. After an error all helpers
    /// are terminated.
    fn unless_little<T>(
        &self,
        multiply_adds: usize,
        together: impl FnOnce() -> Result<Option<T>, JsValue>,
    ) -> Option<T> {
        if multiply_adds < LEAST || self.threads() == 1 {
            return None;
        }
        together().unwrap_or_else(|error| {
            web_sys::console::warn_2(&"The processor's other cores help no more:".into(), &error);
            self.dismiss();
            None
        })
    }
}

/// Blocks until a helper is done. A worker may block, and the engine has nothing else to do.
fn wait(states: &Int32Array, helper: u32, patience: f64) -> Result<(), JsValue> {
    let end = browser::now() + patience;
    loop {
        match Atomics::load(states, helper)? {
            DONE => return Ok(()),
            FAILED => return Err("one of them failed".into()),
            state if browser::now() < end => {
                Atomics::wait_with_timeout(states, helper, state, patience)?;
            }
            _ => return Err("one of them does not answer".into()),
        }
    }
}

impl Helpers for Crew {
    fn convolve(&self, x: &[f32], kernels: &Kernels, shape: Shape, bias: Option<&[f32]>) -> Option<Vec<f32>> {
        let multiply_adds = 9 * shape.height * shape.width * shape.inputs * shape.outputs;
        self.unless_little(multiply_adds, || self.convolve_together(x, kernels, shape, bias))
    }

    fn mix(
        &self,
        x: &[f32],
        matrix: &[f32],
        channels: usize,
        offset: Option<&[f32]>,
        add: Option<&[f32]>,
    ) -> Option<Vec<f32>> {
        self.unless_little(x.len() * channels, || {
            self.mix_together(x, matrix, channels, offset, add).map(Some)
        })
    }

    fn gram(&self, x: &[f32], channels: usize, factor: f32) -> Option<Vec<f32>> {
        self.unless_little(x.len() * channels, || self.gram_together(x, channels, factor).map(Some))
    }

    fn forget(&self, kernels: u32) {
        let (Some(known), board) = (self.known.borrow_mut().remove(&kernels), self.board.borrow()) else {
            return;
        };
        for (worker, known) in self.workers.borrow().iter().zip(known) {
            if known {
                // If the message fails, the helper merely keeps kernels that it no longer needs.
                let _ = self.tell(worker, &HelperRequest::Forget { kernels }, &board.buffer);
            }
        }
    }
}

thread_local! {
    /// The states and the index of this helper's own, during a job; used by the panic hook.
    static AT: RefCell<Option<(Int32Array, u32)>> = const { RefCell::new(None) };
    static KEPT: RefCell<HashMap<u32, Transformed>> = RefCell::default();
}

/// Runs a helper until the worker is terminated.
pub fn help() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        // The module aborts after the panic hook.
        report(FAILED);
    }));
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| obey(&event.data()));
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    let _ = scope().post_message(&NAME.into());
}

fn obey(data: &JsValue) {
    let board: SharedArrayBuffer = envelope::beside(data, "board").unchecked_into();
    match envelope::open::<HelperRequest>(data).expect("the engine and its helpers are one program") {
        HelperRequest::Keep { kernels, dims } => {
            let part = Transformed::from_numbers(Float32Array::new(&board).to_vec(), dims);
            KEPT.with_borrow_mut(|kept| kept.insert(kernels, part));
        }
        HelperRequest::Forget { kernels } => drop(KEPT.with_borrow_mut(|kept| kept.remove(&kernels))),
        HelperRequest::Compute(job) => {
            AT.set(Some((envelope::beside(data, "states").unchecked_into(), job.helper)));
            job.run(&board);
            report(DONE);
        }
    }
}

impl Job {
    fn run(&self, board: &SharedArrayBuffer) {
        let read = |place: &Place| view(board, place).to_vec();
        let read_any = |place: &Option<Place>| place.as_ref().map(read);
        let x = read(&self.x);
        let y = match &self.task {
            Task::Convolve { kernels, tile, size: [height, width, inputs, outputs], beyond, bias } => {
                let (height, width, inputs, outputs) = (*height, *width, *inputs, *outputs);
                let shape = Shape { height, width, inputs, outputs, beyond: *beyond };
                let bias = read_any(bias);
                let epilogue = Epilogue { bias: bias.as_deref(), ..Epilogue::default() };
                KEPT.with_borrow(|kept| cpu::compute(*tile, &x, &kept[kernels], shape, epilogue))
            }
            Task::Mix { channels, matrix, offset, add } => {
                let (offset, add) = (read_any(offset), read_any(add));
                processor::mix(&x, &read(matrix), *channels, offset.as_deref(), add.as_deref())
            }
            Task::Gram { channels, factor } => processor::gram(&x, *channels, *factor),
        };
        view(board, &self.y).copy_from(&y);
    }
}

/// Stores the new state and wakes the engine.
fn report(state: i32) {
    if let Some((states, helper)) = AT.take() {
        let _ = Atomics::store(&states, helper, state);
        let _ = Atomics::notify(&states, helper);
    }
}
