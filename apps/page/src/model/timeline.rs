//! Defines which frames of a run are kept.

/// A kept frame and its step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFrame<T> {
    /// The number of steps.
    pub step: u32,
    /// The pixels.
    pub pixels: T,
}

/// A limited number of a run's frames, spread evenly over its steps, always with the first and the latest one.
#[derive(Clone, Debug)]
pub struct Timeline<T> {
    frames: Vec<KeptFrame<T>>,
    capacity: usize,
}

impl<T> Timeline<T> {
    /// The largest number of frames, however small they are.
    const MOST_FRAMES: usize = 120;
    /// The most bytes of pixels: little enough for the memory limit of a tab on a phone.
    const MOST_BYTES: usize = 96 << 20;

    /// An empty timeline for frames of `frame_bytes` bytes each.
    pub fn new(frame_bytes: usize) -> Self {
        let capacity = (Self::MOST_BYTES / frame_bytes.max(1)).clamp(3, Self::MOST_FRAMES);
        Self { frames: Vec::new(), capacity }
    }

    /// Adds a frame. If there are too many, the frame whose neighbours are closest together is removed.
    ///
    /// A frame of the latest step replaces the one before. Steps must not decrease: a new run needs a new timeline.
    pub fn push(&mut self, step: u32, pixels: T) {
        if self.frames.last().is_some_and(|last| last.step == step) {
            self.frames.pop();
        }
        self.frames.push(KeptFrame { step, pixels });
        if self.frames.len() > self.capacity {
            let crowded = (1..self.frames.len() - 1)
                .min_by_key(|&at| self.frames[at + 1].step.saturating_sub(self.frames[at - 1].step));
            if let Some(at) = crowded {
                self.frames.remove(at);
            }
        }
    }

    /// All kept frames, in the order of their steps.
    pub fn frames(&self) -> &[KeptFrame<T>] {
        &self.frames
    }

    /// The latest frame.
    pub fn last(&self) -> Option<&KeptFrame<T>> {
        self.frames.last()
    }

    /// The latest frame of at most `step` steps, or the first one; without a step the latest one.
    pub fn at(&self, step: Option<u32>) -> Option<&KeptFrame<T>> {
        let Some(step) = step else { return self.last() };
        let after = self.frames.partition_point(|frame| frame.step <= step);
        self.frames.get(after.saturating_sub(1))
    }

    /// Keeps the latest frame only.
    pub fn keep_last(&mut self) {
        self.frames.drain(..self.frames.len().saturating_sub(1));
    }

    /// At most `most` of the kept frames (at least two), evenly spaced, with the first and the latest one.
    pub fn sample(&self, most: usize) -> Vec<&KeptFrame<T>> {
        let (count, most) = (self.frames.len(), most.max(2));
        if count <= most {
            return self.frames.iter().collect();
        }
        (0..most).map(|at| &self.frames[at * (count - 1) / (most - 1)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps<T>(timeline: &Timeline<T>) -> Vec<u32> {
        timeline.frames().iter().map(|kept| kept.step).collect()
    }

    #[test]
    fn a_frame_is_found_by_its_step() {
        let mut timeline = Timeline::new(4);
        assert!(timeline.at(None).is_none() && timeline.at(Some(1)).is_none());
        for step in [2, 5, 9] {
            timeline.push(step, step);
        }
        let found = [None, Some(0), Some(2), Some(4), Some(5), Some(100)];
        let found = found.map(|step| timeline.at(step).map(|frame| frame.step));
        assert_eq!(found, [9, 2, 2, 2, 5, 9].map(Some));
        timeline.keep_last();
        assert_eq!(steps(&timeline), [9]);
    }

    #[test]
    fn a_long_run_keeps_few_frames_spread_evenly_with_both_ends() {
        let mut timeline = Timeline::new(4);
        for step in 0..=1000 {
            timeline.push(step, ());
            assert!(timeline.frames().len() <= 120);
        }
        let kept = steps(&timeline);
        assert_eq!((kept[0], kept[kept.len() - 1]), (0, 1000));
        let gaps: Vec<u32> = kept.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(gaps.iter().all(|&gap| (1..=17).contains(&gap)), "{gaps:?}");
    }

    #[test]
    fn big_frames_are_bounded_by_their_bytes() {
        let mut timeline = Timeline::new(24 << 20);
        for step in 0..50 {
            timeline.push(step, ());
        }
        assert_eq!(timeline.frames().len(), 4);
    }

    #[test]
    fn the_same_step_is_kept_once() {
        let mut timeline = Timeline::new(4);
        timeline.push(3, "before");
        timeline.push(3, "after");
        assert_eq!(timeline.frames(), [KeptFrame { step: 3, pixels: "after" }]);
    }

    #[test]
    fn a_sample_is_even_and_has_both_ends() {
        let mut timeline = Timeline::new(4);
        for step in 0..100 {
            timeline.push(step, ());
        }
        let chosen: Vec<u32> = timeline.sample(10).iter().map(|kept| kept.step).collect();
        assert_eq!(chosen, [0, 11, 22, 33, 44, 55, 66, 77, 88, 99]);
        assert_eq!(timeline.sample(200).len(), 100);
    }
}
