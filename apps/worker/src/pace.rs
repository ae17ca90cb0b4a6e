//! Decides which moments of a run are worth a frame.

/// Decides after each step whether the picture is worth reading back, so that the visitor sees it
/// move from the first step on and the device still spends its time on painting.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// When the last frame was taken, in milliseconds; `None` before the first.
    last: Option<f64>,
    /// How long taking it took, in milliseconds.
    cost: f64,
}

impl Pace {
    /// At most four frames a second: more cannot be told apart in a picture that changes this slowly.
    const SHORTEST: f64 = 250.0;
    /// A frame may cost at most this part of the time.
    const SHARE: f64 = 0.1;

    /// Before the first frame.
    pub const fn new() -> Self {
        Self { last: None, cost: 0.0 }
    }

    /// Whether a frame is due at `now` (milliseconds of any steady clock).
    pub fn is_due(&self, now: f64) -> bool {
        self.last.is_none_or(|last| now - last >= Self::SHORTEST.max(self.cost / Self::SHARE))
    }

    /// A frame was taken between `from` and `to` (milliseconds).
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
