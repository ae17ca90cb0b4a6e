//! Computes pooling, 2×2 with stride 2, forward and backward.
//!
//! An odd last row or column is repeated, which changes neither the maximum nor the mean of its windows.

use wide::f32x4;

use crate::{Vec4, matrix::each, vec4s};

/// The maximum of each window. x `[H, W, channels]`, given by `dims`, → `[H₂, W₂, channels]`, given by `halves`: H/2
/// and W/2, rounded up or down.
///
/// # Panics
/// If the length of x does not match `dims`.
pub fn max_pool(x: &[f32], dims: [usize; 3], halves: [usize; 2]) -> Vec<f32> {
    pool(x, dims, halves, |[a, b, c, d]| a.fast_max(b).fast_max(c.fast_max(d)))
}

/// The mean of each window; otherwise as [`max_pool`].
///
/// # Panics
/// If the length of x does not match `dims`.
pub fn mean_pool(x: &[f32], dims: [usize; 3], halves: [usize; 2]) -> Vec<f32> {
    pool(x, dims, halves, |[a, b, c, d]| (a + b + c + d) * 0.25)
}

/// The gradient before the ReLU of the input of a maximum pooling: `(route(gradient) + add) · [x > 0]` → `[H, W,
/// channels]`. x `[H, W, channels]` is the input of the pooling, whose output sizes were rounded up. The first of
/// equal maxima gets the gradient of its window. `add` is `[H, W, channels]`.
///
/// # Panics
/// If the length of a slice does not match `dims`.
pub fn max_pool_backward(x: &[f32], gradient: &[f32], add: Option<&[f32]>, dims: [usize; 3]) -> Vec<f32> {
    pool_backward(x, gradient, add, dims, |corners, gradient, _| {
        let [a, b, c, d] = corners;
        let most = a.fast_max(b).fast_max(c.fast_max(d));
        // The gradient that no earlier corner has received.
        let mut rest = gradient;
        corners.map(|corner| {
            let taken = corner.simd_eq(most);
            let part = rest & taken;
            rest &= !taken;
            part
        })
    })
}

/// As [`max_pool_backward`], for the mean.
///
/// # Panics
/// If the length of a slice does not match `dims`.
pub fn mean_pool_backward(x: &[f32], gradient: &[f32], add: Option<&[f32]>, dims: [usize; 3]) -> Vec<f32> {
    // A repeated row or column passes its gradient to the one that it repeats.
    pool_backward(x, gradient, add, dims, |_, gradient, share| [gradient * share; 4])
}

/// The positions of the four corners of each window, in vec4s. A corner outside of the map takes the position of its
/// neighbour.
struct Windows {
    height: usize,
    width: usize,
    vec4s: usize,
}

impl Windows {
    fn corners(&self, y: usize, x: usize) -> [usize; 4] {
        let (top, left) = (2 * y, 2 * x);
        let (below, right) = ((top + 1).min(self.height - 1), (left + 1).min(self.width - 1));
        [(top, left), (top, right), (below, left), (below, right)]
            .map(|(y, x)| (y * self.width + x) * self.vec4s)
    }

    /// The share of the window's gradient that each corner gets, where repeated corners count as one.
    fn share(&self, y: usize, x: usize) -> f32 {
        let whole = |inside: bool| if inside { 0.5 } else { 1.0 };
        whole(2 * y + 1 < self.height) * whole(2 * x + 1 < self.width)
    }
}

fn pool(
    x: &[f32],
    [height, width, channels]: [usize; 3],
    [high, wide]: [usize; 2],
    combine: impl Fn([f32x4; 4]) -> f32x4 + Sync,
) -> Vec<f32> {
    assert_eq!(x.len(), height * width * channels, "[{height}, {width}, {channels}]");
    let (x, windows) = (vec4s(x), Windows { height, width, vec4s: channels / 4 });
    let mut out = vec![0.0; high * wide * channels];
    each(&mut out, wide * channels, |row, out| {
        let (out, _) = out.as_chunks_mut::<4>();
        for (column, out) in out.chunks_exact_mut(windows.vec4s).enumerate() {
            let corners = windows.corners(row, column).map(|at| &x[at..][..windows.vec4s]);
            for (vec4, out) in out.iter_mut().enumerate() {
                *out = combine(corners.map(|corner| corner[vec4].into())).to_array();
            }
        }
    });
    out
}

fn pool_backward(
    x: &[f32],
    gradient: &[f32],
    add: Option<&[f32]>,
    [height, width, channels]: [usize; 3],
    route: impl Fn([f32x4; 4], f32x4, f32) -> [f32x4; 4] + Sync,
) -> Vec<f32> {
    let [high, wide] = [height, width].map(|side| side.div_ceil(2));
    assert_eq!(x.len(), height * width * channels, "[{height}, {width}, {channels}]");
    assert_eq!(
        gradient.len(),
        high * wide * channels,
        "the gradient of halves of [{height}, {width}, {channels}]"
    );
    assert!(add.is_none_or(|add| add.len() == x.len()), "what is added to [{height}, {width}, {channels}]");
    let (x, gradient, add) = (vec4s(x), vec4s(gradient), add.map(vec4s));
    let windows = Windows { height, width, vec4s: channels / 4 };
    let mut out = vec![0.0; x.len() * 4];
    each(&mut out, 2 * width * channels, |row, out| {
        let (out, _): (&mut [Vec4], _) = out.as_chunks_mut();
        let above = 2 * row * width * windows.vec4s;
        for column in 0..wide {
            let corners = windows.corners(row, column);
            let share = windows.share(row, column);
            for vec4 in 0..windows.vec4s {
                let values = corners.map(|at| f32x4::from(x[at + vec4]));
                let gradient = gradient[(row * wide + column) * windows.vec4s + vec4].into();
                let routed = route(values, gradient, share);
                // In reverse, so that the first of several corners at the same position is written last.
                for corner in (0..4).rev() {
                    let at = corners[corner] + vec4;
                    let sum = routed[corner] + add.map_or(f32x4::ZERO, |add| add[at].into());
                    out[at - above] = (sum & values[corner].simd_gt(f32x4::ZERO)).to_array();
                }
            }
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_halved_and_gradients_find_their_way_back() {
        // A row of five pixels: two windows and a half. The first has two equal maxima.
        let x = [3.0, 3.0, -1.0, 2.0, 4.0].map(|value| [value; 4]);
        let dims = [1, 5, 4];
        let first = |numbers: &[f32]| vec4s(numbers).iter().map(|vec4| vec4[0]).collect::<Vec<_>>();
        assert_eq!(first(&max_pool(x.as_flattened(), dims, [1, 3])), [3.0, 2.0, 4.0]);
        assert_eq!(first(&mean_pool(x.as_flattened(), dims, [1, 3])), [3.0, 0.5, 4.0]);

        let gradient = [10.0, 20.0, 30.0].map(|value| [value; 4]);
        let back = max_pool_backward(x.as_flattened(), gradient.as_flattened(), None, dims);
        assert_eq!(first(&back), [10.0, 0.0, 0.0, 20.0, 30.0]);
        let add = [[1.0; 4]; 5];
        let add = Some(add.as_flattened());
        let back = mean_pool_backward(x.as_flattened(), gradient.as_flattened(), add, dims);
        assert_eq!(first(&back), [6.0, 6.0, 0.0, 11.0, 31.0]);
    }
}
