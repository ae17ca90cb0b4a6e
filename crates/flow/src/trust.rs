//! Decides where a flow can be trusted.

use picture::mask::Mask;

use crate::{field::Flow, plane::Plane};

/// 1 for the pixels of a frame whose place in the frame before is known, 0 for all others. `back` is the flow from the frame to
/// the one before, `forth` that from the one before to the frame.
///
/// Not trusted are, with w = `back` and w̃ = `forth` where w leads to:
/// - what comes from outside of the picture;
/// - what was hidden: |w + w̃|² > 0.01·(|w|² + |w̃|²) + 0.5;
/// - edges of motion, where a flow is least exact: |∇u|² + |∇v|² > 0.01·|w|² + 0.002.
///
/// # Panics
/// If the sizes differ.
pub fn trust(back: &Flow, forth: &Flow) -> Mask {
    assert_eq!(back.size(), forth.size(), "two flows of one size");
    let (width, height) = back.size();
    let slopes = [&back.across, &back.down].map(Plane::slopes);
    let values = (0..width * height).map(|at| {
        let (u, v) = (back.across.values[at], back.down.values[at]);
        let (x, y) = ((at % width) as f32 + u, (at / width) as f32 + v);
        let (u_again, v_again) = (forth.across.linear(x, y), forth.down.linear(x, y));
        let square = |a: f32, b: f32| a * a + b * b;
        let was_hidden =
            square(u + u_again, v + v_again) > 0.01 * (square(u, v) + square(u_again, v_again)) + 0.5;
        let steep: f32 = slopes.iter().flatten().map(|slope| slope.values[at].powi(2)).sum();
        let is_edge = steep > 0.01 * square(u, v) + 0.002;
        f32::from(u8::from(back.across.contains(x, y) && !was_hidden && !is_edge))
    });
    Mask::new(width, height, values.collect()).expect("one weight for each pixel, 0 or 1")
}
