//! By which algorithms this visitor's GPU computes convolutions: by rule or as was measured, which is kept for the next visit.

use browser::now;
use impasto::{calibration::calibrate, kernels::conv::Algorithms};
use protocol::{BUILD, Event, Failure, Tuning};
use serde::{Deserialize, Serialize};
use weights::Weights;

use crate::{cache, failure::failure, opened::Opened};

/// What is known about a GPU, and how that is put to use.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tuner {
    /// What the GPU calls itself.
    gpu: String,
    /// Another build has other kernels.
    build: String,
    by: Tuning,
    /// Of all networks that were painted with.
    measured: Algorithms,
}

impl Tuner {
    /// With what was kept of this GPU. If that is nothing, it is to be measured, unless it is software: that is what the
    /// rule was made with, and a measurement would take as long as a picture.
    pub async fn new(gpu: &Opened) -> Self {
        let note = cache::note(&gpu.name).await;
        let kept = note.and_then(|text| serde_json::from_slice::<Self>(&text).ok());
        let by = if gpu.software { Tuning::Rule } else { Tuning::Measurement };
        kept.filter(|kept| kept.gpu == gpu.name && kept.build == BUILD).unwrap_or_else(|| Self {
            gpu: gpu.name.clone(),
            build: BUILD.into(),
            by,
            measured: Algorithms::default(),
        })
    }

    /// Forgets what was measured, and goes on in this way.
    pub async fn start_anew(&mut self, by: Tuning) {
        (self.by, self.measured) = (by, Algorithms::default());
        self.keep().await;
    }

    /// The algorithms for a network.
    pub fn algorithms(&self) -> Algorithms {
        match self.by {
            Tuning::Rule => Algorithms::default(),
            Tuning::Measurement => self.measured.clone(),
        }
    }

    /// Measures what is not known of a network's convolutions, if it is to go by that, as long as `go_on` says so.
    ///
    /// # Errors
    /// As [`calibrate`].
    pub async fn measure(
        &mut self,
        weights: &Weights,
        gpu: &Opened,
        go_on: impl FnMut() -> bool,
    ) -> Result<(), Failure> {
        if self.by == Tuning::Measurement
            && let Some(measured) =
                calibrate(weights, &self.measured, &gpu.device, now, go_on).await.map_err(failure)?
            && measured != self.measured
        {
            self.measured = measured;
            self.keep().await;
        }
        Ok(())
    }

    /// What the page is told.
    pub fn report(&self) -> Event {
        let algorithms = self.algorithms();
        let nothing = algorithms == Algorithms::default();
        Event::Tuned { by: if nothing { Tuning::Rule } else { self.by }, algorithms: algorithms.to_string() }
    }

    async fn keep(&self) {
        if let Ok(text) = serde_json::to_string(self) {
            cache::keep_note(&self.gpu, &text).await;
        }
    }
}
