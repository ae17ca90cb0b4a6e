//! Computes sums and dot products of pictures as vectors, for L-BFGS.

use burn::tensor::Tensor;

use super::{Map, on_device};

/// The curvature pair (s, y) of a step from `from` to `to`, given the gradients at both, and the projected gradient p:
/// `[s, y, p]`, all `[H, W, 4]`.
///
/// s is the step and y the change of the gradient. Where s is zero, mostly at the bounds 0 and 1, y is set to zero, so that
/// both lie in one subspace. p is the gradient at `to`, without the components whose descent would leave the bounds.
pub fn curvature_pair(to: &Map, from: &Map, gradient_to: &Map, gradient_from: &Map) -> [Map; 3] {
    on_device!(to.device(),
        gpu: gpu::curvature_pair(to, from, gradient_to, gradient_from),
        cpu: curvature_pair_cpu(to, from, gradient_to, gradient_from))
}

/// The twin of [`curvature_pair`].
pub fn curvature_pair_cpu(to: &Map, from: &Map, gradient_to: &Map, gradient_from: &Map) -> [Map; 3] {
    let step = to.clone() - from.clone();
    let change = gradient_to.clone() - gradient_from.clone();
    let change = change.mask_fill(step.clone().equal_elem(0.0), 0.0);
    let below = to.clone().lower_equal_elem(0.0).bool_and(gradient_to.clone().greater_elem(0.0));
    let above = to.clone().greater_equal_elem(1.0).bool_and(gradient_to.clone().lower_elem(0.0));
    let inward = gradient_to.clone().mask_fill(below.bool_or(above), 0.0);
    [step, change, inward]
}

/// The dot product of each of three vectors with each of `others`, all `[H, W, 4]`, as partial sums for [`read_dots`]: one
/// vector of partial sums for every `DOTS_AT_ONCE` others.
pub fn dots(three: [&Map; 3], others: &[&Map]) -> Vec<Tensor<1>> {
    on_device!(three[0].device(), gpu: gpu::dots(three, others), cpu: dots_cpu(three, others))
}

/// The twin of [`dots`].
pub fn dots_cpu(three: [&Map; 3], others: &[&Map]) -> Vec<Tensor<1>> {
    let dot = |a: &Map, b: &Map| (a.clone() * b.clone()).sum();
    others
        .chunks(DOTS_AT_ONCE)
        .map(|others| Tensor::cat(three.iter().flat_map(|a| others.iter().map(|b| dot(a, b))).collect(), 0))
        .collect()
}

/// The dot products, from the partial sums of [`dots`] as read back: `[others][3]`.
pub fn read_dots(read: &[Vec<f32>], others: usize) -> Vec<[f64; 3]> {
    let mut found = Vec::with_capacity(others);
    for (sums, first) in read.iter().zip((0..others).step_by(DOTS_AT_ONCE)) {
        let count = DOTS_AT_ONCE.min(others - first);
        let each = sums.len() / (3 * count);
        let sum = |at: usize| sums[at * each..][..each].iter().copied().map(f64::from).sum();
        found.extend((0..count).map(|other| [0, 1, 2].map(|one| sum(one * count + other))));
    }
    found
}

/// WebGPU lets a shader have eight buffers: three vectors, four others and their sums.
const DOTS_AT_ONCE: usize = 4;

/// The sum of vectors, each times its factor. At least one, all `[H, W, 4]`.
pub fn weighted_sum(parts: &[(f32, &Map)]) -> Map {
    on_device!(parts[0].1.device(), gpu: gpu::weighted_sum(parts), cpu: weighted_sum_cpu(parts))
}

/// The twin of [`weighted_sum`].
///
/// # Panics
/// If there is no part.
pub fn weighted_sum_cpu(parts: &[(f32, &Map)]) -> Map {
    let scaled = parts.iter().map(|&(factor, vector)| vector.clone() * factor);
    scaled.reduce(|sum, part| sum + part).expect("at least one vector")
}

/// The picture `x + length·direction`, clamped to 0..1; where `inward` is zero, x is unchanged. All `[H, W, 4]`.
pub fn moved(x: &Map, length: f32, direction: &Map, inward: &Map) -> Map {
    on_device!(x.device(),
        gpu: gpu::moved(x, length, direction, inward),
        cpu: moved_cpu(x, length, direction, inward))
}

/// The twin of [`moved`].
pub fn moved_cpu(x: &Map, length: f32, direction: &Map, inward: &Map) -> Map {
    let direction = direction.clone().mask_fill(inward.clone().equal_elem(0.0), 0.0);
    (x.clone() + direction * length).clamp(0.0, 1.0)
}

#[cfg(feature = "gpu")]
pub(super) mod gpu {
    use super::{DOTS_AT_ONCE, Map, Tensor};
    use crate::kernels::{
        gpu::{Buffer, Shader, bindings, shader},
        template::{fill, unroll, up_to},
    };

    /// WebGPU lets a shader have eight buffers: seven parts and their sum.
    const PARTS_AT_ONCE: usize = 7;

    fn vec4s(map: &Map) -> usize {
        map.dims().iter().product::<usize>() / 4
    }

    pub fn curvature_pair(to: &Map, from: &Map, gradient_to: &Map, gradient_from: &Map) -> [Map; 3] {
        let vec4s = vec4s(to);
        let inputs = [to, from, gradient_to, gradient_from].map(Buffer::of);
        let outputs = [(); 3].map(|()| inputs[0].new_like(to.dims()));
        CurvaturePair.launch(vec4s.div_ceil(64), &inputs.each_ref(), &outputs.each_ref(), &[vec4s as u32]);
        outputs.map(Buffer::into_tensor)
    }

    pub fn dots(three: [&Map; 3], others: &[&Map]) -> Vec<Tensor<1>> {
        let vec4s = vec4s(three[0]);
        // Every sum is read back, and there are many.
        let threads = vec4s.div_ceil(4).min(1024);
        let three = three.map(Buffer::of);
        let sums = others.chunks(DOTS_AT_ONCE).map(|others| {
            let others: Vec<Buffer> = others.iter().copied().map(Buffer::of).collect();
            let inputs: Vec<&Buffer> = three.iter().chain(&others).collect();
            let sums = three[0].new_like([3 * others.len() * threads]);
            Dots(others.len()).launch(
                threads.div_ceil(64),
                &inputs,
                &[&sums],
                &[vec4s as u32, threads as u32],
            );
            sums.into_tensor()
        });
        sums.collect()
    }

    /// The dot products with this number of other vectors.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Dots(usize);

    impl Shader for Dots {
        fn workgroup(self) -> [u32; 3] {
            [64, 1, 1]
        }

        fn text(self) -> String {
            let Self(count) = self;
            let names = [(3, "a"), (count, "b")]
                .into_iter()
                .flat_map(|(count, name)| (0..count).map(move |at| format!("{name}{at}")));
            let names: Vec<String> = names.collect();
            let inputs: Vec<_> = names.iter().map(|name| (&**name, "vec4<f32>")).collect();
            let sums: Vec<_> = (0..count).flat_map(|b| (0..3).map(move |a| [a, b, a * count + b])).collect();
            let text =
                fill(include_str!("dots.wgsl"), &[("bindings", &bindings(&inputs, &[("sums", "f32")]))]);
            let text = unroll(&unroll(&text, ["a"], &up_to(3)), ["b"], &up_to(count));
            unroll(&text, ["a", "b", "at"], &sums)
        }

        fn variants(_: &[(usize, usize)]) -> Vec<Self> {
            (1..=DOTS_AT_ONCE).map(Self).collect()
        }
    }

    pub fn weighted_sum(parts: &[(f32, &Map)]) -> Map {
        let (first, rest) = parts.split_at(parts.len().min(PARTS_AT_ONCE));
        let mut sum = sum_of(first);
        for parts in rest.chunks(PARTS_AT_ONCE - 1) {
            let parts: Vec<_> = std::iter::once((1.0, &sum)).chain(parts.iter().copied()).collect();
            sum = sum_of(&parts);
        }
        sum
    }

    /// The sum of at most [`PARTS_AT_ONCE`] vectors.
    fn sum_of(parts: &[(f32, &Map)]) -> Map {
        let vec4s = vec4s(parts[0].1);
        let inputs: Vec<Buffer> = parts.iter().map(|(_, vector)| Buffer::of(vector)).collect();
        let inputs: Vec<&Buffer> = inputs.iter().collect();
        let sum = inputs[0].new_like(parts[0].1.dims());
        let mut parameters = [0; 1 + PARTS_AT_ONCE];
        parameters[0] = vec4s as u32;
        for (parameter, (factor, _)) in parameters[1..].iter_mut().zip(parts) {
            *parameter = factor.to_bits();
        }
        WeightedSum(parts.len()).launch(vec4s.div_ceil(64), &inputs, &[&sum], &parameters);
        sum.into_tensor()
    }

    /// The sum of this number of vectors.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct WeightedSum(usize);

    impl Shader for WeightedSum {
        fn workgroup(self) -> [u32; 3] {
            [64, 1, 1]
        }

        fn text(self) -> String {
            let Self(count) = self;
            let names: Vec<String> = (0..count).map(|part| format!("part{part}")).collect();
            let inputs: Vec<_> = names.iter().map(|name| (&**name, "vec4<f32>")).collect();
            let terms: Vec<_> =
                (0..count).map(|part| format!("parameters.factor{part} * part{part}[i]")).collect();
            fill(
                include_str!("weighted_sum.wgsl"),
                &[("bindings", &bindings(&inputs, &[("sum", "vec4<f32>")])), ("sum", &terms.join(" + "))],
            )
        }

        fn variants(_: &[(usize, usize)]) -> Vec<Self> {
            (1..=PARTS_AT_ONCE).map(Self).collect()
        }
    }

    pub fn moved(x: &Map, length: f32, direction: &Map, inward: &Map) -> Map {
        let vec4s = vec4s(x);
        let inputs = [x, direction, inward].map(Buffer::of);
        let picture = inputs[0].new_like(x.dims());
        Moved.launch(vec4s.div_ceil(64), &inputs.each_ref(), &[&picture], &[vec4s as u32, length.to_bits()]);
        picture.into_tensor()
    }

    shader!(CurvaturePair, "curvature_pair.wgsl", 64);
    shader!(Moved, "moved.wgsl", 64);
}
