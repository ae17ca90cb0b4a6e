//! Checks whose colours a result has, with a real network.

use crate::samples::{sample, tiny};
use impasto::{StyleTransfer, device};
use options::{Color, Init, Optimizer, Options};
use picture::{
    Picture,
    grey::{grey, is_grey, luma},
};
use pollster::block_on;

fn painted(photo: &Picture, painting: &Picture, options: &Options) -> Picture {
    let mut transfer = block_on(StyleTransfer::new(tiny(&device::cpu()), photo, painting, options)).unwrap();
    while transfer.steps() < options.steps {
        block_on(transfer.next_scale()).unwrap();
        block_on(transfer.step()).unwrap();
    }
    let frame = block_on(transfer.frame()).unwrap();
    Picture::from_rgba8(frame.width, frame.height, &frame.rgba).unwrap()
}

fn pictures() -> (Picture, Picture) {
    (sample("photos/cat.jpg", 96), sample("styles/hokusai-great-wave.jpg", 96))
}

/// Luma, and the chroma of blue and of red.
fn parts(picture: &Picture) -> Vec<[f32; 3]> {
    let pixels = picture.rgb().as_chunks::<3>().0.iter();
    pixels.map(|&pixel| [luma(pixel), pixel[2] - luma(pixel), pixel[0] - luma(pixel)]).collect()
}

fn mean_difference(one: &[[f32; 3]], other: &[[f32; 3]], part: usize) -> f32 {
    let sum: f32 = one.iter().zip(other).map(|(one, other)| (one[part] - other[part]).abs()).sum();
    sum / one.len() as f32
}

#[test]
fn a_grey_photo_in_the_style_of_a_grey_painting_is_grey() {
    let (photo, painting) = pictures();
    let (photo, painting) = (grey(&photo), grey(&painting));
    for init in [Init::Content, Init::Noise] {
        for optimizer in [Optimizer::Adam, Optimizer::Lbfgs] {
            let options = Options { steps: 12, init, optimizer, ..Options::default() };
            let found = painted(&photo, &painting, &options);
            assert!(
                found.to_rgba8().as_chunks::<4>().0.iter().all(|[r, g, b, _]| r == g && g == b),
                "{init} {optimizer}"
            );
            assert!(mean_difference(&parts(&found), &parts(&photo), 0) > 0.02, "it was painted");
        }
    }
    let (colored, _) = pictures();
    let options = Options { steps: 12, ..Options::default() };
    let found = painted(&colored, &painting, &options);
    assert!(!is_grey(&found), "a photo with colours is not painted in grey");
}

/// The mean difference of chroma between a pixel and the next one of its row.
fn roughness(picture: &Picture) -> f32 {
    let parts = parts(picture);
    let rows = parts.chunks(picture.width());
    let pairs = rows.flat_map(|row| row.windows(2));
    pairs.map(|pair| (pair[1][1] - pair[0][1]).abs() + (pair[1][2] - pair[0][2]).abs()).sum()
}

#[test]
fn the_colours_of_a_result_are_smoothed_and_its_light_is_not() {
    let (photo, painting) = pictures();
    let of = |smooth_colors| {
        painted(&photo, &painting, &Options { steps: 20, smooth_colors, ..Options::default() })
    };
    let (raw, smooth) = (of(0), of(2));
    assert!(mean_difference(&parts(&smooth), &parts(&raw), 0) < 0.004, "the light");
    let (before, after) = (roughness(&raw), roughness(&smooth));
    println!("roughness {before} and {after}");
    assert!(after < 0.8 * before, "{after} after {before}");
}

#[test]
fn only_the_light_is_painted_from_pictures_in_grey() {
    let (photo, painting) = pictures();
    let of = |color: Color, painting: &Picture| {
        parts(&painted(
            &photo,
            painting,
            &Options { steps: 20, color, smooth_colors: 0, ..Options::default() },
        ))
    };
    let found = of(Color::Luminance, &painting);
    // Chroma may differ where a channel has been clamped.
    for part in [1, 2] {
        assert!(mean_difference(&found, &parts(&photo), part) < 0.01, "the photo's chroma");
    }
    assert!(mean_difference(&found, &parts(&photo), 0) > 0.02, "the painted light");
    // The painting is resized before it is made grey, so the values are not quite the same.
    let by_grey = |color: Color| mean_difference(&of(color, &painting), &of(color, &grey(&painting)), 0);
    let (luminance, keep) = (by_grey(Color::Luminance), by_grey(Color::Keep));
    assert!(luminance < 0.01 && keep > 2.0 * luminance, "{luminance} {keep}: its colours have no part in it");
}
