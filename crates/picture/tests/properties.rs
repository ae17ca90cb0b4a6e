//! Properties of masks and colours that hold for pictures of any size and colour.

use picture::{
    Picture,
    chroma::smooth,
    color::{keep, matched, tint},
    grey::{grey, is_grey, luma},
    mask::{Mask, cut_out, lay_over},
};
use proptest::{collection::vec, prelude::*, test_runner::RngSeed};

/// The largest side in pixels.
const MOST: usize = 12;

/// The RGBA8 of pixels: any values, and often the least and the most.
fn values(pixels: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![4 => any::<u8>(), 1 => Just(0), 1 => Just(255)], pixels * 4)
}

/// The width of a picture, and the RGBA8 of its pixels.
fn pixels() -> impl Strategy<Value = (usize, Vec<u8>)> {
    (1..=MOST, 1..=MOST).prop_flat_map(|(width, height)| (Just(width), values(width * height)))
}

/// Two of one size.
fn two() -> impl Strategy<Value = (usize, Vec<u8>, Vec<u8>)> {
    (1..=MOST, 1..=MOST)
        .prop_flat_map(|(width, height)| (Just(width), values(width * height), values(width * height)))
}

fn picture(width: usize, rgba: &[u8]) -> Picture {
    let opaque: Vec<u8> = rgba.as_chunks::<4>().0.iter().flat_map(|&[r, g, b, _]| [r, g, b, 255]).collect();
    Picture::from_rgba8(width, opaque.len() / 4 / width, &opaque).unwrap()
}

fn mask(width: usize, rgba: &[u8]) -> Mask {
    let values: Vec<f32> = rgba.as_chunks::<4>().0.iter().map(|pixel| f32::from(pixel[3]) / 255.0).collect();
    Mask::new(width, values.len() / width, values).unwrap()
}

fn lumas(rgba: &[u8]) -> Vec<f32> {
    let of = |pixel: &[u8; 4]| luma([0, 1, 2].map(|at| f32::from(pixel[at]) / 255.0));
    rgba.as_chunks::<4>().0.iter().map(of).collect()
}

/// The same cases in each run; `PROPTEST_CASES` says how many.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_mask_keeps_its_range_and_its_share_when_it_is_resized((width, rgba) in pixels(), to in (1..40usize, 1..40usize)) {
        let mask = mask(width, &rgba);
        let resized = mask.resize(to.0, to.1);
        prop_assert_eq!(resized.size(), to);
        prop_assert!(resized.values().iter().all(|value| (0.0..=1.0).contains(value)));
        // Where whole blocks become a pixel, each counts as much as before.
        let (width, height) = mask.size();
        let larger = mask.resize(width * 3, height * 3);
        prop_assert!((larger.resize(width, height).share() - larger.share()).abs() < 1e-4);
        prop_assert_eq!(mask.resize(width, height), mask);
    }

    #[test]
    fn a_mask_and_its_inverse_share_the_picture((width, rgba, other) in two()) {
        let (mask, one, two) = (mask(width, &rgba), picture(width, &rgba), picture(width, &other));
        prop_assert!((mask.share() + mask.inverted().share() - 1.0).abs() < 1e-5);
        let (there, back) = (mask.blend(&one, &two), mask.inverted().blend(&two, &one));
        prop_assert!(there.rgb().iter().zip(back.rgb()).all(|(one, other)| (one - other).abs() < 1e-5));
        prop_assert!(mask.and(&mask.touched()) == mask, "what is touched is all of it");
        let [mut turned, mut once] = [mask.clone(), mask.turned()];
        prop_assert_eq!(once.size(), (mask.size().1, mask.size().0));
        for _ in 0..4 {
            turned = turned.turned();
        }
        prop_assert_eq!(&turned, &mask, "four quarters are none");
        once = once.turned().turned().turned();
        prop_assert_eq!(&once, &mask);
    }

    #[test]
    fn what_is_laid_over_lies_between_the_picture_and_the_photo((width, rgba, photo) in two()) {
        let (mut laid, photo) = (rgba.clone(), picture(width, &photo));
        lay_over(&mut laid, &photo, &mask(width, &rgba));
        let photo = photo.to_rgba8();
        for ((laid, of), photo) in laid.as_chunks::<4>().0.iter().zip(rgba.as_chunks::<4>().0).zip(photo.as_chunks::<4>().0) {
            if let Some(due) = [(255, of), (0, photo)].into_iter().find(|(alpha, _)| *alpha == of[3]) {
                prop_assert!((0..3).all(|at| laid[at].abs_diff(due.1[at]) <= 1), "the picture where the mask is 1, the photo where it is 0");
            }
            for at in 0..3 {
                let (least, most) = (of[at].min(photo[at]), of[at].max(photo[at]));
                prop_assert!((least.saturating_sub(1)..=most.saturating_add(1)).contains(&laid[at]));
            }
        }
    }

    #[test]
    fn the_photo_s_colours_leave_the_light_as_it_was((width, rgba, photo) in two(), amount in 0.0f32..=1.0) {
        let photo = picture(width, &photo);
        let [mut kept, mut tinted] = [rgba.clone(), rgba.clone()];
        keep(&mut kept, &photo);
        // A colour that does not exist is clipped, which changes the light.
        for ((luma, of), pixel) in lumas(&kept).into_iter().zip(lumas(&rgba)).zip(kept.as_chunks::<4>().0) {
            let is_clipped = pixel[..3].iter().any(|&value| value == 0 || value == 255);
            prop_assert!(is_clipped || (luma - of).abs() <= 0.6 / 255.0, "{} {}", luma, of);
        }
        tint(&mut tinted, &photo, amount);
        for ((one, other), tinted) in rgba.iter().zip(&kept).zip(&tinted) {
            let (least, most) = (one.min(other), one.max(other));
            prop_assert!((least.saturating_sub(1)..=most.saturating_add(1)).contains(tinted), "{} {} {}", one, other, tinted);
        }
        let mut unchanged = rgba.clone();
        tint(&mut unchanged, &photo, 0.0);
        prop_assert!(unchanged.iter().zip(&rgba).all(|(one, other)| one.abs_diff(*other) <= 1));
        let mut whole = rgba;
        tint(&mut whole, &photo, 1.0);
        prop_assert_eq!(whole, kept);
    }

    #[test]
    fn grey_stays_grey((width, rgba, other) in two()) {
        let (one, other) = (grey(&picture(width, &rgba)), grey(&picture(width, &other)));
        prop_assert!(is_grey(&one));
        let matched = matched((&one, None), (&other, None));
        prop_assert!(is_grey(&matched), "grey paintings and photos give no colours");
        prop_assert!(matched.rgb().iter().all(|value| (0.0..=1.0).contains(value)));
        let mut smoothed = one.to_rgba8();
        smooth(&mut smoothed, width, 3);
        prop_assert!(is_grey(&picture(width, &smoothed)));
    }

    #[test]
    fn what_is_cut_out_looks_the_same_on_white((width, rgba) in pixels()) {
        let (picture, opacity) = (picture(width, &rgba), mask(width, &rgba));
        // What is painted was blended with white before.
        let white = Picture::from_rgba8(width, opacity.size().1, &vec![255; rgba.len()]).unwrap();
        let on_white = opacity.blend(&picture, &white);
        let mut cut = on_white.to_rgba8();
        cut_out(&mut cut, &opacity);
        for (cut, due) in cut.as_chunks::<4>().0.iter().zip(on_white.rgb().as_chunks::<3>().0) {
            let alpha = f32::from(cut[3]) / 255.0;
            for at in 0..3 {
                let seen = f32::from(cut[at]) / 255.0 * alpha + 1.0 - alpha;
                prop_assert!((seen - due[at]).abs() <= 1.6 / 255.0, "{:?} {:?}", cut, due);
            }
        }
    }
}
