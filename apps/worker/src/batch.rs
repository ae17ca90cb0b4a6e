//! Decides how many steps are queued on the device at once.

/// How many steps are queued before the device is waited for: one, unless steps are so quick that the
/// waiting would cost more than they do. A stop is heard within 40 ms or one step, whichever is longer.
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
