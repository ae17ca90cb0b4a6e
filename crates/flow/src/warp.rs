//! Moves pictures along a flow.

use picture::Picture;

use crate::{field::Flow, plane::cubic_weights};

/// The picture that a frame would be if it consisted of what was in the frame before, `picture`. `back` is the flow from the frame to
/// the one before. Cubic (Catmull-Rom), since linear interpolation would blur a film more with each frame.
///
/// # Panics
/// If the sizes differ.
pub fn warped(picture: &Picture, back: &Flow) -> Picture {
    assert_eq!(picture.size(), back.size(), "a picture and a flow of one size");
    let (width, height) = picture.size();
    let pixels = picture.rgb().as_chunks::<3>().0;
    let row = |y: isize| y.clamp(0, height as isize - 1) as usize * width;
    let column = |x: isize| x.clamp(0, width as isize - 1) as usize;
    let moved = |at: usize| {
        let (u, v) = (back.across.values[at], back.down.values[at]);
        let (x, y) = ((at % width) as f32 + u, (at / width) as f32 + v);
        let (left, top) = (x.floor(), y.floor());
        let (across, down) = (cubic_weights(x - left), cubic_weights(y - top));
        let mut sum = [0.0f32; 3];
        for (y, of_row) in (top as isize - 1..).zip(down) {
            for (x, of_column) in (left as isize - 1..).zip(across) {
                let pixel = pixels[row(y) + column(x)];
                for (sum, value) in sum.iter_mut().zip(pixel) {
                    *sum += of_row * of_column * value;
                }
            }
        }
        sum.map(|value| value.clamp(0.0, 1.0))
    };
    let rgb = (0..width * height).flat_map(moved).collect();
    Picture::new(width, height, rgb).expect("values within 0..1")
}
