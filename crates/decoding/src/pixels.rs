//! Turns decoded pixels into the engine's values.

use image::{DynamicImage, metadata::Orientation};
use picture::{Picture, mask::Mask};

use crate::{colors::Colors, error::ReadError};

/// A picture over a white background, and its opacity if it has transparent pixels.
#[derive(Clone, Debug)]
pub struct Read {
    /// The picture, gamma-encoded sRGB.
    pub picture: Picture,
    /// The opacity of each pixel.
    pub opacity: Option<Mask>,
}

/// What a decoder gives.
pub struct Decoded {
    pub pixels: DynamicImage,
    pub orientation: Orientation,
    pub colors: Colors,
}

/// Turns the picture upright and its colours to sRGB, row by row, and lays it over white.
pub fn finish(decoded: Decoded) -> Result<Read, ReadError> {
    let Decoded { mut pixels, orientation, colors } = decoded;
    pixels.apply_orientation(orientation);
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let is_grey = !pixels.color().has_color();
    let has_alpha = pixels.color().has_alpha();
    let convert = colors.to_srgb(is_grey);
    let mut rgb = Vec::with_capacity(width * height * 3);
    let mut opacity = if has_alpha { Vec::with_capacity(width * height) } else { Vec::new() };
    for y in 0..height {
        let row = pixels.crop_imm(0, y as u32, width as u32, 1);
        let row = if is_grey {
            let row = row.into_luma_alpha16().into_raw();
            convert.greys(&row)
        } else {
            convert.colors(&row.into_rgba16().into_raw())
        };
        for [r, g, b, alpha] in row.as_chunks::<4>().0.iter().copied() {
            rgb.extend([r, g, b].map(|value| over_white(value, alpha)));
            if has_alpha {
                opacity.push(f32::from(alpha) / 65535.0);
            }
        }
    }
    let picture = Picture::new(width, height, rgb)?;
    let is_transparent = opacity.iter().any(|&alpha| alpha < 1.0);
    let opacity = is_transparent.then(|| Mask::new(width, height, opacity)).transpose()?;
    Ok(Read { picture, opacity })
}

/// A value over white, both gamma-encoded, as browsers blend. An opaque byte k, which is 257·k here, becomes exactly k / 255.
fn over_white(value: u16, alpha: u16) -> f32 {
    let sum = u64::from(value) * u64::from(alpha) + 65535 * u64::from(65535 - alpha);
    (sum as f64 / (65535.0 * 65535.0)) as f32
}
