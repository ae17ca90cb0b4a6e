//! Defines when a run ends before its last step: at a given loss, or once the loss has levelled off.

use std::collections::VecDeque;

use options::Until;

/// The number of steps over which a decrease is measured.
const SPAN: u32 = 20;
/// The relative decrease over [`SPAN`] steps below which the loss has levelled off.
const LEVEL: f32 = 0.01;

/// The stopping criterion, and the losses that it needs, at one scale.
#[derive(Clone, Debug)]
pub struct Watch {
    until: Until,
    /// Step and loss, oldest first. The first entry is the latest that is at least [`SPAN`] steps old, if there is
    /// one.
    seen: VecDeque<(u32, f32)>,
}

impl Watch {
    /// The state before the first loss.
    pub fn new(until: Until) -> Self {
        Self { until, seen: VecDeque::new() }
    }

    /// The steps and losses that it remembers, oldest first.
    pub fn seen(&self) -> Vec<(u32, f32)> {
        self.seen.iter().copied().collect()
    }

    /// Sets what it remembers.
    pub fn remember(&mut self, seen: &[(u32, f32)]) {
        self.seen = seen.iter().copied().collect();
    }

    /// Whether the run is over after `step` steps with this total loss. Some steps may be left out.
    pub fn is_over(&mut self, step: u32, loss: f32) -> bool {
        match self.until {
            Until::Steps => false,
            Until::Loss(enough) => loss <= enough,
            Until::Level => {
                self.seen.push_back((step, loss));
                while self.seen.get(1).is_some_and(|(earlier, _)| earlier + SPAN <= step) {
                    self.seen.pop_front();
                }
                let (earlier, before) = self.seen[0];
                earlier + SPAN <= step && loss > before * (1.0 - LEVEL)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first step at which the run is over, if every `every`-th loss is reported.
    fn over(until: Until, every: usize, loss: impl Fn(u32) -> f32) -> Option<u32> {
        let mut watch = Watch::new(until);
        (0..1000).step_by(every).find(|&step| watch.is_over(step, loss(step)))
    }

    #[test]
    fn a_run_of_steps_is_never_over_before_the_last() {
        assert_eq!(over(Until::Steps, 1, |_| 0.0), None);
    }

    #[test]
    fn a_loss_is_enough_as_soon_as_it_is_reached() {
        assert_eq!(over(Until::Loss(0.5), 1, |step| 1.0 - 0.01 * step as f32), Some(50));
        assert_eq!(over(Until::Loss(0.5), 1, |_| 0.6), None);
        assert_eq!(over(Until::Loss(0.5), 1, |_| f32::NAN), None);
    }

    #[test]
    fn a_loss_has_levelled_off_once_it_falls_by_less_than_a_hundredth_in_twenty_steps() {
        assert_eq!(over(Until::Level, 1, |_| 1.0), Some(20));
        let falling = |step: u32| 0.999_f32.powf(step as f32);
        assert_eq!(over(Until::Level, 1, falling), None, "2 % in 20 steps");
        let slower = |step: u32| if step < 300 { falling(step) } else { falling(300) };
        let end = over(Until::Level, 1, slower).unwrap();
        assert!((305..=315).contains(&end), "{end}");
        // Also if only some losses are reported.
        let end = over(Until::Level, 8, slower).unwrap();
        assert!((305..=325).contains(&end), "{end}");
    }
}
