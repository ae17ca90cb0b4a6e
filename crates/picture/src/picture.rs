//! Defines the picture that the engine works on: gamma-encoded sRGB values in 0..1.

use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{
    bleed::Bleed,
    channel::Channel,
    rect::Rect,
    resample::{encode, light_of},
    size::{Size, size_to_fit},
};

/// Gamma-encoded sRGB values in 0..1, RGB interleaved, rows top to bottom.
///
/// VGG-19 was trained on gamma-encoded values and must never get linear light. Linear light exists only inside
/// [`Picture::resize`].
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<f32>,
}

/// Why values do not make a [`Picture`].
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
    /// The number of values does not match the size.
    #[error("a picture of {width}×{height} pixels needs {expected} values, but {found} were given")]
    Length {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// The number of values that the size needs.
        expected: usize,
        /// The number of values given.
        found: usize,
    },
    /// A value is outside of 0..1 or NaN.
    #[error("value {value} at index {index} is not within 0..1: divide bytes by 255 and clamp first")]
    Value {
        /// Its index among the interleaved values.
        index: usize,
        /// The value.
        value: f32,
    },
}

impl Picture {
    /// The maximum number of pixels, 2^27. Their values take 1.6 GB, about the largest single allocation in a 32-bit
    /// address space (wasm).
    pub const MAX_PIXELS: usize = 1 << 27;

    /// Takes `width · height · 3` gamma-encoded sRGB values in 0..1, RGB interleaved, rows top to bottom.
    ///
    /// # Errors
    /// [`PictureError`] if a side is zero, there are more than [`Picture::MAX_PIXELS`] pixels, the number of values
    /// does not match, or a value is outside of 0..1 or NaN.
    pub fn new(width: usize, height: usize, rgb: Vec<f32>) -> Result<Self, PictureError> {
        check_values(width, height, 3, &rgb)?;
        Ok(Self { width, height, rgb })
    }

    /// As [`Self::new`], without checks: for values computed from other pictures.
    pub(crate) const fn from_checked(width: usize, height: usize, rgb: Vec<f32>) -> Self {
        Self { width, height, rgb }
    }

    /// Takes `width · height` RGBA pixels of 8 bits, alpha not premultiplied. Transparent pixels are blended with
    /// white, on gamma-encoded values as in browsers.
    ///
    /// # Errors
    /// [`PictureError`] if a side is zero, there are more than [`Picture::MAX_PIXELS`] pixels, or the number of bytes
    /// does not match.
    pub fn from_rgba8(width: usize, height: usize, rgba: &[u8]) -> Result<Self, PictureError> {
        Self::from_rgba(width, height, rgba)
    }

    /// As [`Self::from_rgba8`], with channels of 8 or 16 bits.
    ///
    /// # Errors
    /// As [`Self::from_rgba8`].
    pub fn from_rgba<C: Channel>(width: usize, height: usize, rgba: &[C]) -> Result<Self, PictureError> {
        check_length(width, height, 4, rgba.len())?;
        let mut rgb = Vec::with_capacity(width * height * 3);
        for &[r, g, b, alpha] in rgba.as_chunks().0 {
            rgb.extend([r, g, b].map(|value| value.over_white(alpha)));
        }
        Ok(Self { width, height, rgb })
    }

    /// Uniform noise in 0..1; the same `seed` gives the same noise on every machine. A side of 0 counts as 1.
    ///
    /// # Panics
    /// If there are more than [`Picture::MAX_PIXELS`] pixels.
    pub fn noise(width: usize, height: usize, seed: u64) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        assert_size(width, height);
        let mut source = StdRng::seed_from_u64(seed);
        Self { width, height, rgb: (0..width * height * 3).map(|_| source.random()).collect() }
    }

    /// The mean of two pictures of the same size.
    ///
    /// # Panics
    /// If the sizes differ.
    #[must_use]
    pub fn mixed(&self, other: &Self) -> Self {
        assert_eq!(self.size(), other.size(), "two pictures of one size");
        let rgb = self.rgb.iter().zip(&other.rgb).map(|(one, other)| f32::midpoint(*one, *other)).collect();
        Self { rgb, ..*self }
    }

    /// The part of the picture inside `rect`, in pixels.
    ///
    /// # Panics
    /// If the rectangle reaches beyond the picture.
    #[must_use]
    pub fn crop(&self, rect: Rect) -> Self {
        let rows = rect.rows(self.width).flat_map(|row| &self.rgb[3 * row.start..3 * row.end]);
        Self { width: rect.width, height: rect.height, rgb: rows.copied().collect() }
    }

    /// The picture with a bleed.
    #[must_use]
    pub fn extended(&self, bleed: Bleed) -> Self {
        let (width, height) = bleed.around(self.size());
        let pixels = bleed.extended(self.rgb.as_chunks::<3>().0, self.size());
        Self { width, height, rgb: pixels.into_flattened() }
    }

    /// The picture turned clockwise by a quarter.
    #[must_use]
    pub fn turned(&self) -> Self {
        let pixels = self.rgb.as_chunks::<3>().0;
        let columns = (0..self.width).map(|x| pixels[x..].iter().step_by(self.width).rev());
        Self { width: self.height, height: self.width, rgb: columns.flatten().flatten().copied().collect() }
    }

    /// The pixels as RGBA of 8 bits, alpha 255, rounded to the nearest value.
    pub fn to_rgba8(&self) -> Vec<u8> {
        self.to_rgba()
    }

    /// As [`Self::to_rgba8`], with channels of 8 or 16 bits.
    pub fn to_rgba<C: Channel>(&self) -> Vec<C> {
        let mut rgba = Vec::with_capacity(self.width * self.height * 4);
        for pixel in self.rgb.as_chunks::<3>().0 {
            rgba.extend(pixel.map(|value| C::nearest(value * C::SCALE)));
            rgba.push(C::MOST);
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

    /// `width · height · 3` gamma-encoded sRGB values in 0..1, RGB interleaved, rows top to bottom.
    pub fn rgb(&self) -> &[f32] {
        &self.rgb
    }

    /// As [`Self::rgb`], with a zero after each pixel: `width · height · 4` values, the layout of the kernels.
    pub fn rgb0(&self) -> Vec<f32> {
        self.rgb.as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| [r, g, b, 0.0]).collect()
    }

    /// The picture resized to `width` × `height` pixels (0 counts as 1), filtered in linear light: Lanczos3 to
    /// shrink, Catmull-Rom to enlarge. With the size unchanged the values are the same.
    ///
    /// # Panics
    /// If there are more than [`Picture::MAX_PIXELS`] pixels. Sizes from [`size_to_fit`] never have.
    #[must_use]
    pub fn resize(&self, width: usize, height: usize) -> Self {
        self.resize_by(width, height, |to| encode(&light_of(&self.rgb), self.size(), to))
    }

    /// As [`Self::resize`], where `resampled` gives the values for another size.
    pub(crate) fn resize_by(
        &self,
        width: usize,
        height: usize,
        resampled: impl FnOnce((usize, usize)) -> Vec<f32>,
    ) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        assert_size(width, height);
        Self { width, height, rgb: resampled((width, height)) }
    }

    /// The picture resized to `size`. The aspect ratio is kept, and nothing is enlarged.
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

/// Checks that there are `channels` values for each pixel, all within 0..1.
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
