//! Smooths the colours of a picture along its light.
//!
//! The optimisation leaves specks of green and magenta, and where the photo's colours are kept they end elsewhere than the
//! painted light. A bilateral filter of the chroma, guided by the light, removes the specks and moves colours to the edges of
//! strokes (Kolkin et al. 2022, "Neural Neighbor Style Transfer", has five passes of it after its change of colours).

use crate::{channel::Channel, grey::luma};

/// The weight of a neighbour is exp(−`STEEPNESS` · difference of luma in 0..1).
const STEEPNESS: f32 = 10.0;

/// Smooths the colours of a picture, RGBA of 8 or 16 bits and of this width in pixels, by so many passes of a filter of 3×3 pixels;
/// the luma of each pixel and its alpha stay.
pub fn smooth<C: Channel>(rgba: &mut [C], width: usize, passes: u32) {
    if passes == 0 {
        return;
    }
    let pixels = rgba.as_chunks_mut::<4>().0;
    let light: Vec<f32> = pixels.iter().map(|&[r, g, b, _]| luma([r, g, b].map(C::number))).collect();
    // The weights of neighbours need no more than 8 bits.
    let guide: Vec<u8> = light.iter().map(|light| (light * (255.0 / C::SCALE)).round() as u8).collect();
    // Blue and red minus luma; that of green follows.
    let mut chroma: Vec<[f32; 2]> = pixels
        .iter()
        .zip(&light)
        .map(|(&[r, _, b, _], light)| [b.number() - light, r.number() - light])
        .collect();
    let weights: [f32; 256] =
        std::array::from_fn(|difference| (-STEEPNESS * difference as f32 / 255.0).exp());
    for _ in 0..passes {
        chroma = filtered(&chroma, &guide, width, &weights);
    }
    for ((pixel, light), [blue, red]) in pixels.iter_mut().zip(light).zip(chroma) {
        let green = -(0.299 * red + 0.114 * blue) / 0.587;
        for (channel, chroma) in pixel.iter_mut().zip([red, green, blue]) {
            *channel = C::nearest((light + chroma).clamp(0.0, C::SCALE));
        }
    }
}

/// One pass: the mean of 3×3 pixels, each weighed by how near its light is to that of the middle.
fn filtered(chroma: &[[f32; 2]], guide: &[u8], width: usize, weights: &[f32; 256]) -> Vec<[f32; 2]> {
    let height = guide.len() / width;
    let around = |at: usize, length: usize| at.saturating_sub(1)..(at + 2).min(length);
    let mut out = Vec::with_capacity(chroma.len());
    for y in 0..height {
        for x in 0..width {
            let middle = guide[y * width + x];
            let (mut blue, mut red, mut total) = (0.0, 0.0, 0.0);
            for y in around(y, height) {
                for at in around(x, width).map(|x| y * width + x) {
                    let weight = weights[usize::from(middle.abs_diff(guide[at]))];
                    blue += weight * chroma[at][0];
                    red += weight * chroma[at][1];
                    total += weight;
                }
            }
            out.push([blue / total, red / total]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Picture;

    const WIDTH: usize = 24;

    /// Black on the left, white on the right, with colours that are a function of the position.
    fn edge(chroma: impl Fn(usize) -> f32) -> Vec<u8> {
        let pixel = |x: usize| {
            let light = if x < WIDTH / 2 { 50.0 } else { 200.0 };
            let red = chroma(x);
            let green = -0.299 * red / 0.587;
            [light + red, light + green, light, 128.0].map(|value| value.round() as u8)
        };
        (0..WIDTH * 9).flat_map(|at| pixel(at % WIDTH)).collect()
    }

    fn red(rgba: &[u8], x: usize) -> f32 {
        let pixel = rgba.as_chunks::<4>().0[4 * WIDTH + x];
        f32::from(pixel[0]) - luma([pixel[0], pixel[1], pixel[2]].map(f32::from))
    }

    #[test]
    fn speckle_goes_and_light_stays() {
        let before = edge(|x| if x % 2 == 0 { 30.0 } else { 0.0 });
        let mut after = before.clone();
        smooth(&mut after, WIDTH, 5);
        for x in 2..WIDTH / 2 - 2 {
            assert!((red(&after, x) - 15.0).abs() < 3.0, "{} at {x}", red(&after, x));
        }
        for (before, after) in before.as_chunks::<4>().0.iter().zip(after.as_chunks::<4>().0) {
            let light = |&[r, g, b, _]: &[u8; 4]| luma([r, g, b].map(f32::from));
            assert!((light(before) - light(after)).abs() < 1.0);
            assert_eq!(before[3], after[3]);
        }
    }

    #[test]
    fn without_a_pass_nothing_changes() {
        let before = Picture::noise(WIDTH, 9, 1).to_rgba8();
        let mut after = before.clone();
        smooth(&mut after, WIDTH, 0);
        assert_eq!(after, before);
        smooth(&mut after, WIDTH, 1);
        assert_ne!(after, before);
    }

    #[test]
    fn colours_end_where_the_light_does() {
        // Red ends three pixels beyond the edge of the light: it is drawn back towards it.
        let mut off = edge(|x| if x < WIDTH / 2 + 2 { 40.0 } else { 0.0 });
        let before = [red(&off, WIDTH / 2 - 1), red(&off, WIDTH / 2 + 1)];
        smooth(&mut off, WIDTH, 5);
        let after = [red(&off, WIDTH / 2 - 1), red(&off, WIDTH / 2 + 1)];
        assert!(after[0] > before[0] - 4.0 && after[1] < 0.6 * before[1], "{after:?} after {before:?}");
        // Where both end at the same place nothing changes.
        let exact = edge(|x| if x < WIDTH / 2 { 40.0 } else { 0.0 });
        let mut same = exact.clone();
        smooth(&mut same, WIDTH, 5);
        for x in 0..WIDTH {
            assert!((red(&same, x) - red(&exact, x)).abs() < 4.0, "at {x}");
        }
    }
}
