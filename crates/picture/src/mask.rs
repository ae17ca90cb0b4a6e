//! Defines masks: a weight for each pixel of a picture, and what is derived from it.

use crate::{
    bleed::Bleed,
    channel::Channel,
    grey::luma,
    picture::{Picture, PictureError, check_values},
    rect::{Rect, Remainder},
    resample::{Filter, resample},
};

/// A weight from 0 (not at all) to 1 (fully) for each pixel, rows top to bottom.
#[derive(Clone, Debug, PartialEq)]
pub struct Mask {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Mask {
    /// Takes `width · height` weights in 0..1, rows top to bottom.
    ///
    /// # Errors
    /// [`PictureError`] where a side is zero, the number of weights does not match, or one is out of range.
    pub fn new(width: usize, height: usize, values: Vec<f32>) -> Result<Self, PictureError> {
        check_values(width, height, 1, &values)?;
        Ok(Self { width, height, values })
    }

    /// The luma of a picture as weights: 1 for white, 0 for black.
    pub fn of(picture: &Picture) -> Self {
        let pixels = picture.rgb().as_chunks::<3>().0.iter();
        let values = pixels.map(|&pixel| luma(pixel).clamp(0.0, 1.0)).collect();
        Self { width: picture.width(), height: picture.height(), values }
    }

    /// The alpha channel of `width · height` RGBA8 pixels as weights; `None` if all of them are opaque.
    pub fn opacity(width: usize, height: usize, rgba: &[u8]) -> Option<Self> {
        let pixels = rgba.as_chunks::<4>().0;
        if pixels.len() != width * height || pixels.iter().all(|pixel| pixel[3] == 255) {
            return None;
        }
        let values = pixels.iter().map(|pixel| f32::from(pixel[3]) / 255.0).collect();
        Some(Self { width, height, values })
    }

    /// Width and height in pixels.
    pub const fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// The weights: `width · height`, rows top to bottom.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The mask resized to `width` × `height` pixels, both at least 1: box filter to shrink, bilinear to enlarge.
    #[must_use]
    pub fn resize(&self, width: usize, height: usize) -> Self {
        if (width, height) == self.size() {
            return self.clone();
        }
        let shrinks = width * height < self.width * self.height;
        // The resampler works on pixels of four values. One for a single value would be more code for the page to
        // load.
        let fours: Vec<f32> = self.values.iter().flat_map(|&value| [value, 0.0, 0.0, 0.0]).collect();
        let filter = if shrinks { Filter::Mean } else { Filter::Bilinear };
        let scaled = resample(&fours, self.size(), (width, height), filter);
        let values = scaled.as_chunks::<4>().0.iter().map(|pixel| pixel[0].clamp(0.0, 1.0)).collect();
        Self { width, height, values }
    }

    /// The part of the mask in `rect`, which lies within it.
    #[must_use]
    pub fn crop(&self, rect: Rect) -> Self {
        Self { width: rect.width, height: rect.height, values: inside(rect, &self.values, self.width) }
    }

    /// The mask turned clockwise by a quarter, as by [`Picture::turned`].
    #[must_use]
    pub fn turned(&self) -> Self {
        let columns = (0..self.width).map(|x| self.values[x..].iter().step_by(self.width).rev());
        Self { width: self.height, height: self.width, values: columns.flatten().copied().collect() }
    }

    /// The mask with a bleed.
    #[must_use]
    pub fn extended(&self, bleed: Bleed) -> Self {
        let (width, height) = bleed.around(self.size());
        Self { width, height, values: bleed.extended(&self.values, self.size()) }
    }

    /// One minus each weight.
    #[must_use]
    pub fn inverted(&self) -> Self {
        Self { values: self.values.iter().map(|value| 1.0 - value).collect(), ..*self }
    }

    /// The product of two masks of the same size.
    ///
    /// # Panics
    /// If the sizes differ.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        assert_eq!(self.size(), other.size(), "two masks of one size");
        let values = self.values.iter().zip(&other.values).map(|(one, other)| one * other).collect();
        Self { values, ..*self }
    }

    /// `weight · one + (1 − weight) · other` for each pixel; all three have the same size.
    ///
    /// # Panics
    /// If the sizes differ.
    #[must_use]
    pub fn blend(&self, one: &Picture, other: &Picture) -> Picture {
        assert!(one.size() == other.size() && one.size() == self.size(), "pictures and mask of one size");
        let weights = self.values.iter().flat_map(|&weight| [weight; 3]);
        let rgb = one.rgb().iter().zip(other.rgb()).zip(weights);
        let rgb = rgb.map(|((one, other), weight)| weight * one + (1.0 - weight) * other).collect();
        Picture::from_checked(self.width, self.height, rgb)
    }

    /// The mean weight, 0..1: the share of the picture that the mask covers.
    pub fn share(&self) -> f32 {
        let sum: f64 = self.values.iter().map(|&value| f64::from(value)).sum();
        (sum / self.values.len() as f64) as f32
    }

    /// 1 where the weight is above 0, else 0.
    #[must_use]
    pub fn touched(&self) -> Self {
        Self { values: self.values.iter().map(|&value| f32::from(value > 0.0)).collect(), ..*self }
    }

    /// The weights for the features after `poolings` 2×2 poolings. Each is the mean over the pixels of a feature; all
    /// are scaled so that the sum of their squares is the number of features. `None` if the mask covers less than a
    /// hundredth of one feature.
    ///
    /// With this scale, a Gram matrix of weighted features, divided by the number of all features, is that of the
    /// features inside the mask, divided by *their* number (Gatys et al. 2017, "Controlling Perceptual Factors in
    /// Neural Style Transfer", eq. 4).
    pub fn guide(&self, poolings: usize, remainder: Remainder) -> Option<Guide> {
        let mut guide = self.means(poolings, remainder, |value| value);
        let squares: f64 = guide.values.iter().map(|&value| f64::from(value).powi(2)).sum();
        // Less than a hundredth of one feature: too little for style statistics.
        if squares < 1e-4 {
            return None;
        }
        let scale = (guide.values.len() as f64 / squares).sqrt() as f32;
        for value in &mut guide.values {
            *value *= scale;
        }
        Some(guide)
    }

    /// A weight for each feature after `poolings` 2×2 poolings: the mean of `of` over its pixels.
    pub fn means(&self, poolings: usize, remainder: Remainder, of: impl Fn(f32) -> f32) -> Guide {
        let Rect { width, height, .. } = Rect::whole(self.size()).behind(poolings, remainder);
        let side = 1 << poolings;
        let pixels = |at: usize, length: usize| at * side..((at + 1) * side).min(length);
        let mean = |(x, y)| {
            let (x, y) = (pixels(x, self.width), pixels(y, self.height));
            let rect = Rect { x: x.start, y: y.start, width: x.len(), height: y.len() };
            let sum: f32 =
                rect.rows(self.width).flat_map(|row| &self.values[row]).map(|&value| of(value)).sum();
            sum / rect.pixels() as f32
        };
        let values = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(mean).collect();
        Guide { width, height, values }
    }
}

/// A weight for each feature of a layer ([`Mask::guide`], [`Mask::means`]).
#[derive(Clone, Debug, PartialEq)]
pub struct Guide {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Guide {
    /// `[height, width]`, in features.
    pub const fn shape(&self) -> [usize; 2] {
        [self.height, self.width]
    }

    /// One weight for each feature, rows top to bottom.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The weights inside `rect`, which is in features.
    #[must_use]
    pub fn cropped(&self, rect: Rect) -> Self {
        Self { width: rect.width, height: rect.height, values: inside(rect, &self.values, self.width) }
    }
}

/// The values inside `rect`, of rows of `width` values.
fn inside(rect: Rect, values: &[f32], width: usize) -> Vec<f32> {
    rect.rows(width).flat_map(|row| &values[row]).copied().collect()
}

/// Blends a picture, RGBA of 8 or 16 bits, with the photo: the picture where the mask is 1, the photo where it is 0. All three have
/// the same size.
pub fn lay_over<C: Channel>(rgba: &mut [C], photo: &Picture, mask: &Mask) {
    let photo = photo.rgb().as_chunks::<3>().0;
    for ((pixel, photo), weight) in rgba.as_chunks_mut::<4>().0.iter_mut().zip(photo).zip(mask.values()) {
        for (channel, photo) in pixel.iter_mut().zip(photo) {
            *channel = C::nearest(weight * channel.number() + (1.0 - weight) * photo * C::SCALE);
        }
    }
}

/// Sets the alpha channel of a picture, RGBA of 8 or 16 bits, to `opacity`. Changes the colours so that the picture blended with
/// white stays the same. Both have the same size.
pub fn cut_out<C: Channel>(rgba: &mut [C], opacity: &Mask) {
    for (pixel, &opacity) in rgba.as_chunks_mut::<4>().0.iter_mut().zip(opacity.values()) {
        let white = C::SCALE * (1.0 - opacity);
        for channel in &mut pixel[..3] {
            *channel = C::nearest(((channel.number() - white) / opacity.max(1e-3)).clamp(0.0, C::SCALE));
        }
        pixel[3] = C::nearest(opacity * C::SCALE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_half(width: usize, height: usize) -> Mask {
        let values = (0..width * height).map(|at| f32::from(at % width < width / 2)).collect();
        Mask::new(width, height, values).unwrap()
    }

    #[test]
    fn only_weights_within_range_and_as_many_as_pixels_make_a_mask() {
        assert!(matches!(Mask::new(0, 3, vec![]), Err(PictureError::Empty { .. })));
        assert!(matches!(Mask::new(2, 2, vec![0.5; 3]), Err(PictureError::Length { .. })));
        assert!(matches!(Mask::new(2, 1, vec![0.5, f32::NAN]), Err(PictureError::Value { index: 1, .. })));
    }

    #[test]
    fn a_guide_has_the_power_of_one_for_each_feature() {
        for poolings in 0..5 {
            for remainder in [Remainder::Kept, Remainder::Dropped] {
                let guide = left_half(67, 35).guide(poolings, remainder).unwrap();
                assert_eq!(guide.shape(), [35, 67].map(|side| remainder.behind(side, poolings)));
                let squares: f32 = guide.values().iter().map(|value| value * value).sum();
                assert!((squares / guide.values().len() as f32 - 1.0).abs() < 1e-4, "{squares}");
            }
        }
        assert_eq!(Mask::new(4, 4, vec![0.0; 16]).unwrap().guide(1, Remainder::Kept), None);
        let one = left_half(8, 8).guide(4, Remainder::Kept).unwrap();
        assert_eq!((one.shape(), one.values()), ([1, 1], &[1.0][..]), "what is left over is a feature, too");
    }

    #[test]
    fn a_mask_is_cropped_and_turned_as_a_picture() {
        let picture = Picture::noise(7, 5, 3);
        let mask = Mask::of(&picture);
        assert_eq!(mask.turned(), Mask::of(&picture.turned()));
        let rect = Rect { x: 2, y: 1, width: 4, height: 3 };
        assert_eq!(mask.crop(rect), Mask::of(&picture.crop(rect)));
    }

    #[test]
    fn means_are_those_of_the_pixels_of_each_feature() {
        let values = (0..15).map(|at| at as f32 / 15.0).collect();
        let means = Mask::new(5, 3, values).unwrap().means(1, Remainder::Kept, |value| 15.0 * value + 1.0);
        assert_eq!(means.shape(), [2, 3]);
        let due = [4.0, 6.0, 7.5, 11.5, 13.5, 15.0];
        assert!(means.values().iter().zip(due).all(|(mean, due)| (mean - due).abs() < 1e-5), "{means:?}");
    }

    #[test]
    fn halves_stay_halves_at_any_size() {
        let mask = left_half(64, 10);
        assert!((mask.share() - 0.5).abs() < 1e-6);
        for size in [(32, 5), (128, 40), (64, 10)] {
            let scaled = mask.resize(size.0, size.1);
            assert_eq!(scaled.size(), size);
            assert!((scaled.share() - 0.5).abs() < 0.01, "{size:?}");
            assert_eq!((scaled.values()[0], scaled.values()[size.0 - 1]), (1.0, 0.0));
        }
        assert!(mask.and(&mask.inverted()).share() < 1e-6);
    }

    #[test]
    fn what_is_cut_out_looks_the_same_over_white() {
        let opacity = Mask::new(3, 1, vec![1.0, 0.5, 0.0]).unwrap();
        let painted = [10, 20, 30, 255, 200, 180, 255, 255, 255, 255, 255, 255];
        let mut rgba = painted;
        cut_out(&mut rgba, &opacity);
        assert_eq!([rgba[3], rgba[7], rgba[11]], [255, 128, 0]);
        let over_white = Picture::from_rgba8(3, 1, &rgba).unwrap().to_rgba8();
        assert!(
            over_white.iter().zip(painted).all(|(found, due)| found.abs_diff(due) <= 1),
            "{over_white:?}"
        );
        assert!(Mask::opacity(3, 1, &rgba).unwrap().values()[2] < 1e-6);
        assert_eq!(Mask::opacity(3, 1, &painted), None);
    }

    #[test]
    fn where_the_mask_does_not_apply_the_photo_is_seen() {
        let photo = Picture::new(2, 1, vec![0.2; 6]).unwrap();
        let mut rgba = [200_u8, 200, 200, 255, 200, 200, 200, 255];
        lay_over(&mut rgba, &photo, &Mask::new(2, 1, vec![1.0, 0.0]).unwrap());
        assert_eq!(rgba, [200, 200, 200, 255, 51, 51, 51, 255]);
    }
}
