//! Notices Ctrl-C (and `kill`), so that a run can be ended with its picture.

use std::{
    process,
    sync::atomic::{AtomicBool, Ordering},
};

/// How a run ended that has written a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With its last step, or because it was good enough.
    Finished,
    /// Because the user has asked for it.
    Interrupted,
}

static ASKED: AtomicBool = AtomicBool::new(false);

/// The exit code of a program that was interrupted: 128 and the number of the signal, as shells have it.
pub const INTERRUPTED: u8 = 130;

/// From now on the first signal only asks for the end of the run; the second one ends the program at once.
pub fn watch() {
    // Where the system has no such signals, a run ends as any other program does.
    let _ = ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::Relaxed) {
            process::exit(INTERRUPTED.into());
        }
    });
}

/// Whether the end was asked for.
pub fn is_asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
