//! Makes Firefox answer readbacks soon.
//!
//! Firefox looks for finished GPU work when something is submitted, and otherwise every 100 ms. So while the worker has
//! a task, an empty submission is made every few milliseconds. Other browsers answer by themselves, and an empty
//! submission costs them next to nothing.

use gloo_timers::callback::Interval;

use crate::engine::opened::Opened;

/// The time between two submissions in milliseconds. Browsers clamp repeated timers to it.
const EVERY: u32 = 4;

/// Empty submissions to the GPU until it is dropped.
pub struct Nudges(#[expect(dead_code, reason = "dropping it ends the submissions")] Option<Interval>);

impl Nudges {
    /// Starts the submissions, if the device is a GPU.
    pub fn start(opened: &Opened) -> Self {
        Self(opened.nudge.clone().map(|nudge| Interval::new(EVERY, move || nudge())))
    }
}
