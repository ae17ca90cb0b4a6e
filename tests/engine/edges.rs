//! Checks that a texture is painted at its edges as it is inside: strips of eight pixels along the four edges have the mean and
//! the deviation of the rest.
//!
//! A strip is a small sample of a texture, so strips inside differ as well. That spread is measured in the same picture.

use crate::samples::{sample, tiny};
use impasto::{device, sources::Sources, transfer::StyleTransfer};
use options::{Experiment, Options};
use picture::{Picture, rect::Rect};
use pollster::block_on;
use weights::Layer;

/// The width of a strip in pixels.
const WIDE: usize = 8;

/// The mean of the values in a rectangle, and their deviation from it, in each channel by itself.
fn statistics(picture: &Picture, rect: Rect) -> [f64; 2] {
    let part = picture.crop(rect);
    let pixels = part.rgb().as_chunks::<3>().0;
    let mean = |of: &dyn Fn(f32) -> f64, channel: usize| -> f64 {
        pixels.iter().map(|pixel| of(pixel[channel])).sum::<f64>() / pixels.len() as f64
    };
    let all = [0, 1, 2].map(|channel| {
        let first = mean(&|value| f64::from(value), channel);
        let second = mean(&|value| f64::from(value).powi(2), channel);
        [first, (second - first * first).sqrt()]
    });
    [0, 1].map(|which| all.iter().map(|of_channel| of_channel[which]).sum::<f64>() / 3.0)
}

/// How far the strips at the edges are from the inside: mean and deviation, relative.
#[derive(Debug)]
struct Edge {
    /// Of the strip at the edge.
    off: [f64; 2],
    /// The root mean square of strips of the same shape inside.
    usual: [f64; 2],
}

/// The strips above, below, at the left and at the right.
fn edges(picture: &Picture) -> [Edge; 4] {
    let (width, height) = picture.size();
    let inside = Rect { x: WIDE, y: WIDE, width: width - 2 * WIDE, height: height - 2 * WIDE };
    let [mean, deviation] = statistics(picture, inside);
    let off = |rect| {
        let [found_mean, found_deviation] = statistics(picture, rect);
        [found_mean / mean - 1.0, found_deviation / deviation - 1.0]
    };
    let row = |y| off(Rect { x: 0, y, width, height: WIDE });
    let column = |x| off(Rect { x, y: 0, width: WIDE, height });
    // Those that are far from the edges.
    let rows: Vec<_> = (32..height - 40).map(row).collect();
    let columns: Vec<_> = (32..width - 40).map(column).collect();
    let usual = |strips: &[[f64; 2]]| {
        let square = |which: usize| strips.iter().map(|strip| strip[which].powi(2)).sum::<f64>();
        [0, 1].map(|which| (square(which) / strips.len() as f64).sqrt())
    };
    let (across, down) = (usual(&rows), usual(&columns));
    [
        Edge { off: row(0), usual: across },
        Edge { off: row(height - WIDE), usual: across },
        Edge { off: column(0), usual: down },
        Edge { off: column(width - WIDE), usual: down },
    ]
}

/// The edges of a texture from noise. The painting is small, and the steps are few: then the texture is fine, and a strip a
/// large sample of it. A small painting also consists of edges more than a large picture does, so that zeros beyond them leave
/// the clearest marks.
fn painted((width, height): (usize, usize), tile: Option<u32>) -> [Edge; 4] {
    let options = Options { steps: 20, tile, ..Options::default() };
    let options = Experiment::Texture(Layer::Conv4_1).of(options);
    let photo = Picture::noise(width, height, 0); // only its size counts
    let sources = Sources::new(photo, sample("styles/hokusai-great-wave.jpg", 160));
    let mut transfer = block_on(StyleTransfer::of(tiny(&device::cpu()), sources, &options)).unwrap();
    while transfer.steps() < options.steps {
        block_on(transfer.next_scale()).unwrap();
        block_on(transfer.step()).unwrap();
    }
    let frame = block_on(transfer.frame()).unwrap();
    edges(&Picture::from_rgba8(frame.width, frame.height, &frame.rgba).unwrap())
}

/// Fails if a strip is off by more than `tolerance`.
fn assert_even(edges: &[Edge; 4], tolerance: f64) {
    for (side, Edge { off: [mean, deviation], usual }) in
        ["upper", "lower", "left", "right"].iter().zip(edges)
    {
        println!("{side} edge: mean off by {mean:.3}, deviation by {deviation:.3}; inside by {usual:.3?}");
        assert!(
            mean.abs() < tolerance && deviation.abs() < tolerance,
            "{side} edge: mean off by {mean:.3}, deviation by {deviation:.3}"
        );
    }
}

/// With zeros beyond the edges the deviations are off by 0.25 to 0.36.
#[test]
fn the_edges_of_a_texture_are_painted_as_the_inside() {
    assert_even(&painted((509, 341), None), 0.05);
}

#[test]
fn the_edges_of_a_texture_in_tiles_are_painted_as_the_inside() {
    assert_even(&painted((253, 171), Some(128)), 0.05);
}

#[test]
#[ignore = "takes minutes"]
fn the_edges_of_a_large_texture_in_tiles_are_painted_as_the_inside() {
    assert_even(&painted((509, 341), Some(128)), 0.05);
}
