//! One step of Adam on the picture itself, and the way from one size of the picture to the next.

use super::{Map, on_device, readback::read_values, upload};
use crate::{
    message::Failure,
    options::AdamOptions,
    picture::{Filter, resample},
};

/// The picture and Adam's two moments, each `[H, W, 4]`.
#[derive(Clone, Debug)]
pub struct State {
    /// The values that are optimised, 0..1.
    pub x: Map,
    /// Running mean of the gradient.
    pub first: Map,
    /// Running mean of the squared gradient.
    pub second: Map,
}

impl State {
    /// The state before the first step from the picture `x`.
    pub fn start(x: Map) -> Self {
        let zeros = || upload(vec![0.0; x.dims().iter().product()], x.dims(), &x.device());
        Self { first: zeros(), second: zeros(), x }
    }

    /// The state for a larger picture `x`, with the moments enlarged to its size. Waits for the device.
    ///
    /// The first moment is enlarged bicubically, the second bilinearly, since it must not become negative
    /// (crowsonkb/style-transfer-pytorch). Unlike there they are also scaled: every loss is a mean, so that with four
    /// times the pixels each has a fourth of the gradient, and moments of the former magnitude would slow the optimisation.
    ///
    /// # Errors
    /// [`Failure::DeviceLost`] if the device cannot be read.
    pub async fn enlarged(&self, x: Map) -> Result<Self, Failure> {
        let [from_h, from_w, _] = self.x.dims();
        let [h, w, _] = x.dims();
        let share = (from_w * from_h) as f32 / (w * h) as f32;
        let first = read_values(self.first.clone()).await?;
        let first = resample(&first, (from_w, from_h), (w, h), Filter::Bicubic);
        let first = first.iter().map(|moment| moment * share).collect();
        let second = read_values(self.second.clone()).await?;
        let second = resample(&second, (from_w, from_h), (w, h), Filter::Bilinear);
        let second = second.iter().map(|moment| moment.max(0.0) * share * share).collect();
        let moment = |values| upload(values, [h, w, 4], &x.device());
        Ok(Self { first: moment(first), second: moment(second), x })
    }
}

/// Step `t` (from 1) of Adam (Kingma and Ba 2015, algorithm 1), then a clamp to 0..1.
///
/// The clamp departs from the paper: a picture has no other values (crowsonkb/style-transfer-pytorch does the same).
pub fn step(state: &State, gradient: &Map, t: u32, options: AdamOptions) -> State {
    on_device!(gradient.device(),
        gpu: gpu(state, gradient, t, options),
        cpu: step_cpu(state, gradient, t, options))
}

/// `1 − βᵗ`: the bias corrections of the moments, which start from zero.
fn corrections(t: u32, options: AdamOptions) -> [f32; 2] {
    [options.beta1, options.beta2].map(|beta| (1.0 - f64::from(beta).powf(f64::from(t))) as f32)
}

/// The twin of [`step`].
pub fn step_cpu(state: &State, gradient: &Map, t: u32, options: AdamOptions) -> State {
    let AdamOptions { learning_rate, beta1, beta2, epsilon } = options;
    let [correction1, correction2] = corrections(t, options);
    let first = state.first.clone() * beta1 + gradient.clone() * (1.0 - beta1);
    let second = state.second.clone() * beta2 + gradient.clone() * gradient.clone() * (1.0 - beta2);
    let root = (second.clone() / correction2).sqrt() + epsilon;
    let x = (state.x.clone() - first.clone() / correction1 * learning_rate / root).clamp(0.0, 1.0);
    State { x, first, second }
}

#[cfg(feature = "gpu")]
fn gpu(state: &State, gradient: &Map, t: u32, options: AdamOptions) -> State {
    use super::gpu::{Buffer, Shader as _};

    let [h, w, _] = gradient.dims();
    let AdamOptions { learning_rate, beta1, beta2, epsilon } = options;
    let [correction1, correction2] = corrections(t, options);
    let inputs = [&state.x, &state.first, &state.second, gradient].map(Buffer::of);
    let outputs = [(); 3].map(|()| inputs[0].new_like([h, w, 4]));
    let floats = [learning_rate, beta1, beta2, epsilon, correction1, correction2].map(f32::to_bits);
    let [a, b, c, d, e, f] = floats;
    Step.launch(
        (h * w).div_ceil(256),
        &inputs.each_ref(),
        &outputs.each_ref(),
        &[a, b, c, d, e, f, (h * w) as u32],
    );
    let [x, first, second] = outputs.map(Buffer::into_tensor);
    State { x, first, second }
}

#[cfg(feature = "gpu")]
super::gpu::shader!(Step, "adam.wgsl", 256);
