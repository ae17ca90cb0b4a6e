//! Decides after which steps a frame is read back.

/// Decides for each batch of steps whether its picture is read back and shown, so that the visitor sees early progress and
/// showing takes only a small part of the worker's time. Other batches return their losses only.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The time at which the last frame was shown in milliseconds; `None` before the first.
    last: Option<f64>,
    /// How long the worker took to show it, in milliseconds.
    cost: f64,
}

impl Pace {
    /// The minimum interval in milliseconds. Ten frames a second look smooth, since the picture changes slowly, and leave
    /// the page's thread most of its time.
    const SHORTEST: f64 = 100.0;
    /// The maximum share of the time for showing frames.
    const SHARE: f64 = 0.1;

    /// Before the first frame.
    pub const fn new() -> Self {
        Self { last: None, cost: 0.0 }
    }

    /// Whether a frame is due at the time `now` (milliseconds of any monotonic clock).
    pub fn is_due(&self, now: f64) -> bool {
        self.last.is_none_or(|last| now - last >= Self::SHORTEST.max(self.cost / Self::SHARE))
    }

    /// Records that a frame was shown between the times `from` and `to` (milliseconds).
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
    fn the_first_frame_is_due_at_once_and_the_next_a_tenth_of_a_second_later() {
        let mut pace = Pace::new();
        assert!(pace.is_due(0.0));
        pace.taken(0.0, 5.0);
        assert!(!pace.is_due(104.0));
        assert!(pace.is_due(105.0));
    }

    #[test]
    fn dear_frames_are_taken_less_often() {
        let mut pace = Pace::new();
        pace.taken(0.0, 50.0);
        assert!(!pace.is_due(549.0));
        assert!(pace.is_due(550.0));
    }
}
