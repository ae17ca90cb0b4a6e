//! Defines how many steps are queued on the device before waiting for it.

/// The duration in milliseconds that a batch should have, so that a stop request takes effect soon.
const BATCH: f64 = 40.0;
/// The duration of a batch in milliseconds up to which the next one is queued before it is waited for.
///
/// The device then always has work. For longer batches the time between two of them does not matter, and a stop
/// request would have to wait for both.
const SHORT: f64 = 200.0;

/// The number of steps in a batch: one, unless steps are so short that waiting would take longer than they do.
///
/// At most two batches are queued. So a stop request takes effect after at most 80 ms or, if steps are longer, after
/// two steps; where a step takes more than 200 ms, after one.
pub struct Batch {
    /// The duration of a step in milliseconds.
    step: f64,
}

impl Batch {
    /// Before the first step: its duration is unknown.
    pub const fn new() -> Self {
        Self { step: f64::MAX }
    }

    /// The number of steps in the next batch, 1..=8.
    pub fn steps(&self) -> u32 {
        ((BATCH / self.step) as u32).clamp(1, 8)
    }

    /// Whether the next batch is to be queued before this one is waited for.
    pub fn overlaps(&self) -> bool {
        self.step * f64::from(self.steps()) <= SHORT
    }

    /// Records that a batch of so many steps took so many milliseconds.
    pub fn took(&mut self, steps: u32, milliseconds: f64) {
        self.step = (milliseconds / f64::from(steps)).max(1.0);
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::Batch;

    #[test]
    fn short_steps_are_queued_together_and_ahead_and_long_ones_singly() {
        let mut batch = Batch::new();
        assert_eq!((batch.steps(), batch.overlaps()), (1, false));
        for (milliseconds, steps, overlaps) in
            [(0.1, 8, true), (10.0, 4, true), (41.0, 1, true), (200.0, 1, true), (201.0, 1, false)]
        {
            batch.took(2, 2.0 * milliseconds);
            assert_eq!((batch.steps(), batch.overlaps()), (steps, overlaps), "{milliseconds} ms");
        }
    }
}
