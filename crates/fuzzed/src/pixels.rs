//! Pictures and masks of any small size are resized, cropped, extended and laid beside each other, and keep their range.

use arbitrary::{Arbitrary, Unstructured};
use picture::{
    Picture, Size,
    bleed::Bleed,
    crop::fitted,
    mask::Mask,
    resample::{Filter, taps},
    size_to_fit, triptych,
};

#[derive(Arbitrary, Debug)]
struct Work {
    size: (u8, u8),
    to: (u8, u8),
    bleed: (u8, u8),
    long_side: u16,
    crop: (u8, u8, u8, u8),
    rgba: Vec<u8>,
    seed: u64,
}

/// Works on pictures. Bytes that make no case are ignored.
///
/// # Panics
/// If a property does not hold.
pub fn pixels(bytes: &[u8]) {
    if let Ok(work) = Work::arbitrary_take_rest(Unstructured::new(bytes)) {
        check(&work);
    }
}

fn check(work: &Work) {
    let side = |side: u8| usize::from(side % 64) + 1;
    let (width, height) = (side(work.size.0), side(work.size.1));
    let picture = match Picture::from_rgba8(width, height, &work.rgba) {
        Ok(picture) => picture,
        Err(_) => Picture::noise(width, height, work.seed),
    };
    let check = |picture: &Picture| {
        assert!(picture.rgb().iter().all(|value| (0.0..=1.0).contains(value)), "{:?}", picture.size());
        assert_eq!(picture.rgb().len(), picture.width() * picture.height() * 3);
    };
    let to = (side(work.to.0), side(work.to.1));
    let resized = picture.resize(to.0, to.1);
    check(&resized);
    assert_eq!(resized.size(), to);
    for filter in [Filter::Mean, Filter::Bilinear, Filter::Bicubic] {
        for taps in taps(width, to.0, filter) {
            assert!(taps.first + taps.weights.len() <= width);
            assert!((taps.weights.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{taps:?}");
        }
    }
    let fit = size_to_fit((width, height), usize::from(work.long_side).max(1));
    assert!(fit.0 >= 1 && fit.1 >= 1);
    let mask = Mask::of(&picture);
    let part = [work.crop.0, work.crop.1, work.crop.2, work.crop.3]
        .map(|part| part.to_string())
        .join(",")
        .parse()
        .ok();
    let (small, opacity) =
        fitted(&picture, Some(&mask), part, Size::LongSide(u32::from(work.long_side.clamp(1, 128))));
    check(&small);
    // A part that is opaque needs no mask.
    assert!(opacity.is_none_or(|opacity| opacity.size() == small.size()));
    let bleed = Bleed { across: usize::from(work.bleed.0 % 80), down: usize::from(work.bleed.1 % 80) };
    let extended = picture.extended(bleed);
    assert_eq!(extended.size(), bleed.around(picture.size()));
    assert_eq!(extended.crop(bleed.inside(picture.size())), picture);
    assert_eq!(mask.extended(bleed).size(), extended.size());
    check(&triptych(&[picture.clone(), small], &resized));
    assert_eq!(picture.to_rgba8().len(), width * height * 4);
}
