//! Defines the luma of colours, and pictures in grey.

use crate::picture::Picture;

/// The luma of BT.601, 0..1, of a gamma-encoded colour.
pub fn luma([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

/// The picture in grey: each channel is the luma.
#[must_use]
pub fn grey(picture: &Picture) -> Picture {
    let rgb = picture.rgb().as_chunks::<3>().0.iter().flat_map(|&pixel| [luma(pixel).clamp(0.0, 1.0); 3]);
    Picture::from_checked(picture.width(), picture.height(), rgb.collect())
}

/// Whether no channel of any pixel is more than 1/255 away from its luma, as in a grey picture after JPEG.
pub fn is_grey(picture: &Picture) -> bool {
    let mut pixels = picture.rgb().as_chunks::<3>().0.iter();
    pixels.all(|&pixel| pixel.iter().all(|value| (value - luma(pixel)).abs() <= 1.01 / 255.0))
}
