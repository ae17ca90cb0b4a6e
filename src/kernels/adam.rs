//! Computes one step of Adam on the picture.

use options::AdamOptions;

use super::{Map, on_device};

/// The picture and Adam's two moments, each `[H, W, 4]`.
///
/// It cannot be cloned, since a GPU changes its tensors in place and the clone's would change as well. For the same reason
/// no other tensor may share their memory.
#[derive(Debug)]
pub struct AdamState {
    /// The picture, values 0..1.
    pub x: Map,
    /// Running mean of the gradient.
    pub first: Map,
    /// Running mean of the squared gradient.
    pub second: Map,
}

/// Step `t` (from 1) of Adam (Kingma and Ba 2015, algorithm 1), then a clamp to 0..1.
///
/// The clamp is a departure from the paper, since pixels have no other values (as in
/// crowsonkb/style-transfer-pytorch).
pub fn step(state: &mut AdamState, gradient: &Map, t: u32, options: AdamOptions) {
    on_device!(gradient.device(),
        gpu: gpu(state, gradient, t, options),
        cpu: *state = step_cpu(state, gradient, t, options));
}

/// `1 − βᵗ`: the bias corrections of the moments, which start from zero.
fn corrections(t: u32, options: AdamOptions) -> [f32; 2] {
    [options.beta1, options.beta2].map(|beta| (1.0 - f64::from(beta).powf(f64::from(t))) as f32)
}

/// The twin of [`step`].
pub fn step_cpu(state: &AdamState, gradient: &Map, t: u32, options: AdamOptions) -> AdamState {
    let AdamOptions { learning_rate, beta1, beta2, epsilon } = options;
    let [correction1, correction2] = corrections(t, options);
    let first = state.first.clone() * beta1 + gradient.clone() * (1.0 - beta1);
    let second = state.second.clone() * beta2 + gradient.clone() * gradient.clone() * (1.0 - beta2);
    let root = (second.clone() / correction2).sqrt() + epsilon;
    let x = (state.x.clone() - first.clone() / correction1 * learning_rate / root).clamp(0.0, 1.0);
    AdamState { x, first, second }
}

#[cfg(feature = "gpu")]
fn gpu(state: &AdamState, gradient: &Map, t: u32, options: AdamOptions) {
    use super::gpu::{Buffer, Shader as _};

    let [h, w, _] = gradient.dims();
    let AdamOptions { learning_rate, beta1, beta2, epsilon } = options;
    let [correction1, correction2] = corrections(t, options);
    let changed = [&state.x, &state.first, &state.second].map(Buffer::of);
    let floats = [learning_rate, beta1, beta2, epsilon, correction1, correction2].map(f32::to_bits);
    let [a, b, c, d, e, f] = floats;
    Step.launch(
        (h * w).div_ceil(256),
        &[&Buffer::of(gradient)],
        &changed.each_ref(),
        &[a, b, c, d, e, f, (h * w) as u32],
    );
}

#[cfg(feature = "gpu")]
super::gpu::shader!(Step, "adam.wgsl", 256);
