//! Defines the progress of a run and its losses so far.

use picture::Losses;

/// The progress of a run, as the page shows it and tests read it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// The current phase.
    pub phase: RunPhase,
    /// Steps of the picture so far, including those of a run that it continues.
    pub step: u32,
    /// Steps that the picture will have at the end of the run.
    pub steps: u32,
    /// The completed share of the work, 0 to 1. It is not proportional to steps: those at small sizes are faster.
    pub done: f64,
    /// Loaded and total bytes of the weights.
    pub bytes: (u64, u64),
    /// The estimated remaining time in seconds.
    pub seconds_left: Option<f64>,
}

/// The phase of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunPhase {
    /// Nothing.
    #[default]
    Idle,
    /// Waiting for the lock: another frame of this site is painting.
    WaitingForLock,
    /// Waiting for the worker to be ready.
    Engine,
    /// Decoding the pictures.
    Pictures,
    /// Loading the weights.
    Weights,
    /// Computing the target features of the pictures.
    Targets,
    /// Making steps.
    Painting,
}

impl RunPhase {
    /// The value of `data-phase`.
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
    /// The number of steps.
    pub step: u32,
    /// The total loss and its terms.
    #[serde(flatten)]
    pub losses: Losses,
}

/// The points of the loss curve for an SVG `polyline`, in a box of 100 × 30, with a logarithmic scale.
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
        // One step only, and a loss without a logarithm.
        assert_eq!(curve(&[at(7, 0.0)]), "0.0,28.0");
    }
}
