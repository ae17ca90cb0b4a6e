//! Defines how many steps are queued on the device before waiting for it.

/// The number of steps in a batch: one, unless steps are so short that waiting would take longer than they do. The
/// delay of a stop request is at most 40 ms or one step, whichever is longer.
pub struct Batch {
    milliseconds: f64,
}

impl Batch {
    pub const fn new() -> Self {
        Self { milliseconds: f64::MAX }
    }

    pub fn steps(&self) -> u32 {
        ((40.0 / self.milliseconds) as u32).clamp(1, 8)
    }

    pub fn took(&mut self, steps: u32, milliseconds: f64) {
        self.milliseconds = (milliseconds / f64::from(steps)).max(1.0);
    }
}
