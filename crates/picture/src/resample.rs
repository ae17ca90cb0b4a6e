//! Defines how pictures and maps are resized: pictures in linear light, maps without conversion.

use fast_image_resize::{
    FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::{F32x3, F32x4},
};

use crate::srgb::{to_gamma, to_linear};

/// Pixels of linear light.
pub(crate) type Light = Vec<F32x3>;

/// The linear light of gamma-encoded RGB values, interleaved.
pub(crate) fn light_of(rgb: &[f32]) -> Light {
    rgb.as_chunks::<3>().0.iter().map(|&pixel| F32x3::new(pixel.map(to_linear))).collect()
}

/// Resizes linear light from `from` to `to` (width, height): Lanczos3 to shrink, Catmull-Rom to enlarge. Returns
/// gamma-encoded RGB values, interleaved.
///
/// Averaging is right only in linear light: a checkerboard of black and white has half the light, which is 0.735 in
/// sRGB, not 0.5.
pub(crate) fn encode(light: &[F32x3], from: (usize, usize), to: (usize, usize)) -> Vec<f32> {
    let shrinks = to.0 * to.1 <= from.0 * from.1;
    let filter = if shrinks { FilterType::Lanczos3 } else { FilterType::CatmullRom };
    let scaled = convolve(light, from, to, filter);
    // Both filters overshoot at edges, hence the clamp inside `to_gamma`.
    scaled.iter().flat_map(|pixel| pixel.0.map(to_gamma)).collect()
}

/// The interpolation of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Box filter: the mean of the values that fall into a pixel. To shrink.
    Mean,
    /// Linear in both directions: stays within the range of the values.
    Bilinear,
    /// Catmull-Rom: smoother, with some overshoot.
    Bicubic,
}

/// Resizes a map of `from.0 · from.1` pixels with four values each, rows top to bottom, to `to` (width, height).
/// Values may have any range and are not converted.
///
/// # Panics
/// If there are fewer values than that, or a side is zero.
pub fn resample(values: &[f32], from: (usize, usize), to: (usize, usize), filter: Filter) -> Vec<f32> {
    let filter = match filter {
        Filter::Mean => FilterType::Box,
        Filter::Bilinear => FilterType::Bilinear,
        Filter::Bicubic => FilterType::CatmullRom,
    };
    let pixels: Vec<F32x4> = values.as_chunks::<4>().0.iter().map(|&pixel| F32x4::new(pixel)).collect();
    convolve(&pixels, from, to, filter).iter().flat_map(|pixel| pixel.0).collect()
}

/// The pixels of a row that make one pixel of the resized row.
#[derive(Clone, Debug, PartialEq)]
pub struct Taps {
    /// The index of the first pixel.
    pub first: usize,
    /// The weight of it and of those after it. Their sum is 1.
    pub weights: Vec<f32>,
}

/// How a row of `from` pixels becomes one of `to` pixels. [`resample`] applies this to all rows, then to all columns.
///
/// # Panics
/// If a length is zero.
pub fn taps(from: usize, to: usize, filter: Filter) -> Vec<Taps> {
    assert!(from > 0 && to > 0, "a row has at least one pixel");
    let scale = from as f64 / to as f64;
    // To shrink, the filter is widened, so that every pixel counts.
    let width = scale.max(1.0);
    let radius = width * filter.radius();
    let taps_of = |at: usize| {
        let center = (at as f64 + 0.5) * scale;
        let first = (center - radius).floor().max(0.0) as usize;
        let end = (center + radius).ceil().min(from as f64) as usize;
        let weights: Vec<f64> =
            (first..end).map(|pixel| filter.weight((pixel as f64 + 0.5 - center) / width)).collect();
        let sum: f64 = weights.iter().sum();
        Taps { first, weights: weights.into_iter().map(|weight| (weight / sum) as f32).collect() }
    };
    (0..to).map(taps_of).collect()
}

impl Filter {
    /// The distance in pixels from which the weight is zero.
    const fn radius(self) -> f64 {
        match self {
            Self::Mean => 0.5,
            Self::Bilinear => 1.0,
            Self::Bicubic => 2.0,
        }
    }

    /// The weight of a pixel at this distance in pixels, before the weights are divided by their sum.
    fn weight(self, distance: f64) -> f64 {
        let x = distance.abs();
        match self {
            Self::Mean => f64::from(u8::from(distance > -0.5 && distance <= 0.5)),
            Self::Bilinear => (1.0 - x).max(0.0),
            // Catmull-Rom: the cubic of Keys (1981) with a = -1/2.
            Self::Bicubic if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Self::Bicubic if x < 2.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            Self::Bicubic => 0.0,
        }
    }
}

fn convolve<P: PixelTrait>(
    pixels: &[P],
    from: (usize, usize),
    to: (usize, usize),
    filter: FilterType,
) -> Vec<P> {
    let source =
        TypedImageRef::new(from.0 as u32, from.1 as u32, pixels).expect("one pixel for each position");
    let mut scaled = TypedImage::<P>::new(to.0 as u32, to.1 as u32);
    // The fourth value is not an alpha channel.
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).use_alpha(false);
    Resizer::new()
        .resize_typed(&source, &mut scaled, &options)
        .expect("no cropping is asked for, so no crop box can be wrong");
    scaled.pixels().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [`resample`] by [`taps`]: rows, then columns.
    fn resampled(values: &[f32], from: (usize, usize), to: (usize, usize), filter: Filter) -> Vec<f32> {
        let mut rows = vec![0.0; to.0 * from.1 * 4];
        for (x, taps) in taps(from.0, to.0, filter).iter().enumerate() {
            for (y, (tap, weight)) in
                (0..from.1).flat_map(|y| taps.weights.iter().enumerate().map(move |w| (y, w)))
            {
                for channel in 0..4 {
                    rows[(y * to.0 + x) * 4 + channel] +=
                        weight * values[(y * from.0 + taps.first + tap) * 4 + channel];
                }
            }
        }
        let mut all = vec![0.0; to.0 * to.1 * 4];
        for (y, taps) in taps(from.1, to.1, filter).iter().enumerate() {
            for (tap, weight) in taps.weights.iter().enumerate() {
                for at in 0..to.0 * 4 {
                    all[y * to.0 * 4 + at] += weight * rows[(taps.first + tap) * to.0 * 4 + at];
                }
            }
        }
        all
    }

    #[test]
    fn taps_are_those_of_the_resampling() {
        let sizes = [(1, 1), (2, 3), (7, 5), (13, 31), (64, 48), (97, 61)];
        for (from, to) in sizes.into_iter().flat_map(|from| sizes.map(|to| (from, to))) {
            let values: Vec<f32> =
                (0..from.0 * from.1 * 4).map(|at| ((at * 7919) % 1009) as f32 / 1009.0 - 0.3).collect();
            for filter in [Filter::Mean, Filter::Bilinear, Filter::Bicubic] {
                let expected = resample(&values, from, to, filter);
                for (got, expected) in resampled(&values, from, to, filter).into_iter().zip(expected) {
                    assert!(
                        (got - expected).abs() < 2e-6,
                        "{from:?} to {to:?}, {filter:?}: {got}, not {expected}"
                    );
                }
            }
        }
    }
}
