//! A picture as the engine sees it: gamma-encoded sRGB values in 0..1.

use std::sync::LazyLock;

use fast_image_resize::{
    FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::{F32x3, F32x4},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{mask::Mask, options::Size, rect::Rect};

/// Pixels of gamma-encoded sRGB, 0..1, rows top to bottom, red, green, blue interleaved.
///
/// VGG-19 was trained on gamma-encoded values: never feed it linear light. Linear light exists
/// only inside [`Picture::resize`].
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<f32>,
}

/// Why pixels do not make a [`Picture`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PictureError {
    /// A side is zero.
    #[error("a picture of {width}×{height} pixels is empty: both sides must be at least 1")]
    Empty {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// More pixels than [`Picture::MAX_PIXELS`].
    #[error(
        "a picture of {width}×{height} pixels is too large: at most {} million pixels, scale it down first",
        Picture::MAX_PIXELS / 1_000_000
    )]
    TooLarge {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// The number of values does not fit the size.
    #[error("a picture of {width}×{height} pixels needs {expected} values, but {found} were given")]
    Length {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// How many values the size asks for.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A value is outside 0..1 or not a number.
    #[error("value {value} at index {index} is not within 0..1: divide bytes by 255 and clamp first")]
    Value {
        /// Its position among the interleaved values.
        index: usize,
        /// The offender.
        value: f32,
    },
}

impl Picture {
    /// The most pixels that a picture may have: 2^27, 1.6 GB of values, the most that a 32-bit
    /// address space (wasm) can hold in one piece.
    pub const MAX_PIXELS: usize = 1 << 27;

    /// Takes `width · height · 3` gamma-encoded sRGB values in 0..1, interleaved, rows top to bottom.
    ///
    /// # Errors
    /// [`PictureError`] where a side is zero, the size is absurd, the number of values does not
    /// match, or a value is outside 0..1 or NaN.
    pub fn new(width: usize, height: usize, rgb: Vec<f32>) -> Result<Self, PictureError> {
        check_values(width, height, 3, &rgb)?;
        Ok(Self { width, height, rgb })
    }

    /// Takes `width · height` RGBA pixels of 8 bits, alpha not premultiplied; what is transparent
    /// is laid over white, on the gamma-encoded values, as browsers do it.
    ///
    /// # Errors
    /// [`PictureError`] where a side is zero, the size is absurd or the number of bytes does not match.
    pub fn from_rgba8(width: usize, height: usize, rgba: &[u8]) -> Result<Self, PictureError> {
        check_length(width, height, 4, rgba.len())?;
        let mut rgb = Vec::with_capacity(width * height * 3);
        for &[r, g, b, alpha] in rgba.as_chunks().0 {
            // An opaque byte k becomes exactly k / 255: both integers below are multiples of 255 then.
            let over_white = |byte: u8| {
                let sum = u32::from(byte) * u32::from(alpha) + 255 * u32::from(255 - alpha);
                sum as f32 / (255.0 * 255.0)
            };
            rgb.extend([r, g, b].map(over_white));
        }
        Ok(Self { width, height, rgb })
    }

    /// Uniform noise in 0..1, the same for the same `seed` on every machine. A size of 0 counts as 1.
    ///
    /// # Panics
    /// Beyond [`Picture::MAX_PIXELS`].
    pub fn noise(width: usize, height: usize, seed: u64) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        assert_size(width, height);
        let mut source = StdRng::seed_from_u64(seed);
        Self { width, height, rgb: (0..width * height * 3).map(|_| source.random()).collect() }
    }

    /// The mean of two pictures of one size.
    ///
    /// # Panics
    /// If the sizes differ.
    #[must_use]
    pub fn mixed(&self, other: &Self) -> Self {
        assert_eq!(self.size(), other.size(), "two pictures of one size");
        let rgb = self.rgb.iter().zip(&other.rgb).map(|(one, other)| f32::midpoint(*one, *other)).collect();
        Self { rgb, ..*self }
    }

    /// This picture where the mask applies, the other one elsewhere; all three are of one size.
    ///
    /// # Panics
    /// If they are not.
    #[must_use]
    pub fn over(&self, other: &Self, mask: &Mask) -> Self {
        assert!(self.size() == other.size() && self.size() == mask.size(), "pictures and mask of one size");
        let weights = mask.values().iter().flat_map(|&weight| [weight; 3]);
        let rgb = self.rgb.iter().zip(&other.rgb).zip(weights);
        let rgb = rgb.map(|((one, other), weight)| weight * one + (1.0 - weight) * other).collect();
        Self { rgb, ..*self }
    }

    /// A rectangle of it.
    ///
    /// # Panics
    /// If the rectangle reaches beyond the picture.
    #[must_use]
    pub fn crop(&self, rect: Rect) -> Self {
        let rows = rect.rows(self.width).flat_map(|row| &self.rgb[3 * row.start..3 * row.end]);
        Self { width: rect.width, height: rect.height, rgb: rows.copied().collect() }
    }

    /// RGBA pixels of 8 bits, opaque, rounded to nearest.
    pub fn to_rgba8(&self) -> Vec<u8> {
        let mut rgba = Vec::with_capacity(self.width * self.height * 4);
        for pixel in self.rgb.as_chunks::<3>().0 {
            rgba.extend(pixel.map(|value| (value * 255.0).round() as u8));
            rgba.push(255);
        }
        rgba
    }

    /// Width in pixels, at least 1.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels, at least 1.
    pub const fn height(&self) -> usize {
        self.height
    }

    /// Width and height in pixels.
    pub const fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// The values: `width · height · 3`, gamma-encoded sRGB in 0..1, interleaved, rows top to bottom.
    pub fn rgb(&self) -> &[f32] {
        &self.rgb
    }

    /// The values with a zero after each three: `width · height · 4`, as devices like them.
    pub fn rgb0(&self) -> Vec<f32> {
        self.rgb.as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| [r, g, b, 0.0]).collect()
    }

    /// The same picture at `width` × `height` pixels (0 counts as 1), filtered in linear light:
    /// Lanczos3 where it shrinks, Catmull-Rom where it grows. The same size returns the same values.
    ///
    /// # Panics
    /// Beyond [`Picture::MAX_PIXELS`]; sizes from [`size_to_fit`] never are.
    #[must_use]
    pub fn resize(&self, width: usize, height: usize) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        assert_size(width, height);
        // Averages of light are only right on linear light: a checkerboard of black and white is
        // as bright as half the light, sRGB 0.735, not 0.5.
        let linear: Vec<F32x3> =
            self.rgb.as_chunks::<3>().0.iter().map(|&pixel| F32x3::new(pixel.map(to_linear))).collect();
        let shrinks = width * height <= self.width * self.height;
        let filter = if shrinks { FilterType::Lanczos3 } else { FilterType::CatmullRom };
        let scaled = convolve(&linear, (self.width, self.height), (width, height), filter);
        // Both filters overshoot at edges, hence the clamp inside `to_gamma`.
        let rgb = scaled.iter().flat_map(|pixel| pixel.0.map(to_gamma)).collect();
        Self { width, height, rgb }
    }

    /// The picture at the wanted size: its aspect ratio is kept and nothing is enlarged.
    #[must_use]
    pub fn fit(&self, size: Size) -> Self {
        match size {
            Size::Original => self.clone(),
            Size::LongSide(long_side) => {
                let (width, height) = size_to_fit((self.width, self.height), long_side as usize);
                self.resize(width, height)
            }
        }
    }
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

/// The largest size with the aspect ratio of `(width, height)`, to the nearest pixel, whose long
/// side is at most `long_side`. Nothing is enlarged and no side falls below 1.
pub fn size_to_fit((width, height): (usize, usize), long_side: usize) -> (usize, usize) {
    let long = width.max(height);
    if long <= long_side {
        return (width.max(1), height.max(1));
    }
    // In u128, where no product of two sides can overflow.
    let scale = |side: usize| {
        let scaled = (2 * side as u128 * long_side as u128 + long as u128) / (2 * long as u128);
        (scaled as usize).max(1)
    };
    (scale(width), scale(height))
}

/// Photo, painting (or paintings) and result side by side on white, each at the height of the result, with a small gap
/// between them.
///
/// A picture more than four times as wide as high, and wider than the result, is laid in at that
/// width instead, centred, so that a panorama cannot make the sheet absurdly wide.
pub fn triptych(sources: &[Picture], result: &Picture) -> Picture {
    let height = result.height;
    let widest = result.width.max((4 * height).min(Picture::MAX_PIXELS / height));
    let gap = (height / 32).max(1);
    let scaled = |panel: &Picture| {
        let full = (panel.width as f64 * height as f64 / panel.height as f64).round() as usize;
        if full <= widest {
            panel.resize(full, height)
        } else {
            let low = (panel.height as f64 * widest as f64 / panel.width as f64).round() as usize;
            panel.resize(widest, low)
        }
    };
    let panels: Vec<Picture> = sources.iter().chain([result]).map(scaled).collect();

    let width = panels.iter().map(|panel| panel.width).sum::<usize>() + sources.len() * gap;
    let mut rgb = vec![1.0; width * height * 3];
    let mut left = 0;
    for panel in &panels {
        let top = (height - panel.height) / 2;
        for (row, values) in panel.rgb.chunks_exact(panel.width * 3).enumerate() {
            let start = ((top + row) * width + left) * 3;
            rgb[start..start + values.len()].copy_from_slice(values);
        }
        left += panel.width + gap;
    }
    Picture { width, height, rgb }
}

fn check_size(width: usize, height: usize) -> Result<usize, PictureError> {
    if width == 0 || height == 0 {
        return Err(PictureError::Empty { width, height });
    }
    match width.checked_mul(height) {
        Some(pixels) if pixels <= Picture::MAX_PIXELS => Ok(pixels),
        _ => Err(PictureError::TooLarge { width, height }),
    }
}

fn assert_size(width: usize, height: usize) {
    if let Err(error) = check_size(width, height) {
        panic!("{error}");
    }
}

fn check_length(width: usize, height: usize, channels: usize, found: usize) -> Result<(), PictureError> {
    let expected = check_size(width, height)? * channels;
    if found == expected { Ok(()) } else { Err(PictureError::Length { width, height, expected, found }) }
}

/// Checks that there are so many values for each pixel, all within 0..1.
pub(crate) fn check_values(
    width: usize,
    height: usize,
    channels: usize,
    values: &[f32],
) -> Result<(), PictureError> {
    check_length(width, height, channels, values.len())?;
    match values.iter().position(|value| !(0.0..=1.0).contains(value)) {
        Some(index) => Err(PictureError::Value { index, value: values[index] }),
        None => Ok(()),
    }
}

/// Linear light of each byte: photos are bytes, and 36 million powers cost seconds in wasm.
static LINEAR_OF_BYTE: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|byte| decode_srgb(byte as f32 / 255.0)));

fn to_linear(gamma: f32) -> f32 {
    let byte = (gamma * 255.0).round();
    // Exact equality on purpose: only a value that *is* a byte may use its table entry.
    #[expect(clippy::float_cmp)]
    if byte / 255.0 == gamma { LINEAR_OF_BYTE[byte as usize] } else { decode_srgb(gamma) }
}

/// The sRGB decoding of IEC 61966-2-1, exact.
fn decode_srgb(gamma: f32) -> f32 {
    if gamma <= 0.04045 { gamma / 12.92 } else { ((gamma + 0.055) / 1.055).powf(2.4) }
}

/// The sRGB encoding of IEC 61966-2-1, exact, of light clamped to 0..1.
fn to_gamma(linear: f32) -> f32 {
    let linear = linear.clamp(0.0, 1.0);
    let gamma = if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    gamma.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_finds_its_table_entry_and_comes_back() {
        for byte in 0..=255_u8 {
            let value = f32::from(byte) / 255.0;
            assert_eq!(to_linear(value).to_bits(), decode_srgb(value).to_bits(), "byte {byte}");
            assert!((to_gamma(to_linear(value)) - value).abs() < 1e-6, "byte {byte}");
        }
    }

    #[test]
    fn the_curve_is_the_standard_one() {
        // IEC 61966-2-1: mid grey 0.5 is 21.4 % of the light; half the light is encoded as 0.735.
        assert!((decode_srgb(0.5) - 0.214_041).abs() < 1e-6);
        assert!((to_gamma(0.5) - 0.735_357).abs() < 1e-6);
        assert!((decode_srgb(0.04) - 0.04 / 12.92).abs() < 1e-9);
    }
}
