//! Pictures as vectors, for an optimiser that looks back at its path ([`crate::lbfgs`]): sums and dot products.

use burn::tensor::Tensor;

use super::{Map, on_device};

/// What a step from `from` to `to` has taught, given the gradients there: `[s, y, p]`, all `[H, W, 4]`.
///
/// s is the step and y what it changed in the gradient; y is zero where s is, at the bounds 0 and 1 for the most part,
/// so that the two tell of one subspace. p is the gradient at `to` without what points out of the bounds.
pub fn lesson(to: &Map, from: &Map, gradient_to: &Map, gradient_from: &Map) -> [Map; 3] {
    on_device!(to.device(),
        gpu: gpu::lesson(to, from, gradient_to, gradient_from),
        cpu: lesson_cpu(to, from, gradient_to, gradient_from))
}

/// The twin of [`lesson`].
pub fn lesson_cpu(to: &Map, from: &Map, gradient_to: &Map, gradient_from: &Map) -> [Map; 3] {
    let step = to.clone() - from.clone();
    let change = gradient_to.clone() - gradient_from.clone();
    let change = change.mask_fill(step.clone().equal_elem(0.0), 0.0);
    let below = to.clone().lower_equal_elem(0.0).bool_and(gradient_to.clone().greater_elem(0.0));
    let above = to.clone().greater_equal_elem(1.0).bool_and(gradient_to.clone().lower_elem(0.0));
    let inward = gradient_to.clone().mask_fill(below.bool_or(above), 0.0);
    [step, change, inward]
}

/// The dot product of each of three vectors with each of `others`, as partial sums for [`read_dots`]: a vector of them
/// for every few of the others, as many as a kernel takes at once.
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

/// The sums of [`dots`], once read: `[others][3]`.
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

/// The picture `x + length·direction`, kept within 0..1; where `inward` is zero, it stays as it is.
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
mod gpu {
    use std::fmt::Write as _;

    use super::{DOTS_AT_ONCE, Map, Tensor};
    use crate::kernels::gpu::{Buffer, Wgsl};

    /// WebGPU lets a shader have eight buffers: seven parts and their sum.
    const PARTS_AT_ONCE: usize = 7;

    const THREAD: &str = "
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
";

    fn quads(map: &Map) -> usize {
        map.dims().iter().product::<usize>() / 4
    }

    pub fn lesson(to: &Map, from: &Map, gradient_to: &Map, gradient_from: &Map) -> [Map; 3] {
        let quads = quads(to);
        let inputs = [to, from, gradient_to, gradient_from].map(Buffer::of);
        let outputs = [(); 3].map(|()| inputs[0].new_like(to.dims()));
        Wgsl {
            name: "lesson",
            variant: (),
            text: |()| LESSON.to_owned() + THREAD + LESSON_BODY,
            workgroup: [64, 1, 1],
        }
        .launch(quads.div_ceil(64), &inputs.each_ref(), &outputs.each_ref(), &[quads as u32]);
        outputs.map(Buffer::into_tensor)
    }

    const LESSON: &str = "
struct Parameters { quads: u32 }
@group(0) @binding(0) var<storage, read> to: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> origin: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> gradient_before: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> way: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> change: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> inward: array<vec4<f32>>;
@group(0) @binding(7) var<uniform> parameters: Parameters;
";
    const LESSON_BODY: &str = "
    if (i >= parameters.quads) { return; }
    let zero = vec4<f32>();
    let x = to[i];
    let g = gradient[i];
    let s = x - origin[i];
    way[i] = s;
    change[i] = select(g - gradient_before[i], zero, s == zero);
    let outward = ((x <= zero) & (g > zero)) | ((x >= vec4<f32>(1.0)) & (g < zero));
    inward[i] = select(g, zero, outward);
}
";

    pub fn dots(three: [&Map; 3], others: &[&Map]) -> Vec<Tensor<1>> {
        let quads = quads(three[0]);
        // Every sum is read back, and there are many.
        let threads = quads.div_ceil(4).min(1024);
        let three = three.map(Buffer::of);
        let sums = others.chunks(DOTS_AT_ONCE).map(|others| {
            let others: Vec<Buffer> = others.iter().copied().map(Buffer::of).collect();
            let inputs: Vec<&Buffer> = three.iter().chain(&others).collect();
            let sums = three[0].new_like([3 * others.len() * threads]);
            Wgsl { name: "dots", variant: others.len(), text: dots_text, workgroup: [64, 1, 1] }.launch(
                threads.div_ceil(64),
                &inputs,
                &[&sums],
                &[quads as u32, threads as u32],
            );
            sums.into_tensor()
        });
        sums.collect()
    }

    fn dots_text(count: usize) -> String {
        let mut text = String::from("struct Parameters { quads: u32, threads: u32 }\n");
        let [mut sums, mut loads, mut adds, mut stores]: [String; 4] = Default::default();
        macro_rules! line {
            ($to:ident, $($argument:tt)*) => { writeln!($to, $($argument)*).expect("to a string") };
        }
        for one in 0..3 {
            line!(text, "@group(0) @binding({one}) var<storage, read> a{one}: array<vec4<f32>>;");
            line!(loads, "        let u{one} = a{one}[k];");
        }
        for other in 0..count {
            line!(text, "@group(0) @binding({}) var<storage, read> b{other}: array<vec4<f32>>;", 3 + other);
            line!(loads, "        let v{other} = b{other}[k];");
            for one in 0..3 {
                line!(sums, "    var sum{one}{other} = 0.0;");
                line!(adds, "        sum{one}{other} += dot(u{one}, v{other});");
                line!(
                    stores,
                    "    sums[{}u * parameters.threads + i] = sum{one}{other};",
                    one * count + other
                );
            }
        }
        line!(text, "@group(0) @binding({}) var<storage, read_write> sums: array<f32>;", 3 + count);
        line!(text, "@group(0) @binding({}) var<uniform> parameters: Parameters;", 4 + count);
        format!(
            "{text}{THREAD}    if (i >= parameters.threads) {{ return; }}
{sums}    for (var k = i; k < parameters.quads; k += parameters.threads) {{
{loads}{adds}    }}
{stores}}}
"
        )
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
        let quads = quads(parts[0].1);
        let inputs: Vec<Buffer> = parts.iter().map(|(_, vector)| Buffer::of(vector)).collect();
        let inputs: Vec<&Buffer> = inputs.iter().collect();
        let sum = inputs[0].new_like(parts[0].1.dims());
        let mut parameters = [0; 1 + PARTS_AT_ONCE];
        parameters[0] = quads as u32;
        for (parameter, (factor, _)) in parameters[1..].iter_mut().zip(parts) {
            *parameter = factor.to_bits();
        }
        Wgsl { name: "weighted_sum", variant: parts.len(), text: sum_text, workgroup: [64, 1, 1] }.launch(
            quads.div_ceil(64),
            &inputs,
            &[&sum],
            &parameters,
        );
        sum.into_tensor()
    }

    fn sum_text(count: usize) -> String {
        let factors: Vec<_> = (0..PARTS_AT_ONCE).map(|part| format!("factor{part}: f32")).collect();
        let mut text = format!("struct Parameters {{ quads: u32, {} }}\n", factors.join(", "));
        for part in 0..count {
            writeln!(text, "@group(0) @binding({part}) var<storage, read> part{part}: array<vec4<f32>>;")
                .expect("to a string");
        }
        let terms: Vec<_> =
            (0..count).map(|part| format!("parameters.factor{part} * part{part}[i]")).collect();
        format!(
            "{text}@group(0) @binding({count}) var<storage, read_write> sum: array<vec4<f32>>;
@group(0) @binding({}) var<uniform> parameters: Parameters;
{THREAD}    if (i >= parameters.quads) {{ return; }}
    sum[i] = {};
}}
",
            count + 1,
            terms.join(" + ")
        )
    }

    pub fn moved(x: &Map, length: f32, direction: &Map, inward: &Map) -> Map {
        let quads = quads(x);
        let inputs = [x, direction, inward].map(Buffer::of);
        let picture = inputs[0].new_like(x.dims());
        let text = |()| MOVED.to_owned() + THREAD + MOVED_BODY;
        Wgsl { name: "moved", variant: (), text, workgroup: [64, 1, 1] }.launch(
            quads.div_ceil(64),
            &inputs.each_ref(),
            &[&picture],
            &[quads as u32, length.to_bits()],
        );
        picture.into_tensor()
    }

    const MOVED: &str = "
struct Parameters { quads: u32, length: f32 }
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> direction: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> inward: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> picture: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> parameters: Parameters;
";
    const MOVED_BODY: &str = "
    if (i >= parameters.quads) { return; }
    let zero = vec4<f32>();
    let way = select(direction[i], zero, inward[i] == zero);
    picture[i] = clamp(x[i] + parameters.length * way, zero, vec4<f32>(1.0));
}
";
}
