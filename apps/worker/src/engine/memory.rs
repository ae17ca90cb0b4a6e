//! Reports that the worker's memory is exhausted.
//!
//! When an allocation fails on WebAssembly, Rust aborts without a message, and the browser reports only "unreachable".
//! So the allocator records the size of the failed allocation.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, WorkerGlobalScope};

/// The size of the latest allocation that failed, in bytes; 0 if none did.
static REFUSED: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, with failures recorded.
struct Noting;

#[global_allocator]
static ALLOCATOR: Noting = Noting;

fn noted(place: *mut u8, bytes: usize) -> *mut u8 {
    if place.is_null() {
        REFUSED.store(bytes, Ordering::Relaxed);
    }
    place
}

// SAFETY: every call is forwarded to the system's allocator; recording allocates nothing.
unsafe impl GlobalAlloc for Noting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller upholds the contract of `alloc`.
        noted(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller upholds the contract of `alloc_zeroed`.
        noted(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller upholds the contract of `realloc`.
        noted(unsafe { System.realloc(old, layout, size) }, size)
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller upholds the contract of `dealloc`.
        unsafe { System.dealloc(place, layout) }
    }
}

/// Registers `report`, which is called with the size of a failed allocation (in bytes) if the program ends because of
/// it.
pub fn report_exhaustion(report: impl Fn(usize) + 'static) {
    let on_error = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        let bytes = REFUSED.swap(0, Ordering::Relaxed);
        if bytes > 0 {
            // Otherwise the page would receive a second report, without a usable message.
            event.prevent_default();
            report(bytes);
        }
    });
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let listening = scope.add_event_listener_with_callback("error", on_error.as_ref().unchecked_ref());
    if let Err(error) = listening {
        web_sys::console::error_1(&error);
    }
    // The listener lives as long as the worker.
    on_error.forget();
}
