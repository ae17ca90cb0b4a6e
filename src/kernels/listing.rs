//! Lists the kernels that a computation would launch on a GPU, so that they can be compiled in advance and side by side.
//!
//! Per thread. While nothing is listed a launch costs one look at a thread-local variable.

use std::{
    cell::RefCell,
    collections::HashSet,
    pin::pin,
    task::{Context, Waker},
};

use cubecl::prelude::KernelId;

/// The kernels listed so far: their texts in the order of their first launch.
#[derive(Debug, Default)]
struct List {
    known: HashSet<KernelId>,
    texts: Vec<String>,
}

thread_local! {
    static LIST: RefCell<Option<List>> = const { RefCell::new(None) };
}

/// The texts of all kernels that `work` launches on this thread, each once, in the order of their first launch.
///
/// Nothing is launched and nothing is read: readbacks give zeros at once, so that `work` does not wait. All tensors that it
/// writes are undefined. Its buffers are reserved, and values are uploaded.
pub fn list(work: impl Future) -> Vec<String> {
    LIST.set(Some(List::default()));
    // Work that waited all the same would be listed up to that point.
    let _ = pin!(work).poll(&mut Context::from_waker(Waker::noop()));
    LIST.take().unwrap_or_default().texts
}

/// How many kernels are listed so far.
pub fn listed() -> usize {
    LIST.with_borrow(|list| list.as_ref().map_or(0, |list| list.texts.len()))
}

/// Whether the kernels of this thread are being listed.
pub(super) fn is_listing() -> bool {
    LIST.with_borrow(Option::is_some)
}

/// Lists a kernel, whose text `text` writes. False if nothing is being listed.
pub(super) fn add(id: &KernelId, text: impl FnOnce() -> String) -> bool {
    LIST.with_borrow_mut(|list| {
        let Some(list) = list else { return false };
        if list.known.insert(id.clone()) {
            list.texts.push(text());
        }
        true
    })
}
