//! Decides after which steps a frame is read back.

/// Decides after each step whether to read the picture back, so that the visitor sees early progress and readbacks take
/// only a small part of the time.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The time of the last readback in milliseconds; `None` before the first.
    last: Option<f64>,
    /// The duration of the last readback in milliseconds.
    cost: f64,
}

impl Pace {
    /// The minimum interval in milliseconds: four frames a second are enough for a picture that changes slowly.
    const SHORTEST: f64 = 250.0;
    /// The maximum share of the time for readbacks.
    const SHARE: f64 = 0.1;

    /// Before the first frame.
    pub const fn new() -> Self {
        Self { last: None, cost: 0.0 }
    }

    /// Whether a frame is due at the time `now` (milliseconds of any monotonic clock).
    pub fn is_due(&self, now: f64) -> bool {
        self.last.is_none_or(|last| now - last >= Self::SHORTEST.max(self.cost / Self::SHARE))
    }

    /// Records a readback between the times `from` and `to` (milliseconds).
    pub const fn taken(&mut self, from: f64, to: f64) {
        self.last = Some(to);
        self.cost = to - from;
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_frame_is_due_at_once_and_the_next_a_quarter_of_a_second_later() {
        let mut pace = Pace::new();
        assert!(pace.is_due(0.0));
        pace.taken(0.0, 5.0);
        assert!(!pace.is_due(254.0));
        assert!(pace.is_due(255.0));
    }

    #[test]
    fn dear_frames_are_taken_less_often() {
        let mut pace = Pace::new();
        pace.taken(0.0, 100.0);
        assert!(!pace.is_due(1_000.0));
        assert!(pace.is_due(1_100.0));
    }
}
