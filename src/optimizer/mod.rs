//! The picture that is being optimised, and what its optimiser remembers.

use options::Optimizer;

use self::lbfgs::Lbfgs;
use crate::{
    error::Error,
    kernels::{Map, adam::AdamState},
};

pub mod adam;
pub mod lbfgs;

/// The picture `[H, W, 4]`, values 0..1, and what is known of the way that it came.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as in the options")]
pub enum State {
    Adam(Box<AdamState>),
    Lbfgs(Box<Lbfgs>),
}

impl State {
    /// The state before the first step from the picture `x`.
    pub fn start(optimizer: Optimizer, x: Map) -> Self {
        match optimizer {
            Optimizer::Adam => Self::Adam(Box::new(adam::start(x))),
            Optimizer::Lbfgs => Self::Lbfgs(Box::new(Lbfgs::start(x))),
        }
    }

    /// The picture: with L-BFGS the best one so far.
    pub fn picture(&self) -> &Map {
        match self {
            Self::Adam(state) => &state.x,
            Self::Lbfgs(state) => state.picture(),
        }
    }

    /// The picture whose gradient the next step needs: with L-BFGS one that may turn out to be worse.
    pub fn trial(&self) -> &Map {
        match self {
            Self::Adam(state) => &state.x,
            Self::Lbfgs(state) => state.trial(),
        }
    }

    /// The state with a larger picture `x`. Waits for the device.
    ///
    /// L-BFGS starts anew there: what it knows is how gradients change at another size.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device cannot be read.
    pub async fn enlarged(&self, x: Map) -> Result<Self, Error> {
        Ok(match self {
            Self::Adam(state) => Self::Adam(Box::new(adam::enlarged(state, x).await?)),
            Self::Lbfgs(_) => Self::start(Optimizer::Lbfgs, x),
        })
    }
}
