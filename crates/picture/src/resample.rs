//! Defines how pictures and maps change their size: pictures in linear light, maps of numbers as they are.

use fast_image_resize::{
    FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::{F32x3, F32x4},
};

use crate::srgb::{to_gamma, to_linear};

/// Gamma-encoded RGB of `from` (width, height) pixels, interleaved, at the size `to`: Lanczos3 where it shrinks, Catmull-Rom
/// where it grows.
pub(crate) fn resize_in_linear_light(rgb: &[f32], from: (usize, usize), to: (usize, usize)) -> Vec<f32> {
    // Averages of light are only right on linear light: a checkerboard of black and white is
    // as bright as half the light, sRGB 0.735, not 0.5.
    let linear: Vec<F32x3> =
        rgb.as_chunks::<3>().0.iter().map(|&pixel| F32x3::new(pixel.map(to_linear))).collect();
    let shrinks = to.0 * to.1 <= from.0 * from.1;
    let filter = if shrinks { FilterType::Lanczos3 } else { FilterType::CatmullRom };
    let scaled = convolve(&linear, from, to, filter);
    // Both filters overshoot at edges, hence the clamp inside `to_gamma`.
    scaled.iter().flat_map(|pixel| pixel.0.map(to_gamma)).collect()
}

/// How values between pixels are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// From all that fall into one, where a map shrinks: their mean.
    Mean,
    /// From two by two, linearly: never beyond the values that are there.
    Bilinear,
    /// From four by four (Catmull-Rom): smoother, with a little overshoot.
    Bicubic,
}

/// A map of `from.0 · from.1` pixels of four numbers, rows top to bottom, at the size `to` (width, height). The numbers are
/// taken as they are: they are not light, and may have any range.
///
/// # Panics
/// If there are fewer values, or a size is empty.
pub fn resample(values: &[f32], from: (usize, usize), to: (usize, usize), filter: Filter) -> Vec<f32> {
    let filter = match filter {
        Filter::Mean => FilterType::Box,
        Filter::Bilinear => FilterType::Bilinear,
        Filter::Bicubic => FilterType::CatmullRom,
    };
    let pixels: Vec<F32x4> = values.as_chunks::<4>().0.iter().map(|&pixel| F32x4::new(pixel)).collect();
    convolve(&pixels, from, to, filter).iter().flat_map(|pixel| pixel.0).collect()
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
    // A fourth number is no opacity here.
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).use_alpha(false);
    Resizer::new()
        .resize_typed(&source, &mut scaled, &options)
        .expect("no cropping is asked for, so no crop box can be wrong");
    scaled.pixels().to_vec()
}
