//! Lists what a step launches on a GPU instead of launching it, for tools that reckon with kernels (`xtask/shaders`).
//!
//! Natively only, and per thread. While nothing is listed a launch costs one look at a thread-local variable.

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

/// The launches so far, and the current label.
#[cfg(all(feature = "gpu", not(target_family = "wasm")))]
#[derive(Default)]
struct List {
    launches: Vec<Launch>,
    label: String,
}

#[cfg(all(feature = "gpu", not(target_family = "wasm")))]
thread_local! {
    static LIST: RefCell<Option<List>> = const { RefCell::new(None) };
}

/// Runs `run` and returns the launches of this thread meanwhile. None of them is queued, so all tensors that they would have
/// written are undefined.
#[cfg(all(feature = "gpu", not(target_family = "wasm")))]
pub fn launches_of<T>(run: impl FnOnce() -> T) -> (T, Vec<Launch>) {
    LIST.set(Some(List::default()));
    let result = run();
    (result, LIST.take().unwrap_or_default().launches)
}

/// Lists the launch that `launch` describes, given the label. False if nothing is being listed.
#[cfg(all(feature = "gpu", not(target_family = "wasm")))]
pub(super) fn add(launch: impl FnOnce(String) -> Launch) -> bool {
    LIST.with_borrow_mut(|list| {
        let Some(list) = list else { return false };
        list.launches.push(launch(list.label.clone()));
        true
    })
}

/// Says what the following launches are part of, such as a layer.
pub(crate) fn label(part: impl FnOnce() -> String) {
    #[cfg(all(feature = "gpu", not(target_family = "wasm")))]
    LIST.with_borrow_mut(|list| {
        if let Some(list) = list {
            list.label = part();
        }
    });
    #[cfg(not(all(feature = "gpu", not(target_family = "wasm"))))]
    drop(part);
}
