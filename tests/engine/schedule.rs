//! Checks the change of scale in the engine.
#![expect(clippy::float_cmp, reason = "what is not computed must be equal to the last bit")]

use crate::samples::{sample, tiny};
use burn::tensor::{Tensor, TensorData};
use impasto::{
    device,
    kernels::{
        Storage,
        adam::{AdamState, Moments},
        readback::{read_values, readbacks},
    },
    optimizer::adam::enlarged,
    transfer::StyleTransfer,
};
use options::{AdamOptions, Experiment, Init, Options, Padding, Schedule, StyleLoss};
use picture::{
    Frame, Picture,
    resample::{Filter, resample},
};
use pollster::block_on;
use weights::Layer;

fn start(long_side: u32, options: &Options) -> StyleTransfer {
    let photo = sample("photos/cat.jpg", long_side);
    let painting = sample("styles/hokusai-great-wave.jpg", long_side);
    block_on(StyleTransfer::new(tiny(&device::cpu()), &photo, &painting, options)).unwrap()
}

/// The values of a frame, with a zero after each three.
fn floats(frame: &Frame) -> Vec<f32> {
    Picture::from_rgba8(frame.width, frame.height, &frame.rgba).unwrap().rgb0()
}

/// The largest difference between a frame and values of any range, clamped.
fn furthest(frame: &Frame, expected: &[f32]) -> f32 {
    let found = floats(frame);
    assert_eq!(found.len(), expected.len());
    let differences = found.iter().zip(expected).map(|(found, due)| (found - due.clamp(0.0, 1.0)).abs());
    differences.fold(0.0, f32::max)
}

fn frame(transfer: &StyleTransfer) -> Frame {
    block_on(transfer.frame()).unwrap()
}

/// Makes the steps of this scale and moves on to the last one: the frame there, and the values that the one before has when it
/// is enlarged by itself.
fn at_the_next_scale(transfer: &mut StyleTransfer) -> (Frame, Vec<f32>) {
    for _ in 0..transfer.steps_here() {
        block_on(transfer.step()).unwrap();
    }
    let small = frame(transfer);
    block_on(transfer.next_scale()).unwrap();
    let enlarged = resample(&floats(&small), (small.width, small.height), transfer.size(), Filter::Bicubic);
    (frame(transfer), enlarged)
}

#[test]
fn a_run_goes_through_its_scales_and_each_begins_where_the_last_one_ended() {
    let options = Options { steps: 24, smooth_colors: 0, ..Options::default() };
    let mut transfer = start(181, &options);
    let scales = transfer.plan().scales().to_vec();
    assert_eq!(scales.len(), 2);
    let (width, height) = transfer.size();
    assert_eq!(width.max(height), 181, "the size of a run is that of its result");
    assert_eq!(transfer.steps_here(), scales[0].steps);

    for step in 0..scales[0].steps {
        block_on(transfer.next_scale()).unwrap();
        block_on(transfer.step()).unwrap();
        let frame = frame(&transfer);
        assert_eq!((frame.width, frame.height), (scales[0].width, scales[0].height), "after step {step}");
        assert_eq!(frame.rgba.len(), frame.width * frame.height * 4);
    }
    let small = frame(&transfer);
    assert_eq!(transfer.steps_here(), 0);
    block_on(transfer.next_scale()).unwrap();
    let large = frame(&transfer);
    assert_eq!((large.width, large.height, large.step), (width, height, scales[0].steps));
    assert_eq!(transfer.steps_here(), u32::MAX);

    // The difference from the photo is enlarged and added to the photo at the new size.
    let photo = sample("photos/cat.jpg", 181);
    let (from, to) = ((scales[0].width, scales[0].height), (width, height));
    let below = photo.resize(from.0, from.1).rgb0();
    let painted: Vec<f32> = floats(&small).iter().zip(below).map(|(value, photo)| value - photo).collect();
    let painted = resample(&painted, from, to, Filter::Bicubic);
    let expected: Vec<f32> =
        photo.rgb0().iter().zip(painted).map(|(photo, painted)| photo + painted).collect();
    let most = furthest(&large, &expected);
    assert!(most < 0.01, "off by up to {most}: more than the rounding of the frames");

    let before = block_on(transfer.evaluate()).unwrap().total;
    for _ in 0..scales[1].steps {
        block_on(transfer.step()).unwrap();
    }
    let after = block_on(transfer.evaluate()).unwrap().total;
    assert!(after < 0.8 * before, "from {before} to {after}");
    assert_eq!(transfer.steps(), 24);
    block_on(transfer.next_scale()).unwrap();
    assert_eq!(
        (frame(&transfer).width, frame(&transfer).step),
        (width, 24),
        "the last scale has no next one"
    );
}

#[test]
fn the_content_weight_falls_from_size_to_size() {
    let contents = |content_falloff| {
        let options = Options { steps: 24, init: Init::Noise, content_falloff, ..Options::default() };
        let mut transfer = start(181, &options);
        assert_eq!(transfer.plan().scales().len(), 2);
        let first = block_on(transfer.losses()).unwrap().content;
        let (width, height) = transfer.size();
        block_on(transfer.restart_from(&Picture::noise(width, height, 7))).unwrap();
        [first, block_on(transfer.losses()).unwrap().content]
    };
    let [level, falling] = [1.0, 2.0].map(contents);
    assert!((falling[0] / level[0] - 2.0).abs() < 1e-5, "{falling:?} and {level:?} at the first size");
    assert_eq!(falling[1], level[1], "the last size has the weight that was chosen");
}

#[test]
fn a_small_picture_is_painted_as_ever() {
    let painted = |schedule| {
        let options = Options { steps: 3, schedule, ..Options::default() };
        let mut transfer = start(64, &options);
        for _ in 0..3 {
            block_on(transfer.next_scale()).unwrap();
            block_on(transfer.step()).unwrap();
        }
        frame(&transfer)
    };
    assert!(painted(Schedule::CoarseToFine) == painted(Schedule::Single));
}

#[test]
fn noise_is_that_of_the_first_scale_and_gets_nothing_of_the_photo() {
    let options = Options {
        steps: 24,
        smooth_colors: 0,
        init: Init::Noise,
        padding: Some(Padding::Zero),
        ..Options::default()
    };
    let mut transfer = start(181, &options);
    let first = frame(&transfer);
    let noise = Picture::noise(first.width, first.height, options.seed);
    assert!(first.rgba == noise.to_rgba8() && first.width.max(first.height) == 128);
    let (large, expected) = at_the_next_scale(&mut transfer);
    let most = furthest(&large, &expected);
    assert!(most < 0.01, "off by up to {most}: more than the rounding of the frames");
}

/// With a bleed around it the picture stays where it is at a change of scale.
#[test]
fn a_bleed_is_enlarged_with_the_picture_and_never_shown() {
    // Without a step the picture is the photo.
    let bleed = Options { steps: 24, smooth_colors: 0, padding: Some(Padding::Bleed), ..Options::default() };
    let unchanged = AdamOptions { learning_rate: 1e-12, ..AdamOptions::default() };
    let mut transfer = start(181, &Options { adam: unchanged, ..bleed.clone() });
    let small = frame(&transfer);
    assert_eq!((small.width, small.height), (128, 85));
    for _ in 0..transfer.steps_here() {
        block_on(transfer.step()).unwrap();
    }
    block_on(transfer.next_scale()).unwrap();
    let large = frame(&transfer);
    assert_eq!((large.width, large.height), transfer.size());
    let most = furthest(&large, &sample("photos/cat.jpg", 181).rgb0());
    assert!(most < 0.01, "off by up to {most}");

    // A texture is there without a photo that would draw it to its place.
    let mut transfer = start(181, &Experiment::Texture(Layer::Conv4_1).of(bleed));
    let (large, expected) = at_the_next_scale(&mut transfer);
    // The bleed has whole pixels, so that the picture may be off by a fraction of one.
    let off = |pixels: usize| -> f32 {
        let pairs = floats(&large).into_iter().zip(expected[4 * pixels..].iter());
        pairs.map(|(found, due)| (found - due).abs()).sum::<f32>() / expected.len() as f32
    };
    println!("off by {} on average, two pixels further by {}", off(0), off(2));
    assert!(off(0) < 0.5 * off(2), "off by {} on average, two pixels further by {}", off(0), off(2));
}

#[test]
fn going_on_from_a_result_goes_on_at_its_size() {
    let options = Options { steps: 24, smooth_colors: 0, ..Options::default() };
    let mut transfer = start(181, &options);
    let result = sample("photos/cat.jpg", 181);
    block_on(transfer.restart_from(&result)).unwrap();
    assert_eq!(frame(&transfer).rgba, result.to_rgba8());
    assert_eq!((transfer.steps_here(), transfer.steps()), (u32::MAX, 0));
    let before = block_on(transfer.evaluate()).unwrap();
    // The photo's content is that of the photo at this size, not at the first one.
    assert!(before.content == 0.0, "{before:?}");
    block_on(transfer.step()).unwrap();
    assert!(block_on(transfer.evaluate()).unwrap().total < before.total);

    let other = result.resize(100, 100);
    assert!(block_on(transfer.restart_from(&other)).is_err());
}

#[test]
fn the_moments_grow_with_the_picture() {
    let map = |values: Vec<f32>, shape: [usize; 3]| {
        Tensor::<3>::from_data(TensorData::new(values, shape), &device::cpu())
    };
    // Along x the first moment rises by 1 a pixel, the second has one spike.
    let first = (0..8 * 6).flat_map(|i| [(i % 8) as f32, 1.0, -2.0, 0.0]).collect();
    let second = (0..8 * 6).flat_map(|i| [if i == 19 { 8.0 } else { 0.0 }, 1.0, 4.0, 0.0]).collect();
    let state = AdamState {
        x: map(vec![0.5; 8 * 6 * 4], [6, 8, 4]),
        levels: vec![Moments { first: map(first, [6, 8, 4]), second: map(second, [6, 8, 4]) }],
        steps: 3,
    };
    let x = map(vec![0.25; 16 * 12 * 4], [12, 16, 4]);
    let state = enlarged(&state, x);
    let values = |map: &Tensor<3>| block_on(read_values(map.clone())).unwrap();
    assert!(values(&state.x).iter().all(|value| *value == 0.25));

    // Four times the pixels: a fourth of each gradient, a sixteenth of its square.
    assert_eq!(state.steps, 3);
    let first = values(&state.levels[0].first);
    for (i, pixel) in first.as_chunks::<4>().0.iter().enumerate() {
        let due = ((i % 16) as f32 - 0.5) / 2.0 / 4.0;
        if (4..12).contains(&(i % 16)) {
            assert!((pixel[0] - due).abs() < 1e-5, "{pixel:?} at {i}, not {due}");
        }
        assert!(
            (pixel[1] - 0.25).abs() < 1e-6 && (pixel[2] + 0.5).abs() < 1e-6 && pixel[3] == 0.0,
            "{pixel:?}"
        );
    }
    let second = values(&state.levels[0].second);
    assert!(second.iter().all(|value| *value >= 0.0), "a square cannot be negative");
    let spike: f32 = second.iter().step_by(4).sum();
    assert!((spike - 8.0 * 4.0 / 16.0).abs() < 1e-4, "the spike sums up to {spike}");
    assert!(second.as_chunks::<4>().0.iter().all(|p| (p[1] - 1.0 / 16.0).abs() < 1e-6 && p[3] == 0.0));
}

#[test]
fn both_devices_change_scale_alike() {
    let gpu = block_on(device::gpu()).expect("a GPU, or a software driver for one (mesa-vulkan-drivers)");
    let [cpu, gpu] = [device::cpu(), gpu.device].map(|device| {
        let photo = sample("photos/cat.jpg", 181);
        let painting = sample("styles/hokusai-great-wave.jpg", 181);
        let options = Options { steps: 24, smooth_colors: 0, ..Options::default() };
        let vgg = tiny(&device).storing(Storage::Full);
        block_on(async {
            let mut transfer = StyleTransfer::new(vgg, &photo, &painting, &options).await.unwrap();
            // One step after the change of scale; later, rounding errors grow.
            for _ in 0..=transfer.plan().scales()[0].steps {
                transfer.next_scale().await.unwrap();
                transfer.step().await.unwrap();
            }
            transfer.evaluate().await.unwrap()
        })
    });
    assert!((cpu.total - gpu.total).abs() < 1e-3 * cpu.total, "{cpu:?} on the processor, {gpu:?} on the GPU");
}

fn on_gpu(long_side: u32, options: &Options) -> StyleTransfer {
    let gpu = block_on(device::gpu()).expect("a GPU, or a software driver for one (mesa-vulkan-drivers)");
    let photo = sample("photos/cat.jpg", long_side);
    let painting = sample("styles/hokusai-great-wave.jpg", long_side);
    block_on(StyleTransfer::new(tiny(&gpu.device), &photo, &painting, options)).unwrap()
}

#[test]
fn a_gpu_is_waited_for_once_at_a_change_of_scale_and_not_at_all_by_a_step() {
    for style_loss in [StyleLoss::Gram, StyleLoss::Moments, StyleLoss::Neighbors] {
        let mut transfer =
            on_gpu(181, &Options { steps: 24, smooth_colors: 0, style_loss, ..Options::default() });
        let at_first = readbacks();
        while transfer.steps_here() > 0 {
            block_on(transfer.step()).unwrap();
        }
        assert_eq!(readbacks(), at_first, "{style_loss:?}");
        block_on(transfer.next_scale()).unwrap();
        assert_eq!(readbacks(), at_first + 1, "{style_loss:?}");
        block_on(transfer.step()).unwrap();
        assert_eq!(readbacks(), at_first + 1, "{style_loss:?}");
    }
}

#[test]
fn a_requested_picture_is_that_of_the_request_whatever_is_queued_afterwards() {
    let options = Options { steps: 24, smooth_colors: 0, ..Options::default() };
    for mut transfer in [start(181, &options), on_gpu(181, &options)] {
        block_on(transfer.step()).unwrap();
        let (due, due_losses) = (frame(&transfer), block_on(transfer.losses()).unwrap());
        let (picture, losses) = (transfer.read(true), transfer.read(false));
        while transfer.steps_here() > 0 {
            block_on(transfer.step()).unwrap();
        }
        block_on(transfer.next_scale()).unwrap();
        block_on(transfer.step()).unwrap();
        let (picture, losses) = (block_on(picture).unwrap(), block_on(losses).unwrap());
        assert_eq!((picture.step, picture.rgba == due.rgba), (1, true));
        assert_eq!((picture.losses, losses.losses), (Some(due_losses), Some(due_losses)));
        assert_eq!((losses.step, losses.rgba.len()), (1, 0), "only losses were asked for");
        assert_ne!(frame(&transfer).rgba, due.rgba);
    }
}
