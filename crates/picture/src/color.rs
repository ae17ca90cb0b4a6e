//! Defines how a result keeps the colours of the photo (Gatys et al. 2016, "Preserving Color in Neural Artistic Style
//! Transfer").

use crate::{
    channel::Channel,
    grey::{grey, luma},
    mask::Mask,
    picture::Picture,
};

/// A linear map of RGB values, row by row, or a covariance matrix of them.
type Matrix = [[f64; 3]; 3];

/// The least variance of a painting along any direction of RGB: (4/255)². Where a painting varies less, as the hue of a
/// sepia print does, what is there is mostly noise and blocks of JPEG, and must not be spread to the photo's hues.
const LEAST_VARIANCE: f64 = (4.0 / 255.0) * (4.0 / 255.0);

/// A picture, and a mask of its size that weighs its pixels: those that are transparent or not painted are no part of
/// its palette. `None`, or a mask that is 0 everywhere: all pixels count alike.
pub type Seen<'a> = (&'a Picture, Option<&'a Mask>);

/// The painting with the mean and the covariance of the photo's RGB values, of the size of the painting.
///
/// Of all linear maps with this property it is the one that changes colours least (Pitié and Kokaram 2007, "The
/// linear Monge-Kantorovitch linear colour mapping"). Departure: along directions in which the painting hardly varies,
/// the result varies less than the photo. Values outside of 0..1 are clamped.
///
/// # Panics
/// If a mask has another size than its picture.
#[must_use]
pub fn matched((painting, visible): Seen, photo: Seen) -> Picture {
    let (from_mean, from) = moments((painting, visible));
    let from = with_eigenvalues(&from, |variance| variance.max(LEAST_VARIANCE));
    let (to_mean, to) = moments(photo);
    // T = A^(−½) (A^½ B A^½)^½ A^(−½)
    let half = with_eigenvalues(&from, f64::sqrt);
    let inverse_half = with_eigenvalues(&from, |variance| 1.0 / variance.sqrt());
    let middle = with_eigenvalues(&product(&product(&half, &to), &half), f64::sqrt);
    let map = product(&product(&inverse_half, &middle), &inverse_half);
    let rgb = painting.rgb().as_chunks::<3>().0.iter().flat_map(|pixel| {
        let away: [f64; 3] = std::array::from_fn(|c| f64::from(pixel[c]) - from_mean[c]);
        std::array::from_fn::<_, 3, _>(|c| {
            let value = to_mean[c] + (0..3).map(|k| map[c][k] * away[k]).sum::<f64>();
            value.clamp(0.0, 1.0) as f32
        })
    });
    Picture::from_checked(painting.width(), painting.height(), rgb.collect())
}

/// The painting in grey, with the mean and the standard deviation of the photo's luma (Gatys et al. 2016, section 5: L' =
/// σc/σs·(L − μs) + μc).
///
/// # Panics
/// If a mask has another size than its picture.
#[must_use]
pub fn matched_light((painting, of_painting): Seen, (photo, of_photo): Seen) -> Picture {
    let (painting, photo) = (grey(painting), grey(photo));
    let (from_mean, from) = moments((&painting, of_painting));
    let (to_mean, to) = moments((&photo, of_photo));
    let gain = (to[0][0] / from[0][0].max(LEAST_VARIANCE)).sqrt();
    let rgb = painting
        .rgb()
        .iter()
        .map(|&light| (to_mean[0] + gain * (f64::from(light) - from_mean[0])).clamp(0.0, 1.0) as f32);
    Picture::from_checked(painting.width(), painting.height(), rgb.collect())
}

/// Replaces the colours of a picture by those of the photo and keeps its luma. `rgba` is RGBA of 8 or 16 bits,
/// `H · W · 4` values; the photo must have the same size.
pub fn keep<C: Channel>(rgba: &mut [C], photo: &Picture) {
    tint(rgba, photo, 1.0);
}

/// As [`keep`], by an `amount` from 0 (unchanged) to 1 (the colours of the photo).
///
/// The chroma of BT.601 is the difference of a channel and the luma. So adding the same value to all three channels
/// of the photo changes its luma only.
pub fn tint<C: Channel>(rgba: &mut [C], photo: &Picture, amount: f32) {
    for (pixel, &photo) in rgba.as_chunks_mut::<4>().0.iter_mut().zip(photo.rgb().as_chunks::<3>().0) {
        let painted = [pixel[0], pixel[1], pixel[2]].map(|value| value.number() / C::SCALE);
        let lighter = luma(painted) - luma(photo);
        for ((channel, value), painted) in pixel.iter_mut().zip(photo).zip(painted) {
            let value = (1.0 - amount) * painted + amount * (value + lighter).clamp(0.0, 1.0);
            *channel = C::nearest(value * C::SCALE);
        }
    }
}

/// Mean and covariance of the RGB values of a picture.
fn moments((picture, visible): Seen) -> ([f64; 3], Matrix) {
    let visible = visible.filter(|mask| mask.share() > 0.0);
    assert!(visible.is_none_or(|mask| mask.size() == picture.size()), "picture and mask of one size");
    let weight = |at: usize| visible.map_or(1.0, |mask| f64::from(mask.values()[at]));
    let pixels = picture.rgb().as_chunks::<3>().0;
    let total: f64 = (0..pixels.len()).map(weight).sum();
    let mean: [f64; 3] = std::array::from_fn(|c| {
        pixels.iter().enumerate().map(|(at, pixel)| weight(at) * f64::from(pixel[c])).sum::<f64>() / total
    });
    let mut covariance = [[0.0; 3]; 3];
    for (at, pixel) in pixels.iter().enumerate() {
        let away: [f64; 3] = std::array::from_fn(|c| f64::from(pixel[c]) - mean[c]);
        for (line, one) in covariance.iter_mut().zip(away) {
            for (sum, other) in line.iter_mut().zip(away) {
                *sum += weight(at) * one * other / total;
            }
        }
    }
    (mean, covariance)
}

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    std::array::from_fn(|row| std::array::from_fn(|column| (0..3).map(|k| a[row][k] * b[k][column]).sum()))
}

/// A symmetric matrix with `change` applied to its eigenvalues, which are at least 0.
fn with_eigenvalues(matrix: &Matrix, change: impl Fn(f64) -> f64) -> Matrix {
    let (values, vectors) = eigen(*matrix);
    let changed = values.map(|value| change(value.max(0.0)));
    std::array::from_fn(|row| {
        std::array::from_fn(|column| (0..3).map(|k| vectors[row][k] * changed[k] * vectors[column][k]).sum())
    })
}

/// The eigenvalues of a symmetric matrix and, as columns, its eigenvectors, by Jacobi's method (Golub and Van Loan,
/// section 8.5).
fn eigen(mut matrix: Matrix) -> ([f64; 3], Matrix) {
    let mut vectors = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    // Convergence is quadratic: eight sweeps are more than enough for 3×3.
    for _ in 0..8 {
        for (p, q) in [(0, 1), (0, 2), (1, 2)] {
            if matrix[p][q] == 0.0 {
                continue;
            }
            let angle = 0.5 * (2.0 * matrix[p][q]).atan2(matrix[q][q] - matrix[p][p]);
            let (sine, cosine) = angle.sin_cos();
            let mut rotation = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
            (rotation[p][p], rotation[q][q]) = (cosine, cosine);
            (rotation[p][q], rotation[q][p]) = (sine, -sine);
            let back = std::array::from_fn(|row| std::array::from_fn(|column| rotation[column][row]));
            matrix = product(&product(&back, &matrix), &rotation);
            vectors = product(&vectors, &rotation);
        }
    }
    (std::array::from_fn(|c| matrix[c][c]), vectors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grey::is_grey;

    fn all(picture: &Picture) -> Seen<'_> {
        (picture, None)
    }

    /// Noise, multiplied by a matrix, with a given mean.
    fn picture(seed: u64, mix: Matrix, mean: [f64; 3]) -> Picture {
        let noise = Picture::noise(64, 48, seed);
        let rgb = noise.rgb().as_chunks::<3>().0.iter().flat_map(|pixel| {
            std::array::from_fn::<_, 3, _>(|c| {
                let sum: f64 = (0..3).map(|k| mix[c][k] * (f64::from(pixel[k]) - 0.5)).sum();
                (mean[c] + sum) as f32
            })
        });
        Picture::new(64, 48, rgb.collect()).unwrap()
    }

    fn warm() -> Picture {
        picture(1, [[0.3, 0.1, 0.0], [0.1, 0.3, 0.05], [0.0, 0.1, 0.2]], [0.6, 0.45, 0.3])
    }

    fn cold() -> Picture {
        picture(2, [[0.1, 0.0, 0.05], [0.05, 0.1, 0.0], [0.1, 0.05, 0.15]], [0.4, 0.45, 0.55])
    }

    #[test]
    fn a_matched_painting_has_the_photo_s_mean_and_covariance() {
        let (painting, photo) = (warm(), cold());
        let (mean, covariance) = moments(all(&matched(all(&painting), all(&photo))));
        let (due_mean, due) = moments(all(&photo));
        for c in 0..3 {
            assert!((mean[c] - due_mean[c]).abs() < 1e-4, "{mean:?} for {due_mean:?}");
            for k in 0..3 {
                assert!((covariance[c][k] - due[c][k]).abs() < 1e-5, "{covariance:?} for {due:?}");
            }
        }
    }

    #[test]
    fn a_painting_with_the_photo_s_palette_stays_as_it_is() {
        let painting = warm();
        let same = matched(all(&painting), all(&painting));
        assert!(same.rgb().iter().zip(painting.rgb()).all(|(a, b)| (a - b).abs() < 1e-5));
    }

    #[test]
    fn pictures_of_one_colour_are_no_exception() {
        let flat = |value: f32| Picture::new(4, 4, vec![value; 48]).unwrap();
        let found = matched(all(&flat(0.2)), all(&flat(0.7)));
        assert!(found.rgb().iter().all(|value| (value - 0.7).abs() < 1e-5), "{:?}", &found.rgb()[..3]);
        assert!(matched(all(&flat(0.2)), all(&warm())).rgb().iter().all(|value| value.is_finite()));
        assert!(matched(all(&warm()), all(&flat(0.7))).rgb().iter().all(|value| (value - 0.7).abs() < 0.02));
    }

    #[test]
    fn what_is_not_visible_is_no_part_of_the_palette() {
        let (painting, photo) = (warm(), cold());
        // The photo's upper half, above a lower half that is white and transparent.
        let mut rgb = photo.rgb().to_vec();
        rgb.extend(vec![1.0; photo.rgb().len()]);
        let padded = Picture::new(64, 96, rgb).unwrap();
        let values = (0..64 * 96).map(|at| f32::from(at < 64 * 48)).collect();
        let visible = Mask::new(64, 96, values).unwrap();
        let (found, due) =
            (matched(all(&painting), (&padded, Some(&visible))), matched(all(&painting), all(&photo)));
        assert!(found.rgb().iter().zip(due.rgb()).all(|(a, b)| (a - b).abs() < 1e-5));
        assert_ne!(matched(all(&painting), all(&padded)), due, "the white would count");
        // The same of the painting: what is visible is mapped as if nothing else were there.
        let (found, due) =
            (matched((&padded, Some(&visible)), all(&painting)), matched(all(&photo), all(&painting)));
        assert!(found.rgb().iter().zip(due.rgb()).all(|(a, b)| (a - b).abs() < 1e-5));
        assert_ne!(
            matched(all(&padded), all(&painting)).rgb()[..due.rgb().len()],
            *due.rgb(),
            "the white would count"
        );
        let nothing = Mask::new(64, 96, vec![0.0; 64 * 96]).unwrap();
        assert_eq!(matched(all(&painting), (&padded, Some(&nothing))), matched(all(&painting), all(&padded)));
    }

    #[test]
    fn the_noise_of_a_print_of_one_hue_gets_no_hues_of_the_photo() {
        // Light varies by 0.17, and independently of it the hue: by 1/255 as after JPEG, or by 0.05.
        let print = |seed: u64, hue: f32| {
            let noise = Picture::noise(64, 48, seed);
            let rgb = noise.rgb().as_chunks::<3>().0.iter().flat_map(|&[light, red, blue]| {
                let light = 0.2 + 0.6 * light;
                let hue = hue * 12.0_f32.sqrt();
                [light + 0.1 + hue * (red - 0.5), light, light - 0.1 + hue * (blue - 0.5)]
            });
            Picture::new(64, 48, rgb.collect()).unwrap()
        };
        let hues = |picture: &Picture| {
            let (_, c) = moments(all(picture));
            [0, 2].map(|side| (c[side][side] - 2.0 * c[side][1] + c[1][1]).sqrt())
        };
        let (sepia, photo) = (print(1, 1.0 / 255.0), print(2, 0.05));
        assert!(hues(&photo).iter().all(|&hue| hue > 0.045), "{:?}", hues(&photo));
        let found = hues(&matched(all(&sepia), all(&photo)));
        // An exact match would give the noise the photo's 0.05.
        assert!(found.iter().all(|&hue| hue < 0.02), "{found:?}");
    }

    #[test]
    fn matched_light_is_grey_and_has_the_photo_s_mean_and_deviation() {
        let (painting, photo) = (warm(), cold());
        let found = matched_light(all(&painting), all(&photo));
        assert!(is_grey(&found) && !is_grey(&painting) && is_grey(&grey(&photo)));
        let ((mean, variance), (due_mean, due)) = (moments(all(&found)), moments(all(&grey(&photo))));
        assert!((mean[0] - due_mean[0]).abs() < 1e-4, "{mean:?} for {due_mean:?}");
        assert!((variance[0][0] - due[0][0]).abs() < 1e-5, "{variance:?} for {due:?}");
    }

    #[test]
    fn kept_colours_are_the_photo_s_and_the_light_is_the_painted_one_s() {
        let photo = cold();
        // The same mean luma, so that no value is clamped.
        let painted = picture(3, [[0.1, 0.05, 0.0], [0.1, 0.1, 0.0], [0.1, 0.0, 0.1]], [0.4; 3]);
        let mut rgba = painted.to_rgba8();
        keep(&mut rgba, &photo);
        let luma = |p: &[f32]| 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
        let found = Picture::from_rgba8(64, 48, &rgba).unwrap();
        for ((found, photo), painted) in
            found.rgb().chunks(3).zip(photo.rgb().chunks(3)).zip(painted.rgb().chunks(3))
        {
            assert!((luma(found) - luma(painted)).abs() < 0.006, "light");
            // The chroma of blue and red.
            for c in [0, 2] {
                let (found, due) = (found[c] - luma(found), photo[c] - luma(photo));
                assert!((found - due).abs() < 0.006, "{found} for {due}");
            }
        }
        assert!(rgba.as_chunks::<4>().0.iter().all(|pixel| pixel[3] == 255));

        let mut half = painted.to_rgba8();
        tint(&mut half, &photo, 0.5);
        for ((half, kept), painted) in half.iter().zip(&rgba).zip(painted.to_rgba8()) {
            assert!(half.abs_diff(kept.midpoint(painted)) <= 1, "{half} between {kept} and {painted}");
        }
        let mut none = painted.to_rgba8();
        tint(&mut none, &photo, 0.0);
        assert_eq!(none, painted.to_rgba8());
    }
}
