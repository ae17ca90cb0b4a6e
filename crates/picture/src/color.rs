//! Defines how a result keeps the colours of the photo (Gatys et al. 2016, "Preserving Color in Neural Artistic Style
//! Transfer").

use crate::picture::Picture;

/// A linear map of RGB values, row by row, or a covariance matrix of them.
type Matrix = [[f64; 3]; 3];

/// Added to the variance of each channel, so that the covariance of a grey picture can be inverted.
const LEAST_VARIANCE: f64 = 1e-6;

/// The painting with the mean and the covariance of the photo's RGB values, of the size of the painting.
///
/// Of all linear maps with this property it is the one that changes colours least (Pitié and Kokaram 2007, "The
/// linear Monge-Kantorovitch linear colour mapping"). Values outside of 0..1 are clamped.
///
/// # Panics
/// Never: the result has the size of the painting, and its values are clamped.
#[must_use]
pub fn matched(painting: &Picture, photo: &Picture) -> Picture {
    let (from_mean, from) = moments(painting);
    let (to_mean, to) = moments(photo);
    // T = A^(−½) (A^½ B A^½)^½ A^(−½)
    let half = power(&from, 0.5);
    let inverse_half = power(&from, -0.5);
    let middle = power(&product(&product(&half, &to), &half), 0.5);
    let map = product(&product(&inverse_half, &middle), &inverse_half);
    let rgb = painting.rgb().as_chunks::<3>().0.iter().flat_map(|pixel| {
        let away: [f64; 3] = std::array::from_fn(|c| f64::from(pixel[c]) - from_mean[c]);
        std::array::from_fn::<_, 3, _>(|c| {
            let value = to_mean[c] + (0..3).map(|k| map[c][k] * away[k]).sum::<f64>();
            value.clamp(0.0, 1.0) as f32
        })
    });
    Picture::new(painting.width(), painting.height(), rgb.collect())
        .expect("as large as the painting, clamped")
}

/// Replaces the colours of a picture by those of the photo and keeps its luma. `rgba` is RGBA8, `H · W · 4` bytes;
/// the photo must have the same size.
pub fn keep(rgba: &mut [u8], photo: &Picture) {
    tint(rgba, photo, 1.0);
}

/// As [`keep`], by an `amount` from 0 (unchanged) to 1 (the colours of the photo).
///
/// The chroma of BT.601 is the difference of a channel and the luma. So adding the same value to all three channels
/// of the photo changes its luma only.
pub fn tint(rgba: &mut [u8], photo: &Picture, amount: f32) {
    for (pixel, &photo) in rgba.as_chunks_mut::<4>().0.iter_mut().zip(photo.rgb().as_chunks::<3>().0) {
        let painted = [pixel[0], pixel[1], pixel[2]].map(|byte| f32::from(byte) / 255.0);
        let lighter = luma(painted) - luma(photo);
        for ((byte, value), painted) in pixel.iter_mut().zip(photo).zip(painted) {
            let value = (1.0 - amount) * painted + amount * (value + lighter).clamp(0.0, 1.0);
            *byte = (value * 255.0).round() as u8;
        }
    }
}

/// The luma of BT.601, 0..1, of a gamma-encoded colour.
pub fn luma([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

/// Mean and covariance of the RGB values of a picture.
fn moments(picture: &Picture) -> ([f64; 3], Matrix) {
    let pixels = picture.rgb().as_chunks::<3>().0;
    let count = pixels.len() as f64;
    let mean: [f64; 3] =
        std::array::from_fn(|c| pixels.iter().map(|pixel| f64::from(pixel[c])).sum::<f64>() / count);
    let mut covariance = [[0.0; 3]; 3];
    for pixel in pixels {
        for (row, line) in covariance.iter_mut().enumerate() {
            for (column, sum) in line.iter_mut().enumerate() {
                *sum +=
                    (f64::from(pixel[row]) - mean[row]) * (f64::from(pixel[column]) - mean[column]) / count;
            }
        }
    }
    for (c, row) in covariance.iter_mut().enumerate() {
        row[c] += LEAST_VARIANCE;
    }
    (mean, covariance)
}

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    std::array::from_fn(|row| std::array::from_fn(|column| (0..3).map(|k| a[row][k] * b[k][column]).sum()))
}

/// A power of a symmetric matrix with positive eigenvalues.
fn power(matrix: &Matrix, exponent: f64) -> Matrix {
    let (values, vectors) = eigen(*matrix);
    std::array::from_fn(|row| {
        std::array::from_fn(|column| {
            (0..3).map(|k| vectors[row][k] * values[k].max(0.0).powf(exponent) * vectors[column][k]).sum()
        })
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
        picture(1, [[0.3, 0.1, 0.0], [0.1, 0.2, 0.05], [0.0, 0.1, 0.1]], [0.6, 0.45, 0.3])
    }

    fn cold() -> Picture {
        picture(2, [[0.1, 0.0, 0.05], [0.05, 0.1, 0.0], [0.1, 0.05, 0.15]], [0.4, 0.45, 0.55])
    }

    #[test]
    fn a_matched_painting_has_the_photo_s_mean_and_covariance() {
        let (painting, photo) = (warm(), cold());
        let (mean, covariance) = moments(&matched(&painting, &photo));
        let (due_mean, due) = moments(&photo);
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
        let same = matched(&painting, &painting);
        assert!(same.rgb().iter().zip(painting.rgb()).all(|(a, b)| (a - b).abs() < 1e-5));
    }

    #[test]
    fn pictures_of_one_colour_are_no_exception() {
        let flat = |value: f32| Picture::new(4, 4, vec![value; 48]).unwrap();
        let found = matched(&flat(0.2), &flat(0.7));
        assert!(found.rgb().iter().all(|value| (value - 0.7).abs() < 1e-5), "{:?}", &found.rgb()[..3]);
        assert!(matched(&flat(0.2), &warm()).rgb().iter().all(|value| value.is_finite()));
        assert!(matched(&warm(), &flat(0.7)).rgb().iter().all(|value| (value - 0.7).abs() < 0.02));
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
