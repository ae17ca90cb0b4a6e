//! Makes Firefox answer readbacks soon.
//!
//! Firefox looks for finished GPU work when something is submitted, and otherwise every 100 ms. So while the worker has
//! a task, an empty submission is made every few milliseconds. Other browsers answer by themselves: nothing is submitted
//! there.

use gloo_timers::callback::Interval;
use js_sys::Reflect;

use crate::engine::{opened::Opened, post::scope};

/// The time between two submissions in milliseconds. Browsers clamp repeated timers to it.
const EVERY: u32 = 4;

/// Empty submissions to the GPU until it is dropped.
pub struct Nudges(#[expect(dead_code, reason = "dropping it ends the submissions")] Option<Interval>);

impl Nudges {
    /// Starts the submissions, if the device is a GPU and the browser needs them.
    pub fn start(opened: &Opened) -> Self {
        let nudge = opened.nudge.clone().filter(|_| is_firefox());
        Self(nudge.map(|nudge| Interval::new(EVERY, move || nudge())))
    }
}

/// Whether this is Firefox's engine: only that one has this type of error. A measured wait would tell less, since the first
/// readbacks of a browser wait for its compiler, too.
fn is_firefox() -> bool {
    Reflect::has(&scope(), &"InternalError".into()).unwrap_or_default()
}
