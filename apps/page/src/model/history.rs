//! Defines the history: the results of this visit, so that none is lost when the next one is painted.

use crate::model::result::PaintedResult;

/// The largest number of results.
const MOST_RESULTS: usize = 24;
/// The most bytes of pixels of all results together: little enough for the memory limit of a tab on a phone.
const MOST_BYTES: usize = 192 << 20;

/// A result of the history and its number, which identifies it.
#[derive(Clone, Debug)]
pub struct Kept<P> {
    /// From 1, in the order of the runs.
    pub number: u32,
    /// The result.
    pub result: PaintedResult<P>,
}

/// The results, oldest first. `P` is the type that holds a frame's pixels.
#[derive(Clone, Debug)]
pub struct History<P> {
    results: Vec<Kept<P>>,
    /// The number of the latest one.
    latest: u32,
    most_bytes: usize,
}

impl<P> Default for History<P> {
    fn default() -> Self {
        Self { results: Vec::new(), latest: 0, most_bytes: MOST_BYTES }
    }
}

impl<P> History<P> {
    /// The results, oldest first.
    pub fn results(&self) -> &[Kept<P>] {
        &self.results
    }

    /// The result with a number.
    pub fn get(&self, number: u32) -> Option<&Kept<P>> {
        self.results.iter().find(|kept| kept.number == number)
    }

    /// Adds the result of a run. If there is not enough room, old results keep their last frame only, then the oldest are
    /// removed; never the one that is added.
    pub fn add(&mut self, result: PaintedResult<P>) {
        self.latest += 1;
        self.results.push(Kept { number: self.latest, result });
        if self.results.len() > MOST_RESULTS {
            self.results.remove(0);
        }
        let newest = self.results.len() - 1;
        for at in 0..newest {
            if self.bytes() > self.most_bytes {
                self.results[at].result.timeline.keep_last();
            }
        }
        while self.bytes() > self.most_bytes && self.results.len() > 1 {
            self.results.remove(0);
        }
    }

    /// Removes all results.
    pub fn clear(&mut self) {
        self.results.clear();
    }

    fn bytes(&self) -> usize {
        self.results.iter().map(|kept| kept.result.bytes()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        choice::{Choice, Role},
        run::Run,
    };

    /// A result of so many frames of 4 × 4 pixels.
    fn result(frames: u32) -> PaintedResult<u32> {
        let run = Run::example(false);
        let mut result = PaintedResult::with_frame(None, &run, true, (4, 4), 0, 0);
        for step in 1..frames {
            result = PaintedResult::with_frame(Some(result), &run, false, (4, 4), step, step);
        }
        assert_eq!(result.content, Choice::first(Role::Photo, None).0);
        result
    }

    fn steps(history: &History<u32>) -> Vec<(u32, Vec<u32>)> {
        let of = |kept: &Kept<u32>| kept.result.timeline.frames().iter().map(|frame| frame.step).collect();
        history.results().iter().map(|kept| (kept.number, of(kept))).collect()
    }

    #[test]
    fn results_are_kept_in_their_order_and_found_by_number() {
        let mut history = History::default();
        for frames in 1..=3 {
            history.add(result(frames));
        }
        assert_eq!(steps(&history), [(1, vec![0]), (2, vec![0, 1]), (3, vec![0, 1, 2])]);
        assert_eq!(history.get(2).map(|kept| kept.result.bytes()), Some(2 * 64));
        assert!(history.get(4).is_none());
        history.clear();
        history.add(result(1));
        assert_eq!(steps(&history), [(4, vec![0])], "a number is given once");
    }

    #[test]
    fn where_there_is_little_room_old_results_lose_their_frames_and_then_go() {
        // Room for six frames of 64 bytes.
        let mut history = History { most_bytes: 6 * 64, ..History::default() };
        history.add(result(4));
        history.add(result(4));
        assert_eq!(steps(&history), [(1, vec![3]), (2, vec![0, 1, 2, 3])]);
        history.add(result(5));
        let newest = (3, vec![0, 1, 2, 3, 4]);
        assert_eq!(steps(&history), [(2, vec![3]), newest], "with two last frames there would be seven");
        history.add(result(9));
        assert_eq!(steps(&history).len(), 1, "the newest result stays, however large it is");
    }

    #[test]
    fn there_are_not_endlessly_many() {
        let mut history = History::default();
        for _ in 0..30 {
            history.add(result(1));
        }
        assert_eq!((history.results().len(), history.results()[0].number), (24, 7));
    }
}
