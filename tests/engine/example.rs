//! The example of the engine as a library paints.

use options::Options;
use picture::Size;

#[path = "../../examples/paint.rs"]
#[allow(dead_code, reason = "its `main` is for the command line")]
mod paint;

#[test]
fn the_example_paints_a_picture_of_the_photo_s_shape() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("painted.png");
    let [photo, painting] = ["photos/cat.jpg", "styles/hokusai-great-wave.jpg"]
        .map(|file| crate::samples::root().join("www/samples").join(file));
    let options = Options { size: Size::LongSide(64), steps: 10, ..Options::default() };
    paint::paint(&photo, &painting, &out, &options).unwrap();

    let painted = image::open(&out).unwrap().into_rgb8();
    let before = crate::samples::sample("photos/cat.jpg", 64);
    assert_eq!((painted.width() as usize, painted.height() as usize), before.size());
    let change: f64 = painted
        .iter()
        .zip(before.rgb())
        .map(|(after, before)| (f64::from(*after) - 255.0 * f64::from(*before)).abs())
        .sum::<f64>()
        / before.rgb().len() as f64;
    // Ten steps of at most 0.04 each, and nothing that ran away.
    assert!((3.0..100.0).contains(&change), "mean change {change} of 255");
}
