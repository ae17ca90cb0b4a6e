//! How far a run is, and its losses so far.

use picture::Losses;

/// How far a run is, as it is shown (and as tests read it from the page).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub phase: RunPhase,
    /// Steps that the picture has behind it.
    pub step: u32,
    /// Steps that it will have when the run is over.
    pub steps: u32,
    /// How much of the work is done, 0 to 1: steps at small sizes are quick.
    pub done: f64,
    /// Bytes of the weights that have arrived, and of all of them.
    pub bytes: (u64, u64),
    /// The rest of the run, in seconds.
    pub seconds_left: Option<f64>,
}

/// What is being done for a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunPhase {
    /// Nothing.
    #[default]
    Idle,
    /// Another page of this site paints: the lock is awaited.
    WaitingForLock,
    /// The worker is not ready yet.
    Engine,
    /// Files are decoded.
    Pictures,
    /// Weights arrive.
    Weights,
    /// The features of the two pictures are computed.
    Targets,
    /// Steps are made.
    Painting,
}

impl RunPhase {
    /// As it stands in `data-phase`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "",
            Self::WaitingForLock => "turn",
            Self::Engine => "engine",
            Self::Pictures => "pictures",
            Self::Weights => "weights",
            Self::Targets => "targets",
            Self::Painting => "painting",
        }
    }
}

/// The losses of the picture after `step` steps.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct LossAt {
    /// Steps made.
    pub step: u32,
    /// What they add up to, and each term.
    #[serde(flatten)]
    pub losses: Losses,
}

/// Points of the loss curve in a box of 100 × 30, on a logarithmic scale, as an SVG `polyline` takes them.
pub fn curve(losses: &[LossAt]) -> String {
    let (Some(first), Some(last)) = (losses.first(), losses.last()) else { return String::new() };
    let logs = || losses.iter().map(|at| at.losses.total.max(1e-9).ln());
    let (low, high) = logs().fold((f32::MAX, f32::MIN), |(low, high), log| (low.min(log), high.max(log)));
    let steps = (last.step - first.step).max(1) as f32;
    let points = losses.iter().zip(logs()).map(|(at, log)| {
        let x = 100.0 * (at.step - first.step) as f32 / steps;
        let y = 28.0 - 26.0 * (log - low) / (high - low).max(1e-6);
        format!("{x:.1},{y:.1}")
    });
    points.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_fills_its_box_on_a_logarithmic_scale() {
        let at = |step, total| LossAt { step, losses: Losses { total, ..Losses::default() } };
        assert_eq!(curve(&[]), "");
        assert_eq!(curve(&[at(10, 100.0), at(20, 10.0), at(30, 1.0)]), "0.0,2.0 50.0,15.0 100.0,28.0");
        // A single step, and a loss that has no logarithm.
        assert_eq!(curve(&[at(7, 0.0)]), "0.0,28.0");
    }
}
