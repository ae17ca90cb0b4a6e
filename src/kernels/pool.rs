//! Computes pooling, 2×2 with stride 2, forward and backward.

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
/// `x` `[H, W, C]` is the input of the pooling, `gradient` `[⌈H/2⌉, ⌈W/2⌉, C]` that of its output. The
/// maximum passes its gradient to the first of equal values, as in PyTorch. `add` `[H, W, C]` is the gradient of the
/// losses at this layer; the last factor is the ReLU below.
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
    // The windows as [h2, 2, w2, 2, C]; `corner` is one of the four pixels in each.
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
            // The gradient that no earlier corner has received.
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
    // A repeated row or column passes its gradient to the one that it repeats.
    for (axis, length) in [h, w].into_iter().enumerate().filter(|(_, length)| length % 2 == 1) {
        let last = out.clone().narrow(axis, length - 1, 2).sum_dim(axis);
        // With a single row or column there is nothing before it.
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
pub(super) mod gpu {
    use super::{Map, Pooling, Remainder};
    use crate::kernels::{
        Storage,
        gpu::{Buffer, Shader, bindings},
        template::fill,
    };

    pub fn forward(x: &Map, pooling: Pooling, remainder: Remainder) -> Map {
        let [h, w, c] = x.dims();
        let (h2, w2, vec4s) = (remainder.behind(h, 1), remainder.behind(w, 1), c / 4);
        let x = Buffer::of(x);
        let storage = x.storage();
        let y = x.new_stored(storage, [h2, w2, c]);
        Forward(pooling, storage).launch(
            (h2 * w2 * vec4s).div_ceil(256),
            &[&x],
            &[&y],
            &[h as u32, w as u32, vec4s as u32, h2 as u32, w2 as u32],
        );
        y.into_tensor()
    }

    pub fn backward(x: &Map, gradient: &Map, add: Option<&Map>, pooling: Pooling) -> Map {
        let [h, w, c] = x.dims();
        let [h2, w2, _] = gradient.dims();
        let (x, gradient, add) = (Buffer::of(x), Buffer::of(gradient), add.map(Buffer::of));
        let storage = x.storage();
        let out = x.new_stored(storage, [h, w, c]);
        let inputs: Vec<&Buffer> = [Some(&x), Some(&gradient), add.as_ref()].into_iter().flatten().collect();
        Backward { pooling, add: add.is_some(), storage }.launch(
            (h * w * c / 4).div_ceil(256),
            &inputs,
            &[&out],
            &[h as u32, w as u32, (c / 4) as u32, h2 as u32, w2 as u32],
        );
        out.into_tensor()
    }

    /// Pooling.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Forward(Pooling, Storage);

    impl Shader for Forward {
        fn workgroup(self) -> [u32; 3] {
            [256, 1, 1]
        }

        fn text(self) -> String {
            let Self(pooling, storage) = self;
            let combine = match pooling {
                Pooling::Max => "max(max(a, b), max(c, d))",
                Pooling::Avg => "0.25 * (a + b + c + d)",
            };
            fill(include_str!("pool.wgsl"), &[("storage", &storage.declarations()), ("combine", &combine)])
        }

        fn variants(_: &[(usize, usize)]) -> Vec<Self> {
            let with_storages = |pooling| Storage::ALL.map(|storage| Self(pooling, storage));
            [Pooling::Max, Pooling::Avg].into_iter().flat_map(with_storages).collect()
        }
    }

    /// The gradient of pooling, with a map to add or without.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Backward {
        pooling: Pooling,
        add: bool,
        storage: Storage,
    }

    impl Shader for Backward {
        fn workgroup(self) -> [u32; 3] {
            [256, 1, 1]
        }

        fn text(self) -> String {
            let Self { pooling, add, storage } = self;
            let routed = match pooling {
                Pooling::Max => include_str!("pool_backward_max.wgsl"),
                Pooling::Avg => include_str!("pool_backward_avg.wgsl"),
            };
            let inputs = [("x", "Stored"), ("gradient", "Stored"), ("add", "Stored")];
            let (inputs, added) =
                if add { (&inputs[..], "unpack(add[i])") } else { (&inputs[..2], "vec4<f32>()") };
            fill(
                include_str!("pool_backward.wgsl"),
                &[
                    ("storage", &storage.declarations()),
                    ("bindings", &bindings(inputs, &[("out", "Stored")])),
                    ("routed", &routed),
                    ("added", &added),
                ],
            )
        }

        fn variants(_: &[(usize, usize)]) -> Vec<Self> {
            let all = |pooling| {
                [false, true].map(|add| Storage::ALL.map(|storage| Self { pooling, add, storage })).concat()
            };
            [Pooling::Max, Pooling::Avg].into_iter().flat_map(all).collect()
        }
    }
}
