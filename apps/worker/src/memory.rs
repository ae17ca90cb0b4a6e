//! Memory of a worker's program that runs out.
//!
//! Rust aborts a program whose allocation fails, and on WebAssembly it does so without a word: the browser reports no more than
//! "unreachable". So the allocator notes what it could not give.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, WorkerGlobalScope};

/// The size of the latest allocation that failed, in bytes; 0 if none did.
static REFUSED: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, which notes failures.
struct Noting;

#[global_allocator]
static ALLOCATOR: Noting = Noting;

fn noted(place: *mut u8, bytes: usize) -> *mut u8 {
    if place.is_null() {
        REFUSED.store(bytes, Ordering::Relaxed);
    }
    place
}

// SAFETY: all is left to the system's allocator; nothing here allocates.
unsafe impl GlobalAlloc for Noting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller has it.
        noted(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller has it.
        noted(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller has it.
        noted(unsafe { System.realloc(old, layout, size) }, size)
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as the caller has it.
        unsafe { System.dealloc(place, layout) }
    }
}

/// Has `report` called with the size of the allocation (in bytes) if the program ends because that failed.
pub fn report_exhaustion(report: impl Fn(usize) + 'static) {
    let on_error = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        let bytes = REFUSED.swap(0, Ordering::Relaxed);
        if bytes > 0 {
            // Else the page would be told of it once more, in words that nobody understands.
            event.prevent_default();
            report(bytes);
        }
    });
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let listening = scope.add_event_listener_with_callback("error", on_error.as_ref().unchecked_ref());
    if let Err(error) = listening {
        web_sys::console::error_1(&error);
    }
    // The worker listens for as long as it lives.
    on_error.forget();
}
