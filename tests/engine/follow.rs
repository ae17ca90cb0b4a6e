//! Checks that a picture follows the one before it in a film: its loss, the gradient of that, and what comes of steps.

use crate::samples::{sample, tiny};
use burn::tensor::Device;
use impasto::{Error, device, transfer::StyleTransfer};
use options::{Options, Padding};
use picture::{Picture, mask::Mask};
use pollster::block_on;

fn devices() -> [(&'static str, Device); 2] {
    let gpu = block_on(device::gpu()).expect("a GPU adapter; `cargo xtask test` installs a software one");
    [("CPU", device::cpu()), ("GPU", gpu.device)]
}

/// A frame of 32×24 pixels, a picture to be followed, and how far it is trusted: not at all at the left, then more and more.
fn frames() -> (Picture, Picture, Mask) {
    let frame = sample("photos/cat.jpg", 32).resize(32, 24);
    let noise = Picture::noise(32, 24, 5);
    let trust = (0..32 * 24).map(|at| ((at % 32) as f32 / 16.0 - 0.5).clamp(0.0, 1.0)).collect();
    (frame.clone(), frame.mixed(&noise), Mask::new(32, 24, trust).expect("weights within 0..1"))
}

fn transfer(device: &Device, photo: &Picture, options: &Options) -> StyleTransfer {
    let painting = sample("styles/hokusai-great-wave.jpg", 32);
    block_on(StyleTransfer::new(tiny(device), photo, &painting, options)).expect("pictures large enough")
}

/// By the formula of the loss, γ·mean(c·(x − ω)²).
fn expected(x: &Picture, warped: &Picture, trust: &Mask, weight: f64) -> (f64, Vec<f64>) {
    let count = x.rgb().len() as f64;
    let values = x.rgb().iter().zip(warped.rgb()).enumerate();
    let parts = values.map(|(at, (x, w))| (f64::from(trust.values()[at / 3]), f64::from(x - w)));
    let loss = parts.clone().map(|(c, d)| weight * c * d * d / count).sum();
    (loss, parts.map(|(c, d)| 2.0 * weight * c * d / count).collect())
}

#[test]
fn the_temporal_loss_and_its_gradient_are_those_of_the_formula_and_of_finite_differences() {
    let (photo, warped, trust) = frames();
    let at = photo.mixed(&Picture::noise(32, 24, 9));
    for (name, device) in devices() {
        for padding in [Padding::Zero, Padding::Bleed] {
            let options = Options { padding: Some(padding), ..Options::default() };
            let mut transfer = transfer(&device, &photo, &options);
            let (without, gradient_without) = block_on(transfer.loss_and_gradient(&at)).unwrap();
            block_on(transfer.follow(&warped, &trust, 40.0)).unwrap();
            let (with, gradient_with) = block_on(transfer.loss_and_gradient(&at)).unwrap();
            // The bleed mirrors the picture, so that a mean over both is not that of the picture alone.
            if padding == Padding::Zero {
                let (loss, gradient) = expected(&at, &warped, &trust, 40.0);
                let found = f64::from(with.total - without.total);
                assert!((found / loss - 1.0).abs() < 1e-3, "{name}: {found} and not {loss}");
                let largest = gradient.iter().fold(0.0f64, |most, value| most.max(value.abs()));
                for (at, wanted) in gradient.iter().enumerate() {
                    let found = f64::from(gradient_with[at] - gradient_without[at]);
                    assert!(
                        (found - wanted).abs() < 1e-3 * largest,
                        "{name}, {at}: {found} and not {wanted}"
                    );
                }
            }
            let own: Vec<f32> =
                gradient_with.iter().zip(&gradient_without).map(|(with, without)| with - without).collect();
            let step = 0.01;
            let mut total = |sign: f32, follows: bool| {
                let moved =
                    at.rgb().iter().zip(&own).map(|(v, g)| (v + sign * step * g.signum()).clamp(0.0, 1.0));
                let moved = Picture::new(32, 24, moved.collect()).unwrap();
                block_on(transfer.restart_from(&moved)).unwrap();
                if follows {
                    block_on(transfer.follow(&warped, &trust, 40.0)).unwrap();
                }
                let loss = f64::from(block_on(transfer.loss_and_gradient(&moved)).unwrap().0.total);
                (loss, moved)
            };
            let [up, down] = [1.0, -1.0].map(|sign| {
                let (with, moved) = total(sign, true);
                (with - total(sign, false).0, moved)
            });
            let slope: f64 =
                up.1.rgb()
                    .iter()
                    .zip(down.1.rgb())
                    .zip(&own)
                    .map(|((up, down), g)| f64::from((up - down) * g))
                    .sum();
            let found = up.0 - down.0;
            assert!(
                (found / slope - 1.0).abs() < 0.01,
                "{padding:?} on the {name}: {found}, the gradient says {slope}"
            );
        }
    }
}

#[test]
fn a_picture_starts_from_what_it_follows_and_stays_near_it_where_that_is_trusted() {
    let (photo, warped, trust) = frames();
    let options = Options { smooth_colors: 0, ..Options::default() };
    for (name, device) in devices() {
        let mut transfer = transfer(&device, &photo, &options);
        let mut off = |weight: f32, steps: u32| {
            block_on(transfer.follow(&warped, &trust, weight)).unwrap();
            for _ in 0..steps {
                block_on(transfer.step()).unwrap();
            }
            let frame = block_on(transfer.frame()).unwrap();
            assert_eq!(frame.step, steps);
            let painted = Picture::from_rgba8(32, 24, &frame.rgba).unwrap();
            let from = |other: &Picture, wanted: f32| -> f32 {
                let pixels = painted.rgb().iter().zip(other.rgb()).enumerate();
                let there = pixels.filter(|(at, _)| trust.values()[at / 3].to_bits() == wanted.to_bits());
                let all: Vec<f32> = there.map(|(_, (x, w))| (x - w).abs()).collect();
                all.iter().sum::<f32>() / all.len() as f32
            };
            (from(&warped, 1.0), from(&photo, 0.0))
        };
        let (trusted, untrusted) = off(1.0, 0);
        assert!(trusted < 0.003 && untrusted < 0.003, "{name}: {trusted}, {untrusted}");
        let (loose, _) = off(0.0, 12);
        let (tight, free) = off(1000.0, 12);
        assert!(tight < 0.2 * loose, "{name}: {tight} with the loss, {loose} without");
        assert!(
            free > 0.02,
            "{name}: nothing is painted where nothing is known of the picture before: {free}"
        );
    }
}

#[test]
fn a_picture_of_another_size_is_not_followed() {
    let (photo, warped, trust) = frames();
    let mut transfer = transfer(&device::cpu(), &photo, &Options::default());
    let small = warped.resize(16, 16);
    assert_eq!(block_on(transfer.follow(&small, &trust, 1.0)), Err(Error::AnotherSize));
    assert_eq!(block_on(transfer.follow(&warped, &trust.resize(16, 16), 1.0)), Err(Error::AnotherSize));
}
