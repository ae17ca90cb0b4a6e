//! Measures a step on this device: for people who want to know, and to predict the duration of a run.

use options::{Color, Options, Schedule};
use picture::Picture;

use crate::{Error, StyleTransfer, Vgg};

/// Steps before the measurement: the first compiles kernels, the second records its launches.
const WARM_UP: u32 = 2;
const MOST_STEPS: u32 = 100;

/// Milliseconds of a step on a picture of this size (width, height) in pixels, as the last size of a run with these options
/// has it, by the clock `now` in milliseconds: the mean over as many steps as take `enough` milliseconds, at least two and at
/// most 100. `go_on` is called between two steps; `None` if it returns false.
///
/// The kernels are those that [`texts`](crate::pipelines::texts) lists.
///
/// # Errors
/// [`Error::Options`] if the picture is too small; [`Error::DeviceLost`] if the device fails.
pub async fn step_time(
    vgg: Vgg,
    (width, height): (usize, usize),
    options: &Options,
    now: impl Fn() -> f64,
    enough: f64,
    mut go_on: impl AsyncFnMut() -> bool,
) -> Result<Option<f64>, Error> {
    let options = Options { schedule: Schedule::Single, color: Color::Painting, ..options.clone() };
    let [photo, painting] = [1, 2].map(|seed| Picture::noise(width, height, seed));
    let mut transfer = StyleTransfer::new(vgg, &photo, &painting, &options).await?;
    // The time since `start` in milliseconds after `count` more steps; the device is waited for once.
    let mut after = async |count: u32, start: f64| -> Result<Option<f64>, Error> {
        for _ in 0..count {
            if !go_on().await {
                return Ok(None);
            }
            transfer.step().await?;
        }
        transfer.losses().await?;
        // A browser's clock has whole milliseconds.
        Ok(Some((now() - start).max(1.0)))
    };
    if after(WARM_UP, 0.0).await?.is_none() {
        return Ok(None);
    }
    // One step says how many to make.
    let Some(time) = after(1, now()).await? else { return Ok(None) };
    let count = (enough / time).ceil().clamp(2.0, f64::from(MOST_STEPS)) as u32;
    Ok(after(count, now()).await?.map(|time| time / f64::from(count)))
}
