//! Defines Adam's initial state and its change of scale (Kingma and Ba 2015). The step itself is a kernel
//! ([`crate::kernels::adam`]).
//!
//! Departure from the paper: on a Laplacian pyramid large areas change together, which the steps of single pixels reach only
//! slowly (as in Kolkin et al. 2022, "Neural Neighbor Style Transfer").

use picture::resample::Filter;

use crate::kernels::{
    Map,
    adam::{AdamState, Moments},
    pyramid::levels,
    resample::resample,
    upload,
};

/// The state before the first step, with the initial picture `x` `[H, W, 4]`: all moments are zero.
pub fn start(x: Map, pyramid: bool) -> AdamState {
    let levels = sizes(&x, pyramid).into_iter().map(|[h, w]| {
        let zeros = || upload(vec![0.0; h * w * 4], [h, w, 4], &x.device());
        Moments { first: zeros(), second: zeros() }
    });
    AdamState { levels: levels.collect(), x, steps: 0 }
}

/// The sizes of the levels of `x` `[H, W, 4]`.
fn sizes(x: &Map, pyramid: bool) -> Vec<[usize; 2]> {
    let [h, w, _] = x.dims();
    if pyramid { levels([h, w]) } else { vec![[h, w]] }
}

/// The state for a larger picture `x` `[H, W, 4]`, with the moments of each level resampled to its size. Where the larger
/// picture has more levels, the moments start anew.
///
/// The first moment is resampled bicubically. The second is resampled bilinearly, since it must not become negative
/// (as in crowsonkb/style-transfer-pytorch).
///
/// Unlike there, the moments are also scaled. Every loss is a mean, so four times the pixels give each pixel a fourth
/// of the gradient. Moments of the former magnitude would make the steps too short.
pub fn enlarged(state: &AdamState, x: Map) -> AdamState {
    let pyramid = state.levels.len() > 1;
    let sizes = sizes(&x, pyramid);
    if sizes.len() != state.levels.len() {
        return start(x, pyramid);
    }
    let levels = state.levels.iter().zip(sizes).map(|(Moments { first, second }, [h, w])| {
        let [from_h, from_w, _] = first.dims();
        let share = (from_w * from_h) as f32 / (w * h) as f32;
        Moments {
            first: resample(first, (w, h), Filter::Bicubic, share),
            second: resample(second, (w, h), Filter::Bilinear, share * share),
        }
    });
    AdamState { levels: levels.collect(), x, steps: state.steps }
}
