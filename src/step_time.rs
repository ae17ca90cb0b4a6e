//! Measures a step on this device, for people who want to know.

use options::{Options, Schedule};
use picture::Picture;

use crate::{Error, StyleTransfer, Vgg};

/// Steps before the measurement: the first compiles kernels, the second records its launches.
const WARM_UP: u32 = 2;
const MOST_STEPS: u32 = 100;

/// Milliseconds of a step with the default options on a picture of `side` × `side` pixels, by the clock `now` in
/// milliseconds: the mean over as many steps as take `enough` milliseconds, at least two and at most 100.
///
/// # Errors
/// [`Error::Options`] if the picture is too small; [`Error::DeviceLost`] if the device fails.
pub async fn step_time(vgg: Vgg, side: usize, now: impl Fn() -> f64, enough: f64) -> Result<f64, Error> {
    let options = Options { schedule: Schedule::Single, ..Options::default() };
    let [photo, painting] = [1, 2].map(|seed| Picture::noise(side, side, seed));
    let mut transfer = StyleTransfer::new(vgg, &photo, &painting, &options).await?;
    for _ in 0..WARM_UP {
        transfer.step().await?;
    }
    transfer.losses().await?;
    // One step says how many to make: the device is to be waited for once.
    let start = now();
    transfer.step().await?;
    transfer.losses().await?;
    let count = (enough / (now() - start).max(1.0)).ceil().clamp(2.0, f64::from(MOST_STEPS)) as u32;
    let start = now();
    for _ in 0..count {
        transfer.step().await?;
    }
    transfer.losses().await?;
    // A browser's clock has whole milliseconds.
    Ok((now() - start).max(1.0) / f64::from(count))
}
