//! Records what a step launches on a GPU instead of launching it, for tools that reckon with kernels (`xtask/shaders`).
//!
//! Natively only, and per thread. While nothing is recorded a launch costs one look at a thread-local variable.

#[cfg(all(feature = "gpu", not(target_family = "wasm")))]
use std::cell::RefCell;

/// One launch of a kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// Kernel and variant, as [`super::shaders::Source::name`].
    pub name: String,
    /// What the launch is part of, as last given to `label`.
    pub label: String,
    /// WGSL with the entry point `main`.
    pub text: String,
    /// Threads per workgroup.
    pub workgroup: [u32; 3],
    /// How many workgroups.
    pub workgroups: usize,
    /// The 32-bit words of the uniform.
    pub parameters: Vec<u32>,
    /// The memory of each storage buffer and its bytes, inputs before outputs.
    pub buffers: Vec<(String, u64)>,
}

/// The launches since recording began, and the current label.
#[cfg(all(feature = "gpu", not(target_family = "wasm")))]
#[derive(Default)]
struct Record {
    launches: Vec<Launch>,
    label: String,
}

#[cfg(all(feature = "gpu", not(target_family = "wasm")))]
thread_local! {
    static RECORD: RefCell<Option<Record>> = const { RefCell::new(None) };
}

/// Runs `run` and returns the launches of this thread meanwhile. None of them is queued, so all tensors that they would have
/// written are undefined.
#[cfg(all(feature = "gpu", not(target_family = "wasm")))]
pub fn record<T>(run: impl FnOnce() -> T) -> (T, Vec<Launch>) {
    RECORD.set(Some(Record::default()));
    let result = run();
    (result, RECORD.take().unwrap_or_default().launches)
}

/// Records the launch that `launch` describes, given the label. False if nothing is being recorded.
#[cfg(all(feature = "gpu", not(target_family = "wasm")))]
pub(super) fn add(launch: impl FnOnce(String) -> Launch) -> bool {
    RECORD.with_borrow_mut(|record| {
        let Some(record) = record else { return false };
        record.launches.push(launch(record.label.clone()));
        true
    })
}

/// Says what the following launches are part of, such as a layer.
pub(crate) fn label(part: impl FnOnce() -> String) {
    #[cfg(all(feature = "gpu", not(target_family = "wasm")))]
    RECORD.with_borrow_mut(|record| {
        if let Some(record) = record {
            record.label = part();
        }
    });
    #[cfg(not(all(feature = "gpu", not(target_family = "wasm"))))]
    drop(part);
}
