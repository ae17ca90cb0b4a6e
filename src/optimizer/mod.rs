//! Defines the state of an optimiser: the picture that is being optimised, and what the optimiser needs for its next
//! step.

use options::{Optimizer, Options};

use self::lbfgs::Lbfgs;
use crate::kernels::{Map, adam::AdamState};

pub mod adam;
pub mod lbfgs;

/// The picture `[H, W, 4]`, values 0..1, and the state of the optimiser.
#[derive(Debug)]
#[expect(missing_docs, reason = "named as in the options")]
pub enum State {
    Adam(Box<AdamState>),
    Lbfgs(Box<Lbfgs>),
}

impl State {
    /// The state before the first step, with the initial picture `x` `[H, W, 4]`.
    pub fn start(options: &Options, x: Map) -> Self {
        match options.optimizer {
            Optimizer::Adam => Self::Adam(Box::new(adam::start(x, options.has_pyramid()))),
            Optimizer::Lbfgs => Self::Lbfgs(Box::new(Lbfgs::start(x))),
        }
    }

    /// The current picture `[H, W, 4]`; with L-BFGS the one with the lowest loss so far.
    pub fn picture(&self) -> &Map {
        match self {
            Self::Adam(state) => &state.x,
            Self::Lbfgs(state) => state.picture(),
        }
    }

    /// The picture `[H, W, 4]` whose gradient the next step needs. With L-BFGS it is a trial, which may be rejected.
    pub fn trial(&self) -> &Map {
        match self {
            Self::Adam(state) => &state.x,
            Self::Lbfgs(state) => state.trial(),
        }
    }

    /// The state for a larger picture `x` `[H, W, 4]` after a change of scale.
    ///
    /// Adam's moments are enlarged. L-BFGS starts with an empty history, since curvature measured at one size does
    /// not hold at another.
    #[must_use]
    pub fn enlarged(&self, x: Map) -> Self {
        match self {
            Self::Adam(state) => Self::Adam(Box::new(adam::enlarged(state, x))),
            Self::Lbfgs(_) => Self::Lbfgs(Box::new(Lbfgs::start(x))),
        }
    }
}
