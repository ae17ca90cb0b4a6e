//! Defines Adam's initial state and its change of scale (Kingma and Ba 2015). The step itself is a kernel
//! ([`crate::kernels::adam`]).

use picture::resample::Filter;

use crate::kernels::{Map, adam::AdamState, resample::resample, upload};

/// The state before the first step, with the initial picture `x` `[H, W, 4]`: both moments are zero.
pub fn start(x: Map) -> AdamState {
    let zeros = || upload(vec![0.0; x.dims().iter().product()], x.dims(), &x.device());
    AdamState { first: zeros(), second: zeros(), x }
}

/// The state for a larger picture `x` `[H, W, 4]`, with both moments resampled to its size.
///
/// The first moment is resampled bicubically. The second is resampled bilinearly, since it must not become negative
/// (as in crowsonkb/style-transfer-pytorch).
///
/// Unlike there, the moments are also scaled. Every loss is a mean, so four times the pixels give each pixel a fourth
/// of the gradient. Moments of the former magnitude would make the steps too short.
pub fn enlarged(state: &AdamState, x: Map) -> AdamState {
    let [from_h, from_w, _] = state.x.dims();
    let [h, w, _] = x.dims();
    let share = (from_w * from_h) as f32 / (w * h) as f32;
    AdamState {
        first: resample(&state.first, (w, h), Filter::Bicubic, share),
        second: resample(&state.second, (w, h), Filter::Bilinear, share * share),
        x,
    }
}
