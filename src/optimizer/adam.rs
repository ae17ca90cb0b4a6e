//! Defines Adam's initial state and its change of scale (Kingma and Ba 2015). The step itself is a kernel
//! ([`crate::kernels::adam`]).

use picture::resample::{Filter, resample};

use crate::{
    error::Error,
    kernels::{Map, adam::AdamState, readback::read_values, upload},
};

/// The state before the first step, with the initial picture `x` `[H, W, 4]`: both moments are zero.
pub fn start(x: Map) -> AdamState {
    let zeros = || upload(vec![0.0; x.dims().iter().product()], x.dims(), &x.device());
    AdamState { first: zeros(), second: zeros(), x }
}

/// The state for a larger picture `x` `[H, W, 4]`, with both moments resampled to its size. Waits for the device.
///
/// The first moment is resampled bicubically. The second is resampled bilinearly, since it must not become negative
/// (as in crowsonkb/style-transfer-pytorch).
///
/// Unlike there, the moments are also scaled. Every loss is a mean, so four times the pixels give each pixel a fourth
/// of the gradient. Moments of the former magnitude would make the steps too short.
///
/// # Errors
/// [`Error::DeviceLost`] if the device cannot be read.
pub async fn enlarged(state: &AdamState, x: Map) -> Result<AdamState, Error> {
    let [from_h, from_w, _] = state.x.dims();
    let [h, w, _] = x.dims();
    let share = (from_w * from_h) as f32 / (w * h) as f32;
    let first = read_values(state.first.clone()).await?;
    let first = resample(&first, (from_w, from_h), (w, h), Filter::Bicubic);
    let first = first.iter().map(|moment| moment * share).collect();
    let second = read_values(state.second.clone()).await?;
    let second = resample(&second, (from_w, from_h), (w, h), Filter::Bilinear);
    let second = second.iter().map(|moment| moment.max(0.0) * share * share).collect();
    let moment = |values| upload(values, [h, w, 4], &x.device());
    Ok(AdamState { first: moment(first), second: moment(second), x })
}
