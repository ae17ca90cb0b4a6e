//! Pixels of 16 bits: finished as those of 8 bits, but computed to 16.

use picture::{Channel, Frame, Picture, chroma, color, mask::Mask};

const WIDTH: usize = 24;
const HEIGHT: usize = 10;

/// A picture as a run finishes it, with colours of the photo, the filter of colours, a mask and transparency.
fn finished<C: Channel>() -> Vec<C> {
    let [painted, photo] = [3, 4].map(|seed| Picture::noise(WIDTH, HEIGHT, seed));
    let mut rgba = painted.to_rgba::<C>();
    color::keep(&mut rgba, &photo);
    chroma::smooth(&mut rgba, WIDTH, 2);
    let weights = |least: f32| {
        let values = (0..WIDTH * HEIGHT).map(|at| least + (1.0 - least) * (at % WIDTH) as f32 / WIDTH as f32);
        Mask::new(WIDTH, HEIGHT, values.collect()).unwrap()
    };
    picture::mask::lay_over(&mut rgba, &photo, &weights(0.0));
    picture::mask::cut_out(&mut rgba, &weights(0.5));
    rgba
}

#[test]
fn sixteen_bits_are_finished_as_eight_are_and_finer() {
    let (eight, sixteen) = (finished::<u8>(), finished::<u16>());
    let mut multiples = 0;
    for (at, (eight, sixteen)) in eight.iter().zip(&sixteen).enumerate() {
        // Half a step of 8 bits for each of four roundings; the last one also doubles what was there before, where half is opaque.
        let off = (f32::from(*eight) - f32::from(*sixteen) / 257.0).abs();
        assert!(off <= 3.6, "{eight} and {sixteen} of 65535 at {at}");
        multiples += u32::from(sixteen.is_multiple_of(257) && !matches!(*sixteen, 0 | 65535));
    }
    assert!(
        (multiples as usize) < sixteen.len() / 50,
        "{multiples} of {} are values of 8 bits",
        sixteen.len()
    );
}

#[test]
fn a_picture_survives_sixteen_bits() {
    let picture = Picture::noise(WIDTH, HEIGHT, 1);
    let rgba = picture.to_rgba::<u16>();
    let again = Picture::from_rgba(WIDTH, HEIGHT, &rgba).unwrap();
    for (one, other) in picture.rgb().iter().zip(again.rgb()) {
        assert!((one - other).abs() <= 0.5001 / 65535.0, "{one} became {other}");
    }
    // Each value, opaque and over white.
    assert!((0..=u16::MAX).all(|value| u16::nearest(value.over_white(u16::MOST) * u16::SCALE) == value));
    assert!((0.5_f32 - 32768_u16.over_white(0)).abs() > 0.49);
    let frame = Frame { width: WIDTH, height: HEIGHT, step: 1, losses: None, rgba };
    let larger = frame.enlarged(2 * WIDTH, 2 * HEIGHT);
    assert_eq!(larger.rgba.len(), 16 * WIDTH * HEIGHT);
    assert!(larger.rgba.iter().filter(|value| value.is_multiple_of(257)).count() < larger.rgba.len() / 3);
}
