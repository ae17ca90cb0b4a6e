//! Pooling: 2×2, stride 2; forward and backward.

use burn::tensor::{
    Tensor,
    module::{avg_pool2d, max_pool2d},
    ops::{AvgPoolOptions, MaxPoolOptions},
    s,
};

use super::{Map, conv::relu_backward_cpu, from_nchw, on_device, to_nchw};
use options::Pooling;
use picture::rect::Remainder;

/// Halves a map. `[H, W, C]` → `[⌈H/2⌉, ⌈W/2⌉, C]`, or `[⌊H/2⌋, ⌊W/2⌋, C]` if the remainder is dropped; then both sides
/// must be at least 2.
pub fn forward(x: &Map, pooling: Pooling, remainder: Remainder) -> Map {
    on_device!(x.device(),
        gpu: gpu::forward(x, pooling, remainder),
        cpu: cpu::forward(x, pooling, remainder),
        twin: forward_cpu(x, pooling, remainder))
}

/// Gradient with respect to the features that were pooled, the remainder kept: `(route(gradient) + add) · [x > 0]`.
///
/// `x` `[H, W, C]` went into the pooling, `gradient` `[⌈H/2⌉, ⌈W/2⌉, C]` is that of what came out. The
/// maximum passes its gradient to the first of equal values, as in PyTorch. `add` `[H, W, C]` is what
/// losses at this layer contribute; the last factor is the ReLU below.
pub fn backward(x: &Map, gradient: &Map, add: Option<&Map>, pooling: Pooling) -> Map {
    on_device!(x.device(),
        gpu: gpu::backward(x, gradient, add, pooling),
        cpu: cpu::backward(x, gradient, add, pooling),
        twin: backward_cpu(x, gradient, add, pooling))
}

/// The twin of [`forward`].
pub fn forward_cpu(x: &Map, pooling: Pooling, remainder: Remainder) -> Map {
    let x = to_nchw(match remainder {
        Remainder::Kept => even(x),
        Remainder::Dropped => x.clone(), // by these operations
    });
    from_nchw(match pooling {
        Pooling::Max => max_pool2d(x, MaxPoolOptions::new([2, 2])),
        Pooling::Avg => avg_pool2d(x, AvgPoolOptions::new([2, 2])),
    })
}

/// The map with an odd last row or column repeated, which changes neither the maximum nor the mean of its windows.
fn even(x: &Map) -> Map {
    let mut x = x.clone();
    for axis in [0, 1] {
        let length = x.dims()[axis];
        if length % 2 == 1 {
            let last = x.clone().narrow(axis, length - 1, 1);
            x = Tensor::cat(vec![x, last], axis);
        }
    }
    x
}

/// The twin of [`backward`].
pub fn backward_cpu(x: &Map, gradient: &Map, add: Option<&Map>, pooling: Pooling) -> Map {
    let [h, w, c] = x.dims();
    let [h2, w2, _] = gradient.dims();
    // The windows as [h2, 2, w2, 2, C]; `corner` is one of the four places in each.
    let windows = even(x).reshape([h2, 2, w2, 2, c]);
    let corner = |y: usize, x: usize| {
        let (y, x) = (y as i64, x as i64);
        windows.clone().slice(s![.., y..=y, .., x..=x, ..])
    };
    let gradient = gradient.clone().reshape([h2, 1, w2, 1, c]);
    let parts = match pooling {
        Pooling::Avg => [(); 4].map(|()| gradient.clone() * 0.25),
        Pooling::Max => {
            let corners = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(y, x)| corner(y, x));
            let [a, b, c_, d] = corners.clone();
            let highest = a.max_pair(b).max_pair(c_.max_pair(d));
            // What no earlier corner has taken.
            let mut rest = gradient;
            corners.map(|corner| {
                let taken = corner.equal(highest.clone());
                let part = rest.clone().mask_fill(taken.clone().bool_not(), 0.0);
                rest = rest.clone().mask_fill(taken, 0.0);
                part
            })
        }
    };
    let [a, b, c_, d] = parts;
    let rows = [Tensor::cat(vec![a, b], 3), Tensor::cat(vec![c_, d], 3)];
    let mut out = Tensor::cat(rows.to_vec(), 1).reshape([2 * h2, 2 * w2, c]);
    // What a repeated row or column got belongs to the one that it repeats.
    for (axis, length) in [h, w].into_iter().enumerate().filter(|(_, length)| length % 2 == 1) {
        let last = out.clone().narrow(axis, length - 1, 2).sum_dim(axis);
        // A side of one has nothing before its last place.
        let rest = (length > 1).then(|| out.narrow(axis, 0, length - 1));
        out = Tensor::cat(rest.into_iter().chain([last]).collect(), axis);
    }
    if let Some(add) = add {
        out = out + add.clone();
    }
    relu_backward_cpu(out, x)
}

#[cfg(feature = "cpu")]
mod cpu {
    use processor::{max_pool, max_pool_backward, mean_pool, mean_pool_backward};

    use super::{Map, Pooling, Remainder};
    use crate::kernels::cpu::{Numbers, tensor};

    pub fn forward(x: &Map, pooling: Pooling, remainder: Remainder) -> Map {
        let dims @ [h, w, c] = x.dims();
        let [h2, w2] = [h, w].map(|side| remainder.behind(side, 1));
        let pool = match pooling {
            Pooling::Max => max_pool,
            Pooling::Avg => mean_pool,
        };
        tensor(pool(Numbers::of(x).all(), dims, [h2, w2]), [h2, w2, c])
    }

    pub fn backward(x: &Map, gradient: &Map, add: Option<&Map>, pooling: Pooling) -> Map {
        let dims = x.dims();
        let backward = match pooling {
            Pooling::Max => max_pool_backward,
            Pooling::Avg => mean_pool_backward,
        };
        let (x, gradient, add) = (Numbers::of(x), Numbers::of(gradient), add.map(Numbers::of));
        tensor(backward(x.all(), gradient.all(), add.as_ref().map(Numbers::all), dims), dims)
    }
}

#[cfg(feature = "gpu")]
mod gpu {
    use super::{Map, Pooling, Remainder};
    use crate::kernels::{
        Storage,
        gpu::{Buffer, Wgsl},
    };

    pub fn forward(x: &Map, pooling: Pooling, remainder: Remainder) -> Map {
        let [h, w, c] = x.dims();
        let (h2, w2, quads) = (remainder.behind(h, 1), remainder.behind(w, 1), c / 4);
        let x = Buffer::of(x);
        let storage = x.storage();
        let y = x.new_stored(storage, [h2, w2, c]);
        let text = |(pooling, storage): (Pooling, Storage)| {
            let combine = match pooling {
                Pooling::Max => "max(max(a, b), max(c, d))",
                Pooling::Avg => "0.25 * (a + b + c + d)",
            };
            storage.written(&FORWARD.replace("COMBINE", combine))
        };
        Wgsl { name: "pool", variant: (pooling, storage), text, workgroup: [256, 1, 1] }.launch(
            (h2 * w2 * quads).div_ceil(256),
            &[&x],
            &[&y],
            &[h as u32, w as u32, quads as u32, h2 as u32, w2 as u32],
        );
        y.into_tensor()
    }

    const FORWARD: &str = "
struct Parameters { height: u32, width: u32, quads: u32, out_height: u32, out_width: u32 }
@group(0) @binding(0) var<storage, read> x: array<Quad>;
@group(0) @binding(1) var<storage, read_write> y: array<Quad>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    let quads = parameters.quads;
    if (i >= parameters.out_height * parameters.out_width * quads) { return; }
    let quad = i % quads;
    let px = (i / quads) % parameters.out_width;
    let py = i / (quads * parameters.out_width);
    // An odd last row or column counts twice: it is its own neighbour.
    let right = select(0u, quads, 2u * px + 1u < parameters.width);
    let below = select(0u, parameters.width * quads, 2u * py + 1u < parameters.height);
    let at = 2u * (py * parameters.width + px) * quads + quad;
    let a = load(x[at]);
    let b = load(x[at + right]);
    let c = load(x[at + below]);
    let d = load(x[at + below + right]);
    y[i] = keep(COMBINE);
}
";

    pub fn backward(x: &Map, gradient: &Map, add: Option<&Map>, pooling: Pooling) -> Map {
        let [h, w, c] = x.dims();
        let [h2, w2, _] = gradient.dims();
        let (x, gradient, add) = (Buffer::of(x), Buffer::of(gradient), add.map(Buffer::of));
        let storage = x.storage();
        let out = x.new_stored(storage, [h, w, c]);
        let inputs: Vec<&Buffer> = [Some(&x), Some(&gradient), add.as_ref()].into_iter().flatten().collect();
        let text = |(pooling, add, storage): (Pooling, bool, Storage)| {
            let route = match pooling {
                Pooling::Max => MAX_ROUTE,
                Pooling::Avg => AVG_ROUTE,
            };
            let text = storage.written(&BACKWARD.replace("ROUTE", route));
            if add {
                text.replace("ADD_BINDING", "@group(0) @binding(2) var<storage, read> add: array<Quad>;")
                    .replace("OUT_BINDING", "3")
                    .replace("PARAMETERS_BINDING", "4")
                    .replace("ADDED", "load(add[i])")
            } else {
                text.replace("ADD_BINDING", "")
                    .replace("OUT_BINDING", "2")
                    .replace("PARAMETERS_BINDING", "3")
                    .replace("ADDED", "vec4<f32>()")
            }
        };
        let variant = (pooling, add.is_some(), storage);
        Wgsl { name: "pool_backward", variant, text, workgroup: [256, 1, 1] }.launch(
            (h * w * c / 4).div_ceil(256),
            &inputs,
            &[&out],
            &[h as u32, w as u32, (c / 4) as u32, h2 as u32, w2 as u32],
        );
        out.into_tensor()
    }

    const BACKWARD: &str = "
struct Parameters { height: u32, width: u32, quads: u32, out_height: u32, out_width: u32 }
@group(0) @binding(0) var<storage, read> x: array<Quad>;
@group(0) @binding(1) var<storage, read> gradient: array<Quad>;
ADD_BINDING
@group(0) @binding(OUT_BINDING) var<storage, read_write> out: array<Quad>;
@group(0) @binding(PARAMETERS_BINDING) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    let quads = parameters.quads;
    let row = parameters.width * quads;
    if (i >= parameters.height * row) { return; }
    let quad = i % quads;
    let px = (i / quads) % parameters.width;
    let py = i / row;
    let source = ((py / 2u) * parameters.out_width + px / 2u) * quads + quad;
    // Whether the window has a second column and a second row.
    let pair = vec2<u32>(px | 1u, py | 1u) < vec2<u32>(parameters.width, parameters.height);
    ROUTE
    let sum = routed + ADDED;
    out[i] = keep(select(vec4<f32>(), sum, load(x[i]) > vec4<f32>()));
}
";

    const AVG_ROUTE: &str = "
    let share = select(vec2<f32>(1.0), vec2<f32>(0.5), pair);
    let routed = share.x * share.y * load(gradient[source]);
";

    /// The first of equal values wins: it must exceed the corners before it and reach those behind it.
    const MAX_ROUTE: &str = "
    let corner = (py - py % 2u) * row + (px - px % 2u) * quads + quad;
    let right = select(0u, quads, pair.x);
    let below = select(0u, row, pair.y);
    let a = load(x[corner]);
    let b = load(x[corner + right]);
    let c = load(x[corner + below]);
    let d = load(x[corner + below + right]);
    let first = (a >= b) & (a >= c) & (a >= d);
    let second = (b > a) & (b >= c) & (b >= d);
    let third = (c > a) & (c > b) & (c >= d);
    let fourth = (d > a) & (d > b) & (d > c);
    let top = select(first, second, vec4<bool>(px % 2u == 1u));
    let bottom = select(third, fourth, vec4<bool>(px % 2u == 1u));
    let routed = select(vec4<f32>(), load(gradient[source]), select(top, bottom, vec4<bool>(py % 2u == 1u)));
";
}
