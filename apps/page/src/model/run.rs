//! Defines the current run and its states.

use options::recipe::Recipe;
use schedule::Plan;

use crate::model::{choice::Choice, pace::millions};

/// The state of the latest run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// No run yet.
    Idle,
    /// A run is being prepared.
    Loading,
    /// Steps are being made.
    Painting,
    /// The run is complete.
    Done,
    /// The visitor stopped the run.
    Stopped,
    /// The run failed; the pictures and the frames so far are kept.
    Failed,
}

impl RunState {
    /// The value of `data-state`, and of the state in messages to an embedding page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Loading => "loading",
            Self::Painting => "painting",
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }

    /// Whether there is a run that can be stopped.
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Loading | Self::Painting)
    }
}

/// The picture that "Paint again" starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepaintFrom {
    /// The current result.
    Result,
    /// The photo.
    Photo,
}

/// The current run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The photo.
    pub content: Choice,
    /// The painting.
    pub style: Choice,
    /// The second painting, if there is one.
    pub second: Option<Choice>,
    /// Whether it continues from the current result.
    pub goes_on: bool,
    /// The recipe; it contains the name of the network once that is known.
    pub recipe: Recipe,
    /// Whether the strength was changed during the run.
    pub steered: bool,
    /// The size of the result in pixels, once the worker has begun.
    pub size: (usize, usize),
    /// The schedule of a run from the photo; `None` for one that continues, which makes all steps at the full size.
    pub plan: Option<Plan>,
    /// Steps that the picture will have at the end of the run.
    pub steps: u32,
    /// Whether a frame has arrived.
    pub has_frame: bool,
    /// The time of the first report in milliseconds, and its step. The remaining time is estimated from there, since
    /// the first step on a GPU also compiles the kernels.
    pub first: Option<(f64, u32)>,
    /// Seconds of a step for a million pixels, as far as measured.
    pub pace: Option<f64>,
}

impl Run {
    /// Records the size of the result in pixels and the name of the network: the worker has begun.
    pub fn started(&mut self, size: (usize, usize), network: String) {
        self.size = size;
        self.plan = (!self.goes_on).then(|| Plan::new(&self.recipe.options, size, size));
        self.recipe.network = network;
    }

    /// The completed share of the work after `steps` steps, 0 to 1, and the remaining time in seconds if it can be
    /// estimated; `now` in milliseconds.
    pub fn estimate(&mut self, now: f64, steps: u32) -> (f64, Option<f64>) {
        let (since, first) = *self.first.get_or_insert((now, steps));
        let (done, all) = (self.work(steps), self.work(self.steps));
        let step = (now - since) / (done - self.work(first)) / 1000.0;
        let step = step.is_finite().then_some(step);
        self.pace = step.map(|step| step / millions(self.size)).or(self.pace);
        (done / all, step.map(|step| step * (all - done)))
    }

    /// The work of the first `steps` steps, in steps at the full size.
    fn work(&self, steps: u32) -> f64 {
        self.plan.as_ref().map_or(f64::from(steps), |plan| plan.work(steps))
    }

    /// The recipe that reproduces the picture once the run is complete; `None` if the run continues an earlier one or
    /// its strength was changed.
    pub fn recipe(&self) -> Option<Recipe> {
        (!self.goes_on && !self.steered).then(|| self.recipe.clone())
    }
}

#[cfg(test)]
impl Run {
    /// A run of 100 steps with the first samples, for tests.
    pub(crate) fn example(goes_on: bool) -> Self {
        use options::Options;

        use crate::model::choice::Role;

        let options = Options { steps: 100, ..Options::default() };
        Self {
            content: Choice::first(Role::Photo, None).0,
            style: Choice::first(Role::Painting, None).0,
            second: None,
            goes_on,
            recipe: Recipe::new("", &options, &[1.0], false),
            steered: false,
            size: (0, 0),
            plan: None,
            steps: 100,
            has_frame: false,
            first: None,
            pace: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(goes_on: bool) -> Run {
        Run::example(goes_on)
    }

    #[test]
    fn the_time_left_is_computed_from_the_first_report_on() {
        let mut run = run(true);
        // At the first report only the share is known.
        assert_eq!(run.estimate(5_000.0, 20), (0.2, None));
        // Twenty steps took two seconds, and sixty remain.
        let (done, left) = run.estimate(7_000.0, 40);
        assert!((done - 0.4).abs() < 1e-12);
        assert!((left.unwrap() - 6.0).abs() < 1e-9);
    }

    #[test]
    fn the_pace_is_that_of_a_million_pixels_at_the_size_of_the_result() {
        let mut going_on = run(true);
        going_on.started((500, 400), String::new());
        going_on.estimate(5_000.0, 20);
        assert_eq!(going_on.pace, None);
        // A tenth of a second for a fifth of a million pixels.
        going_on.estimate(7_000.0, 40);
        assert!((going_on.pace.unwrap() - 0.5).abs() < 1e-9);
        // It does not depend on the sizes on the way.
        let mut run = run(false);
        run.started((500, 400), String::new());
        let pace_after = |run: &mut Run, steps| {
            let time = 1e3 * 0.5 * 0.2 * run.work(steps);
            run.estimate(time, steps);
            run.pace
        };
        assert_eq!(pace_after(&mut run, 10), None);
        for steps in [30, 60, 100] {
            assert!((pace_after(&mut run, steps).unwrap() - 0.5).abs() < 1e-9);
        }
    }

    #[test]
    fn steps_at_small_sizes_count_less() {
        let mut run = run(false);
        run.started((256, 171), "Impasto Fast".into());
        assert_eq!(run.recipe.network, "Impasto Fast");
        let (done, _) = run.estimate(0.0, 10);
        assert!(done > 0.0 && done < 0.1, "{done}");
        let (done, _) = run.estimate(1.0, 100);
        assert!((done - 1.0).abs() < 1e-12, "{done}");
    }

    #[test]
    fn only_a_run_in_one_go_has_a_recipe() {
        assert!(run(false).recipe().is_some());
        assert!(run(true).recipe().is_none());
        assert!(Run { steered: true, ..run(false) }.recipe().is_none());
    }
}
