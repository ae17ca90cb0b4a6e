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
