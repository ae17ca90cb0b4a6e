//! Converts colours to sRGB, with the crate `moxcms`.

use std::{io::Cursor, sync::Arc};

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, Layout,
    MatrixCoefficients, ToneReprCurve, TransferCharacteristics, TransformExecutor, TransformOptions, XyY,
};
use png::SourceChromaticities;

use crate::{error::ReadError, kind::FileKind};

/// What the values of a file mean.
pub enum Colors {
    /// They are sRGB.
    Srgb,
    /// A profile says it.
    Profile(Box<ColorProfile>),
}

/// The colours of an ICC profile; one that cannot be read counts as sRGB, as in browsers.
pub fn of_icc(profile: &[u8]) -> Colors {
    ColorProfile::new_from_slice(profile).map_or(Colors::Srgb, |profile| Colors::Profile(Box::new(profile)))
}

/// The colours of a PNG. Of several statements the first counts: `cICP`, `iCCP`, `sRGB`, `gAMA` with `cHRM` (PNG, third edition,
/// 4.3).
///
/// # Errors
/// If the header is damaged, or the picture is HDR.
pub fn of_png(bytes: &[u8]) -> Result<Colors, ReadError> {
    let damaged = |error: png::DecodingError| ReadError::damaged(FileKind::Png, &error);
    let reader = png::Decoder::new(Cursor::new(bytes)).read_info().map_err(damaged)?;
    let info = reader.info();
    if let Some(points) = info.coding_independent_code_points {
        return of_code_points(points.color_primaries, points.transfer_function);
    }
    if let Some(profile) = &info.icc_profile {
        return Ok(of_icc(profile));
    }
    match info.gama_chunk {
        Some(gamma) if info.srgb.is_none() && gamma.into_scaled() > 0 => {
            Ok(of_gamma(f64::from(gamma.into_scaled()) / 100_000.0, info.chrm_chunk))
        }
        _ => Ok(Colors::Srgb),
    }
}

/// The colours of code points of ITU-T H.273.
fn of_code_points(primaries: u8, transfer: u8) -> Result<Colors, ReadError> {
    match transfer {
        16 => return Err(ReadError::Hdr("PQ")),
        18 => return Err(ReadError::Hdr("HLG")),
        _ => {}
    }
    let known =
        CicpColorPrimaries::try_from(primaries).ok().zip(TransferCharacteristics::try_from(transfer).ok());
    let Some((color_primaries, transfer_characteristics)) = known else { return Ok(Colors::Srgb) };
    let profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries,
        transfer_characteristics,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    Ok(if profile.is_matrix_shaper() { Colors::Profile(Box::new(profile)) } else { Colors::Srgb })
}

/// The exponent that programs write for sRGB, and its tolerance.
const SRGB_GAMMA: (f64, f64) = (0.454_55, 0.005);

/// The colours of values that are `light ^ gamma`.
fn of_gamma(gamma: f64, chromaticities: Option<SourceChromaticities>) -> Colors {
    let mut profile = ColorProfile::new_srgb();
    // Most files with this exponent mean the curve of sRGB, and libpng takes them for it.
    if (gamma - SRGB_GAMMA.0).abs() > SRGB_GAMMA.1 {
        let curve = ToneReprCurve::Parametric(vec![1.0 / gamma as f32]);
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
        profile.cicp = None;
    }
    if let Some(SourceChromaticities { white, red, green, blue }) = chromaticities {
        let point =
            |(x, y): (png::ScaledFloat, png::ScaledFloat)| Chromaticity::new(x.into_value(), y.into_value());
        let white = point(white);
        if white.y > 0.0 {
            let white = XyY { x: f64::from(white.x), y: f64::from(white.y), yb: 1.0 };
            let primaries = ColorPrimaries { red: point(red), green: point(green), blue: point(blue) };
            profile.update_rgb_colorimetry(white, primaries);
        }
    }
    Colors::Profile(Box::new(profile))
}

/// Converts pixels of 16 bits.
type Executor = Arc<dyn TransformExecutor<u16> + Send + Sync>;

/// Converts rows to sRGB.
pub enum Conversion {
    /// Nothing is to be done.
    None,
    /// From grey values.
    Greys(Executor),
    /// From red, green and blue.
    Colors(Executor),
}

impl Colors {
    /// The conversion for grey pixels or for coloured ones. A profile of another kind of pixels counts as sRGB; but for grey pixels
    /// it may be one of colours.
    pub fn to_srgb(&self, is_grey: bool) -> Conversion {
        let Self::Profile(profile) = self else { return Conversion::None };
        let converted = match profile.color_space {
            DataColorSpace::Gray if is_grey => executor(profile, Layout::Gray).map(Conversion::Greys),
            DataColorSpace::Rgb => executor(profile, Layout::Rgb).map(Conversion::Colors),
            _ => None,
        };
        converted.filter(|converted| !converted.changes_nothing()).unwrap_or(Conversion::None)
    }

    /// Inks (cyan, magenta, yellow and black, 0 for none) as sRGB of 16 bits. Without a profile of inks each takes away its part of
    /// the light.
    pub fn inks_to_srgb(&self, inks: &[u8]) -> Vec<u16> {
        let wide = |byte: u8| u16::from(byte) * 257;
        let executor = match self {
            Self::Profile(profile) if profile.color_space == DataColorSpace::Cmyk => {
                executor(profile, Layout::Rgba)
            }
            _ => None,
        };
        if let Some(executor) = executor {
            let inks: Vec<u16> = inks.iter().copied().map(wide).collect();
            let mut rgb = vec![0; inks.len() / 4 * 3];
            if executor.transform(&inks, &mut rgb).is_ok() {
                return rgb;
            }
        }
        let light = |ink: u8, black: u8| {
            let rest = u32::from(255 - ink) * u32::from(255 - black);
            (rest * 257 / 255) as u16
        };
        inks.as_chunks::<4>().0.iter().flat_map(|&[c, m, y, k]| [c, m, y].map(|ink| light(ink, k))).collect()
    }
}

fn executor(profile: &ColorProfile, layout: Layout) -> Option<Executor> {
    let options = TransformOptions { prefer_fixed_point: false, ..TransformOptions::default() };
    profile.create_transform_16bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, options).ok()
}

impl Conversion {
    /// Grey values and opacities as red, green, blue and opacity.
    pub fn greys(&self, row: &[u16]) -> Vec<u16> {
        let pixels = row.as_chunks::<2>().0;
        let Self::Greys(executor) = self else {
            let row: Vec<u16> = pixels.iter().flat_map(|&[grey, alpha]| [grey, grey, grey, alpha]).collect();
            return self.colors(&row);
        };
        let greys: Vec<u16> = pixels.iter().map(|pixel| pixel[0]).collect();
        let mut rgb = vec![0; greys.len() * 3];
        if executor.transform(&greys, &mut rgb).is_err() {
            return Self::None.greys(row);
        }
        with_alpha(&rgb, pixels.iter().map(|pixel| pixel[1]))
    }

    /// Red, green, blue and opacity, in sRGB.
    pub fn colors(&self, row: &[u16]) -> Vec<u16> {
        let Self::Colors(executor) = self else { return row.to_vec() };
        let pixels = row.as_chunks::<4>().0;
        let source: Vec<u16> = pixels.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect();
        let mut rgb = vec![0; source.len()];
        if executor.transform(&source, &mut rgb).is_err() {
            return row.to_vec();
        }
        with_alpha(&rgb, pixels.iter().map(|pixel| pixel[3]))
    }

    /// Whether it changes no value by half a step of 8 bits: many files say at length that they are sRGB.
    fn changes_nothing(&self) -> bool {
        let levels = [0, 9, 24, 60, 128, 200, 255].map(|level| level * 257);
        let (executor, samples): (_, Vec<u16>) = match self {
            Self::None => return true,
            Self::Greys(executor) => (executor, levels.to_vec()),
            Self::Colors(executor) => {
                let pairs = levels.into_iter().flat_map(|one| levels.map(|other| (one, other)));
                (executor, pairs.flat_map(|(r, g)| levels.map(|b| [r, g, b])).flatten().collect())
            }
        };
        let each = if matches!(self, Self::Greys(_)) { 3 } else { 1 };
        let mut converted = vec![0; samples.len() * each];
        let wanted = samples.iter().flat_map(|sample| std::iter::repeat_n(*sample, each));
        executor.transform(&samples, &mut converted).is_ok()
            && converted.iter().zip(wanted).all(|(one, other)| one.abs_diff(other) < 128)
    }
}

fn with_alpha(rgb: &[u16], alpha: impl Iterator<Item = u16>) -> Vec<u16> {
    rgb.as_chunks::<3>().0.iter().zip(alpha).flat_map(|(&[r, g, b], alpha)| [r, g, b, alpha]).collect()
}
