//! Pictures: what is accepted, how they are scaled, and how the triptych is laid out.
#![expect(clippy::float_cmp, reason = "what is not resampled must be equal to the last bit")]

use picture::{Picture, PictureError, Scalable, Size, size_to_fit, triptych};

fn plain(width: usize, height: usize, colour: [f32; 3]) -> Picture {
    Picture::new(width, height, colour.repeat(width * height)).unwrap()
}

fn pixel(picture: &Picture, x: usize, y: usize) -> [f32; 3] {
    let start = (y * picture.width() + x) * 3;
    picture.rgb()[start..start + 3].try_into().unwrap()
}

#[test]
fn sizes_and_values_that_make_no_picture_are_refused_each_in_its_own_way() {
    assert_eq!(Picture::new(0, 3, vec![]), Err(PictureError::Empty { width: 0, height: 3 }));
    assert_eq!(Picture::from_rgba8(3, 0, &[]), Err(PictureError::Empty { width: 3, height: 0 }));
    assert_eq!(
        Picture::new(2, 2, vec![0.5; 11]),
        Err(PictureError::Length { width: 2, height: 2, expected: 12, found: 11 })
    );
    assert_eq!(
        Picture::from_rgba8(2, 2, &[0; 17]),
        Err(PictureError::Length { width: 2, height: 2, expected: 16, found: 17 })
    );
    for (width, height) in [(usize::MAX, usize::MAX), (usize::MAX, 1), (1 << 20, 1 << 20), (1 << 14, 1 << 14)]
    {
        assert_eq!(Picture::new(width, height, vec![]), Err(PictureError::TooLarge { width, height }));
        assert_eq!(Picture::from_rgba8(width, height, &[]), Err(PictureError::TooLarge { width, height }));
    }
    for wrong in [-0.001, 1.001, f32::INFINITY] {
        let refused = Picture::new(1, 1, vec![0.0, wrong, 0.0]);
        assert_eq!(refused, Err(PictureError::Value { index: 1, value: wrong }));
    }
    let nan = Picture::new(1, 1, vec![0.0, 0.0, f32::NAN]);
    assert!(matches!(nan, Err(PictureError::Value { index: 2, value }) if value.is_nan()));
}

#[test]
fn bytes_come_back_unchanged() {
    let rgba: Vec<u8> = (0..=255_u8).flat_map(|byte| [byte, 255 - byte, byte ^ 0x55, 255]).collect();
    let picture = Picture::from_rgba8(16, 16, &rgba).unwrap();
    assert_eq!(picture.to_rgba8(), rgba);
    // The network sees byte / 255, to the last bit.
    let expected: Vec<f32> =
        rgba.chunks(4).flat_map(|p| [p[0], p[1], p[2]]).map(|byte| f32::from(byte) / 255.0).collect();
    assert_eq!(picture.rgb(), expected);
}

#[test]
fn what_is_transparent_lies_over_white() {
    let picture = Picture::from_rgba8(3, 1, &[10, 20, 30, 0, 0, 100, 200, 128, 10, 20, 30, 255]).unwrap();
    assert_eq!(pixel(&picture, 0, 0), [1.0; 3]);
    let half = 128.0 / 255.0;
    let over = |byte: f32| byte / 255.0 * half + 1.0 - half;
    for (found, expected) in pixel(&picture, 1, 0).into_iter().zip([over(0.0), over(100.0), over(200.0)]) {
        assert!((found - expected).abs() < 1e-6);
    }
    assert_eq!(&picture.to_rgba8()[8..], [10, 20, 30, 255]);
}

#[test]
fn size_to_fit_keeps_the_aspect_ratio_and_never_enlarges() {
    assert_eq!(size_to_fit((4000, 3000), 256), (256, 192));
    assert_eq!(size_to_fit((3000, 4000), 256), (192, 256));
    assert_eq!(size_to_fit((641, 427), 128), (128, 85)); // 85.27
    assert_eq!(size_to_fit((640, 363), 64), (64, 36)); // 36.3
    assert_eq!(size_to_fit((640, 365), 64), (64, 37)); // 36.5 rounds up
    assert_eq!(size_to_fit((100, 50), 256), (100, 50));
    assert_eq!(size_to_fit((256, 256), 256), (256, 256));
    assert_eq!(size_to_fit((5000, 3), 100), (100, 1));
    assert_eq!(size_to_fit((0, 0), 100), (1, 1));
    assert_eq!(size_to_fit((10, 20), 0), (1, 1));
    assert_eq!(size_to_fit((4_000_000_000, 2_000_000_000), 3_000_000_000), (3_000_000_000, 1_500_000_000));
}

#[test]
fn fit_resamples_only_where_it_must() {
    let picture = plain(40, 30, [0.2, 0.4, 0.6]);
    assert_eq!(picture.fit(Size::Original), picture);
    assert_eq!(picture.fit(Size::LongSide(64)), picture);
    let small = picture.fit(Size::LongSide(20));
    assert_eq!((small.width(), small.height()), (20, 15));
}

#[test]
fn a_picture_that_is_resized_often_has_the_same_values_at_every_size() {
    for (width, height) in [(1, 1), (2, 7), (61, 47), (512, 131)] {
        let picture = Picture::noise(width, height, 5);
        let scalable = Scalable::new(picture.clone());
        assert_eq!(scalable.picture(), &picture);
        for (wide, high) in [(1, 1), (13, 5), (width, height), (61, 46), (0, 3), (700, 180)] {
            let expected = picture.resize(wide, high);
            assert_eq!(scalable.resize(wide, high), expected, "{width}×{height} to {wide}×{high}");
        }
    }
}

#[test]
fn a_plain_colour_survives_scaling() {
    for colour in [[0.0; 3], [1.0; 3], [0.1, 0.5, 0.9], [0.02, 0.73, 0.998]] {
        for (width, height) in [(7, 5), (90, 61), (33, 90), (1, 1)] {
            let scaled = plain(33, 21, colour).resize(width, height);
            assert_eq!((scaled.width(), scaled.height()), (width, height));
            for values in scaled.rgb().chunks(3) {
                for (found, expected) in values.iter().zip(colour) {
                    assert!((found - expected).abs() < 1e-5, "{colour:?} became {values:?}");
                }
            }
        }
    }
}

#[test]
fn averages_are_of_light_not_of_codes() {
    // Black and white in equal parts: half the light, which sRGB writes as 0.735 (188 of 255).
    let checks: Vec<f32> =
        (0..64 * 64).flat_map(|i| [if (i / 64 + i % 64) % 2 == 0 { 0.0 } else { 1.0 }; 3]).collect();
    let scaled = Picture::new(64, 64, checks).unwrap().resize(8, 8);
    for y in 2..6 {
        for x in 2..6 {
            let [value, ..] = pixel(&scaled, x, y);
            assert!((value - 0.7354).abs() < 0.01, "({x}, {y}) is {value}, in linear light 0.735 is due");
        }
    }
}

#[test]
fn scaling_stays_within_range_where_the_filter_overshoots() {
    let edge: Vec<f32> = (0..32 * 32).flat_map(|i| [if i % 32 < 16 { 0.0 } else { 1.0 }; 3]).collect();
    let edge = Picture::new(32, 32, edge).unwrap();
    for (width, height) in [(13, 13), (77, 77), (32, 9)] {
        let scaled = edge.resize(width, height);
        // The constructor refuses anything outside 0..1.
        assert_eq!(Picture::new(width, height, scaled.rgb().to_vec()), Ok(scaled));
    }
}

#[test]
fn scaling_keeps_rows_columns_and_channels_in_place() {
    // Left to right red rises, top to bottom green rises, blue is constant.
    let ramp = |width: usize, height: usize| -> Picture {
        let values = (0..width * height).flat_map(|i| {
            let (x, y) = ((i % width) as f32 + 0.5, (i / width) as f32 + 0.5);
            [0.3 + 0.4 * x / width as f32, 0.3 + 0.4 * y / height as f32, 0.25]
        });
        Picture::new(width, height, values.collect()).unwrap()
    };
    for (to_width, to_height) in [(30, 20), (120, 80), (30, 80)] {
        let (scaled, expected) = (ramp(60, 40).resize(to_width, to_height), ramp(to_width, to_height));
        for y in 3..to_height - 3 {
            for x in 3..to_width - 3 {
                for (found, due) in pixel(&scaled, x, y).into_iter().zip(pixel(&expected, x, y)) {
                    assert!((found - due).abs() < 2e-3, "({x}, {y}): {found} instead of {due}");
                }
            }
        }
    }
}

#[test]
fn noise_is_uniform_and_follows_from_its_seed() {
    let noise = Picture::noise(64, 48, 7);
    assert_eq!((noise.width(), noise.height()), (64, 48));
    assert_eq!(noise, Picture::noise(64, 48, 7));
    assert_ne!(noise, Picture::noise(64, 48, 8));
    // The constructor refuses anything outside 0..1.
    assert_eq!(Picture::new(64, 48, noise.rgb().to_vec()).unwrap(), noise);
    let tenth = |value: &f32| (value * 10.0) as usize;
    for bin in 0..10 {
        let share = noise.rgb().iter().filter(|value| tenth(value) == bin).count() as f32 / 9216.0;
        assert!((share - 0.1).abs() < 0.015, "{share} of the values are in tenth {bin}");
    }
    // A seed in a recipe means the same picture on every machine and in every release.
    let first: Vec<u8> = noise.to_rgba8().into_iter().take(8).collect();
    assert_eq!(first, [106, 8, 36, 255, 78, 15, 36, 255]);
}

#[test]
fn the_triptych_has_three_panels_at_the_height_of_the_result() {
    let (red, green, blue) = ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]);
    let (photo, painting, result) = (plain(80, 60, red), plain(30, 60, green), plain(64, 48, blue));
    let sheet = triptych(&[photo, painting], &result);
    // 64 + 1 + 24 + 1 + 64: the gap is a thirty-second of the height.
    assert_eq!((sheet.width(), sheet.height()), (154, 48));
    for y in [0, 20, 47] {
        for (x, colour) in [
            (0, red),
            (63, red),
            (64, [1.0; 3]),
            (65, green),
            (88, green),
            (89, [1.0; 3]),
            (90, blue),
            (153, blue),
        ] {
            for (found, due) in pixel(&sheet, x, y).into_iter().zip(colour) {
                assert!((found - due).abs() < 1e-5, "({x}, {y})");
            }
        }
    }
    let with_two_paintings =
        triptych(&[plain(80, 60, red), plain(30, 60, green), plain(20, 20, red)], &result);
    assert_eq!((with_two_paintings.width(), with_two_paintings.height()), (154 + 48 + 1, 48));
    assert!(
        (pixel(&with_two_paintings, 137, 0)[0] - 1.0).abs() < 1e-5,
        "the second painting is the third panel"
    );
    assert_eq!(pixel(&with_two_paintings, 139, 0), blue);
}

#[test]
fn the_result_is_in_the_triptych_pixel_for_pixel_and_panoramas_stay_bounded() {
    let noise: Vec<f32> = (0..64 * 32 * 3).map(|i| (i * 7919 % 256) as f32 / 255.0).collect();
    let result = Picture::new(64, 32, noise).unwrap();
    let panorama = plain(4000, 16, [0.0; 3]);
    let sheet = triptych(&[panorama, plain(1, 1, [0.5; 3])], &result);
    assert_eq!((sheet.width(), sheet.height()), (128 + 1 + 32 + 1 + 64, 32));
    for y in 0..32 {
        for x in 0..64 {
            assert_eq!(pixel(&sheet, sheet.width() - 64 + x, y), pixel(&result, x, y));
        }
    }
    assert_eq!(pixel(&sheet, 60, 0), [1.0; 3], "the panorama is centred on white");
    assert_eq!(pixel(&sheet, 60, 15), [0.0; 3]);
}
