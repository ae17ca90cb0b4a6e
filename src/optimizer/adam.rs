//! Adam (Kingma and Ba 2015): its state before the first step, and the way from one size of the picture to the next. The step itself is
//! a kernel ([`crate::kernels::adam`]).

use picture::resample::{Filter, resample};

use crate::{
    error::Error,
    kernels::{Map, adam::AdamState, readback::read_values, upload},
};

/// The state before the first step from the picture `x`.
pub fn start(x: Map) -> AdamState {
    let zeros = || upload(vec![0.0; x.dims().iter().product()], x.dims(), &x.device());
    AdamState { first: zeros(), second: zeros(), x }
}

/// The state for a larger picture `x`, with the moments enlarged to its size. Waits for the device.
///
/// The first moment is enlarged bicubically, the second bilinearly, since it must not become negative
/// (crowsonkb/style-transfer-pytorch). Unlike there they are also scaled: every loss is a mean, so that with four
/// times the pixels each has a fourth of the gradient, and moments of the former magnitude would slow the optimisation.
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
