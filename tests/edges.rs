//! Checks that a texture is painted at its edges as it is inside: strips of eight pixels along the four edges have the mean and
//! the deviation of the rest.
//!
//! A strip is a small sample of a texture, so strips inside differ as well. That spread is measured in the same picture.

mod samples;

use impasto::{device, sources::Sources, transfer::StyleTransfer};
use options::{Experiment, Options, Padding};
use picture::{Picture, rect::Rect};
use pollster::block_on;
use samples::{sample, tiny};
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

/// The edges of a texture of 509×341 pixels from noise.
fn painted(painting: &str, padding: Padding, tile: Option<u32>, steps: u32, style_size: u32) -> [Edge; 4] {
    let options = Options { steps, tile, padding: Some(padding), ..Options::default() };
    let options = Experiment::Texture(Layer::Conv4_1).of(options);
    let photo = Picture::noise(509, 341, 0); // only its size counts
    let sources = Sources::new(photo, sample(painting, style_size));
    let mut transfer = block_on(StyleTransfer::of(tiny(&device::cpu()), sources, &options)).unwrap();
    while transfer.steps() < options.steps {
        block_on(transfer.next_scale()).unwrap();
        block_on(transfer.step()).unwrap();
    }
    let frame = block_on(transfer.frame()).unwrap();
    let picture = Picture::from_rgba8(frame.width, frame.height, &frame.rgba).unwrap();
    if let Ok(folder) = std::env::var("EDGES") {
        let name =
            format!("{folder}/{}_{padding:?}_{tile:?}_{steps}_{style_size}.png", painting.replace('/', "_"));
        image::save_buffer(name, &frame.rgba, 509, 341, image::ColorType::Rgba8).unwrap();
    }
    let edges = edges(&picture);
    for Edge { off, usual } in &edges {
        println!("{painting}, {padding:?}, tile {tile:?}: off by {off:.3?}, usual {usual:.3?}");
    }
    edges
}

#[test]
fn measure() {
    let steps = std::env::var("STEPS").map_or(20, |s| s.parse().unwrap());
    let size = std::env::var("STYLE").map_or(160, |s| s.parse().unwrap());
    for painting in ["styles/hokusai-great-wave.jpg", "styles/van-gogh-village-street-in-auvers.jpg"] {
        for padding in [Padding::Zero, Padding::Bleed] {
            painted(painting, padding, None, steps, size);
        }
    }
}
