//! Computes pooling, 2×2 with stride 2, forward and backward.
//!
//! An odd last row or column is repeated, which changes neither the maximum nor the mean of its windows.
#![expect(clippy::inline_always, reason = "see `lanes`")]

use std::marker::PhantomData;

use crate::{
    lanes::{Lanes, Loop, array, run, vectors},
    matrix::each,
};

/// The maximum of each window. x `[H, W, channels]`, given by `dims`, → `[H₂, W₂, channels]`, given by `halves`: H/2
/// and W/2, rounded up or down.
///
/// # Panics
/// If the length of x does not match `dims`.
pub fn max_pool(x: &[f32], dims: [usize; 3], halves: [usize; 2]) -> Vec<f32> {
    pool::<Max>(x, dims, halves)
}

/// The mean of each window; otherwise as [`max_pool`].
///
/// # Panics
/// If the length of x does not match `dims`.
pub fn mean_pool(x: &[f32], dims: [usize; 3], halves: [usize; 2]) -> Vec<f32> {
    pool::<Mean>(x, dims, halves)
}

/// The gradient before the ReLU of the input of a maximum pooling: `(route(gradient) + add) · [x > 0]` → `[H, W,
/// channels]`. x `[H, W, channels]` is the input of the pooling, whose output sizes were rounded up. The first of
/// equal maxima gets the gradient of its window. `add` is `[H, W, channels]`.
///
/// # Panics
/// If the length of a slice does not match `dims`.
pub fn max_pool_backward(x: &[f32], gradient: &[f32], add: Option<&[f32]>, dims: [usize; 3]) -> Vec<f32> {
    pool_backward::<Max>(x, gradient, add, dims)
}

/// As [`max_pool_backward`], for the mean.
///
/// # Panics
/// If the length of a slice does not match `dims`.
pub fn mean_pool_backward(x: &[f32], gradient: &[f32], add: Option<&[f32]>, dims: [usize; 3]) -> Vec<f32> {
    pool_backward::<Mean>(x, gradient, add, dims)
}

/// How the four values of a window become one.
trait Pooling {
    fn combine<L: Lanes>(corners: [L; 4]) -> L;

    /// The gradient of each corner. `share` is that of [`Windows::share`].
    fn route<L: Lanes>(corners: [L; 4], gradient: L, share: f32) -> [L; 4];
}

struct Max;

impl Pooling for Max {
    #[inline(always)]
    fn combine<L: Lanes>([a, b, c, d]: [L; 4]) -> L {
        a.max(b).max(c.max(d))
    }

    #[inline(always)]
    fn route<L: Lanes>(corners: [L; 4], gradient: L, _: f32) -> [L; 4] {
        let most = Self::combine(corners);
        let [a, b, c, d] = corners;
        // What no earlier corner has received.
        let [a, rest] = gradient.divide_by_equality(a, most);
        let [b, rest] = rest.divide_by_equality(b, most);
        let [c, rest] = rest.divide_by_equality(c, most);
        let [d, _] = rest.divide_by_equality(d, most);
        [a, b, c, d]
    }
}

struct Mean;

impl Pooling for Mean {
    #[inline(always)]
    fn combine<L: Lanes>([a, b, c, d]: [L; 4]) -> L {
        (a + b + c + d) * L::splat(0.25)
    }

    /// A repeated row or column passes its gradient to the one that it repeats.
    #[inline(always)]
    fn route<L: Lanes>(_: [L; 4], gradient: L, share: f32) -> [L; 4] {
        [gradient * L::splat(share); 4]
    }
}

/// The positions of the four corners of each window. A corner outside of the map takes the position of its neighbour.
#[derive(Clone, Copy)]
struct Windows {
    height: usize,
    width: usize,
    channels: usize,
}

impl Windows {
    #[inline(always)]
    fn corners(&self, y: usize, x: usize) -> [usize; 4] {
        let (top, left) = (2 * y, 2 * x);
        let (below, right) = ((top + 1).min(self.height - 1), (left + 1).min(self.width - 1));
        [(top, left), (top, right), (below, left), (below, right)]
            .map(|(y, x)| (y * self.width + x) * self.channels)
    }

    /// The share of the window's gradient that each corner gets, where repeated corners count as one.
    #[inline(always)]
    fn share(&self, y: usize, x: usize) -> f32 {
        let whole = |inside: bool| if inside { 0.5 } else { 1.0 };
        whole(2 * y + 1 < self.height) * whole(2 * x + 1 < self.width)
    }
}

fn pool<P: Pooling>(x: &[f32], [height, width, channels]: [usize; 3], [high, wide]: [usize; 2]) -> Vec<f32> {
    assert_eq!(x.len(), height * width * channels, "[{height}, {width}, {channels}]");
    let windows = Windows { height, width, channels };
    let mut out = vec![0.0; high * wide * channels];
    each(&mut out, wide * channels, |row, out| {
        run(channels, Row::<P> { windows, x, at: row, out, pooling: PhantomData });
    });
    out
}

/// A row of windows.
struct Row<'a, P> {
    windows: Windows,
    x: &'a [f32],
    at: usize,
    out: &'a mut [f32],
    pooling: PhantomData<P>,
}

impl<P: Pooling> Loop for Row<'_, P> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let channels = self.windows.channels;
        for (column, out) in self.out.chunks_exact_mut(channels).enumerate() {
            let corners = self.windows.corners(self.at, column);
            for channel in vectors::<L>(channels) {
                P::combine(array(|corner| L::of(self.x, corners[corner] + channel))).put(out, channel);
            }
        }
    }
}

fn pool_backward<P: Pooling>(
    x: &[f32],
    gradient: &[f32],
    add: Option<&[f32]>,
    [height, width, channels]: [usize; 3],
) -> Vec<f32> {
    let [high, wide] = [height, width].map(|side| side.div_ceil(2));
    assert_eq!(x.len(), height * width * channels, "[{height}, {width}, {channels}]");
    assert_eq!(
        gradient.len(),
        high * wide * channels,
        "the gradient of halves of [{height}, {width}, {channels}]"
    );
    assert!(add.is_none_or(|add| add.len() == x.len()), "what is added to [{height}, {width}, {channels}]");
    let windows = Windows { height, width, channels };
    let mut out = vec![0.0; x.len()];
    each(&mut out, 2 * width * channels, |row, out| {
        let gradient = &gradient[row * wide * channels..][..wide * channels];
        run(channels, RowBackward::<P> { windows, x, gradient, add, row, out, pooling: PhantomData });
    });
    out
}

/// The gradients of a row of windows.
struct RowBackward<'a, P> {
    windows: Windows,
    x: &'a [f32],
    /// Of this row.
    gradient: &'a [f32],
    add: Option<&'a [f32]>,
    row: usize,
    out: &'a mut [f32],
    pooling: PhantomData<P>,
}

impl<P: Pooling> Loop for RowBackward<'_, P> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let channels = self.windows.channels;
        let above = 2 * self.row * self.windows.width * channels;
        for (column, gradient) in self.gradient.chunks_exact(channels).enumerate() {
            let corners = self.windows.corners(self.row, column);
            let share = self.windows.share(self.row, column);
            for channel in vectors::<L>(channels) {
                let values = array(|corner| L::of(self.x, corners[corner] + channel));
                let routed = P::route(values, L::of(gradient, channel), share);
                // In reverse, so that the first of several corners at the same position is written last.
                for corner in (0..4).rev() {
                    let at = corners[corner] + channel;
                    let sum = match self.add {
                        Some(add) => routed[corner] + L::of(add, at),
                        None => routed[corner],
                    };
                    sum.where_positive(values[corner]).put(self.out, at - above);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;
    use crate::lanes::widths::with_each_width;

    #[test]
    fn windows_are_halved_and_gradients_find_their_way_back() {
        // A row of five pixels: two windows and a half. The first has two equal maxima.
        let x = [3.0, 3.0, -1.0, 2.0, 4.0].map(|value| [value; 4]);
        let dims = [1, 5, 4];
        let first =
            |numbers: &[f32]| numbers.as_chunks::<4>().0.iter().map(|vec4| vec4[0]).collect::<Vec<_>>();
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

    /// Few different values, so that maxima are often equal.
    fn numbers(count: usize, factor: usize) -> Vec<f32> {
        (0..count).map(|at| (at * factor % 11) as f32 - 4.0).collect()
    }

    /// The positions of the pixels of a window, of each once: two or one where it is cut off.
    fn window(side: usize, at: usize) -> Range<usize> {
        2 * at..side.min(2 * at + 2)
    }

    /// Maximum and mean, with the gradients of each value, of one channel of a window.
    fn by_definition(values: &[f32], gradient: f32) -> [(f32, Vec<f32>); 2] {
        let most = values.iter().copied().fold(f32::MIN, f32::max);
        let first = values.iter().position(|&value| value >= most);
        let count = values.len() as f32;
        let routed = (0..values.len()).map(|at| if first == Some(at) { gradient } else { 0.0 });
        let mean = values.iter().sum::<f32>() / count;
        [(most, routed.collect()), (mean, vec![gradient / count; values.len()])]
    }

    #[test]
    fn both_kinds_pool_as_by_definition() {
        for dims @ [height, width, channels] in
            [[1, 1, 4], [2, 3, 12], [7, 5, 16], [4, 1, 20], [13, 8, 28], [3, 2, 68], [31, 37, 36]]
        {
            let halves @ [high, wide] = [height, width].map(|side: usize| side.div_ceil(2));
            let (x, add) = (numbers(height * width * channels, 37), numbers(height * width * channels, 29));
            let gradient = numbers(high * wide * channels, 17);
            with_each_width(|| {
                let pooled = [max_pool(&x, dims, halves), mean_pool(&x, dims, halves)];
                let back = [max_pool_backward, mean_pool_backward];
                let plain = back.map(|back| back(&x, &gradient, None, dims));
                let with_add = back.map(|back| back(&x, &gradient, Some(&add), dims));
                for (at, &gradient) in gradient.iter().enumerate() {
                    let (row, column, channel) = (at / channels / wide, at / channels % wide, at % channels);
                    let places: Vec<_> = window(height, row)
                        .flat_map(|y| {
                            window(width, column).map(move |x| (y * width + x) * channels + channel)
                        })
                        .collect();
                    let values: Vec<_> = places.iter().map(|&place| x[place]).collect();
                    for (kind, (value, routed)) in by_definition(&values, gradient).into_iter().enumerate() {
                        assert!((pooled[kind][at] - value).abs() < 1e-6, "{dims:?}");
                        for (&place, routed) in places.iter().zip(routed) {
                            let mask = f32::from(u8::from(x[place] > 0.0));
                            assert!((plain[kind][place] - mask * routed).abs() < 1e-6, "{dims:?}");
                            let sum = mask * (routed + add[place]);
                            assert!((with_add[kind][place] - sum).abs() < 1e-6, "{dims:?}");
                        }
                    }
                }
            });
        }
    }

    #[test]
    fn a_remainder_may_be_dropped() {
        let x = numbers(5 * 3 * 12, 37);
        let kept = max_pool(&x, [5, 3, 12], [3, 2]);
        let dropped = max_pool(&x, [5, 3, 12], [2, 1]);
        assert_eq!(dropped, [&kept[..12], &kept[24..36]].concat());
    }
}
