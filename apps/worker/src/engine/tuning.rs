//! Chooses the convolution algorithms for the visitor's GPU, by rule or by measurement. Measurements are stored for the
//! next visit.

use browser::now;
use impasto::{calibration::calibrate, kernels::conv::Algorithms};
use protocol::{BUILD, Event, Failure, Tuning};
use serde::{Deserialize, Serialize};
use weights::Weights;

use crate::engine::{cache, failure::failure, opened::Opened};

/// The stored measurements of a GPU, and whether they are used.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tuner {
    /// The name of the GPU.
    gpu: String,
    /// The build id: another build may have other kernels.
    build: String,
    by: Tuning,
    /// Measurements for all networks used so far.
    measured: Algorithms,
}

impl Tuner {
    /// Loads the stored measurements of this GPU. If there are none, the GPU is to be measured, except for a software
    /// implementation: the rule was derived on one, and a measurement would take as long as a run.
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

    /// Discards the measurements and sets the method.
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

    /// Measures the convolutions of a network that have not been measured, if measurement is the method, and while
    /// `go_on` returns true.
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
        {
            for sentence in &measured.wrong {
                web_sys::console::warn_1(&sentence.into());
            }
            if measured.algorithms != self.measured {
                self.measured = measured.algorithms;
                self.keep().await;
            }
        }
        Ok(())
    }

    /// The event that reports the method and the algorithms to the page.
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
