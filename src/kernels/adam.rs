//! Computes one step of Adam on the picture, or on a Laplacian pyramid of it.

use burn::tensor::Tensor;
use options::AdamOptions;

use super::{Map, on_device, pyramid::reduced};

/// The picture and the state of Adam.
///
/// It cannot be cloned, since a GPU changes its tensors in place and the clone's would change as well. For the same reason
/// no other tensor may share their memory.
#[derive(Debug)]
pub struct AdamState {
    /// The picture, `[H, W, 4]`, values 0..1.
    pub x: Map,
    /// The moments of each level of a pyramid, the finest first. Without a pyramid there is only the picture itself.
    pub levels: Vec<Moments>,
    /// The steps that the moments have seen.
    pub steps: u32,
}

/// Adam's two moments of a level, each `[H, W, 4]`.
#[derive(Debug)]
pub struct Moments {
    /// Running mean of the gradient.
    pub first: Map,
    /// Running mean of the squared gradient.
    pub second: Map,
}

/// A step of Adam (Kingma and Ba 2015, algorithm 1), then a clamp to 0..1. Nothing changes where `editable` `[H, W]` is 0.
///
/// The clamp is a departure from the paper, since pixels have no other values (as in
/// crowsonkb/style-transfer-pytorch).
///
/// With several levels the picture is x = p₀ + U(p₁ + U(p₂ + …)), U enlarging to the next finer level
/// ([`super::pyramid`]), and Adam steps on every pₖ. They need not be stored, since x is linear in them: the gradient with
/// respect to pₖ₊₁ is Uᵀ of that with respect to pₖ, and the steps are enlarged and added.
pub fn step(state: &mut AdamState, gradient: &Map, editable: Option<&Tensor<2>>, options: AdamOptions) {
    state.steps += 1;
    on_device!(gradient.device(),
        gpu: gpu::step(state, gradient, editable, options),
        cpu: step_cpu(state, gradient, editable, options));
}

/// `1 − βᵗ`: the bias corrections of the moments, which start from zero.
fn corrections(t: u32, options: AdamOptions) -> [f32; 2] {
    [options.beta1, options.beta2].map(|beta| (1.0 - f64::from(beta).powf(f64::from(t))) as f32)
}

/// The gradient of each level, given that of the picture.
fn gradients(state: &AdamState, gradient: &Map) -> Vec<Map> {
    let mut all = vec![gradient.clone()];
    for level in &state.levels[1..] {
        let [h, w, _] = level.first.dims();
        all.push(reduced(&all[all.len() - 1], [h, w]));
    }
    all
}

/// The twin of [`step`].
#[cfg(any(feature = "cpu", feature = "stock"))]
fn step_cpu(state: &mut AdamState, gradient: &Map, editable: Option<&Tensor<2>>, options: AdamOptions) {
    let AdamOptions { learning_rate, beta1, beta2, epsilon } = options;
    let [correction1, correction2] = corrections(state.steps, options);
    let gradients = gradients(state, gradient);
    let mut sum: Option<Map> = None;
    for (Moments { first, second }, gradient) in state.levels.iter_mut().zip(gradients).rev() {
        *first = first.clone() * beta1 + gradient.clone() * (1.0 - beta1);
        *second = second.clone() * beta2 + gradient.clone() * gradient * (1.0 - beta2);
        let root = (second.clone() / correction2).sqrt() + epsilon;
        let step = first.clone() / correction1 * learning_rate / root;
        let [h, w, _] = step.dims();
        sum = Some(match sum {
            None => step,
            Some(coarser) => step + super::pyramid::enlarged(&coarser, [h, w]),
        });
    }
    let step = sum.expect("at least one level");
    let step = match editable {
        None => step,
        Some(editable) => super::scale_pixels::scale_pixels(&step, editable, None),
    };
    state.x = (state.x.clone() - step).clamp(0.0, 1.0);
}

#[cfg(feature = "gpu")]
pub(super) mod gpu {
    use super::{AdamOptions, AdamState, Map, Moments, Tensor, corrections, gradients};
    use crate::kernels::{
        gpu::{Buffer, Shader},
        pyramid::gpu::TAP,
        template::fill,
    };

    const COARSER: u32 = 1;
    const MASKED: u32 = 2;

    pub fn step(state: &AdamState, gradient: &Map, editable: Option<&Tensor<2>>, options: AdamOptions) {
        let AdamOptions { learning_rate, beta1, beta2, epsilon } = options;
        let [correction1, correction2] = corrections(state.steps, options);
        let floats = [learning_rate, beta1, beta2, epsilon, correction1, correction2].map(f32::to_bits);
        let gradients = gradients(state, gradient);
        let editable = editable.map(Buffer::of);
        // The step of the next coarser level, and its size.
        let mut coarse: Option<(Buffer, [usize; 2])> = None;
        for (level, (Moments { first, second }, gradient)) in
            state.levels.iter().zip(&gradients).enumerate().rev()
        {
            let ([h, w, _], gradient) = (first.dims(), Buffer::of(gradient));
            let (x, flags) = if level == 0 {
                (Buffer::of(&state.x), editable.as_ref().map_or(0, |_| MASKED))
            } else {
                (gradient.new_like([h, w, 4]), COARSER)
            };
            let (coarser, [coarse_h, coarse_w]) =
                coarse.as_ref().map_or((&gradient, [0; 2]), |(step, size)| (step, *size));
            let sizes = [w, h, coarse_w, coarse_h].map(|side| side as u32);
            Step.launch(
                (h * w).div_ceil(256),
                // Where there is no coarser level or no mask, the gradient is bound once more, and not read.
                &[&gradient, coarser, editable.as_ref().unwrap_or(&gradient)],
                &[&x, &Buffer::of(first), &Buffer::of(second)],
                &[&floats[..], &sizes, &[flags]].concat(),
            );
            coarse = Some((x, [h, w]));
        }
    }

    /// A step on a level.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Step;

    impl Shader for Step {
        fn workgroup(self) -> [u32; 3] {
            [256, 1, 1]
        }

        fn text(self) -> String {
            fill(include_str!("adam.wgsl"), &[("tap", &TAP)])
        }

        fn variants(_: &[(usize, usize)]) -> Vec<Self> {
            vec![Self]
        }
    }
}
