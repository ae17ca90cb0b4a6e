//! Measures the GPU memory of a run, with a network of VGG-19's shape.
//!
//! With `--nocapture` it prints the numbers.

mod network_shape;

use impasto::{
    device,
    memory::{FIXED, PerPixel},
    network::Vgg,
    transfer::StyleTransfer,
};
use options::{Options, Schedule};
use picture::{Picture, Size, rect::MARGIN};
use pollster::block_on;
use weights::{Layer, Weights};

/// VGG-19's shape.
fn vgg19() -> Weights {
    network_shape::of(Layer::vgg19_channels)
}

/// The bytes reserved on the device, without the weights, after a run of some steps.
fn taken(weights: &Weights, width: usize, height: usize, tile: Option<u32>) -> u64 {
    let gpu = block_on(device::gpu()).expect("a GPU, or a software driver for one (mesa-vulkan-drivers)");
    let vgg = Vgg::new(weights, &gpu.device).unwrap();
    let reserved = || gpu.device.memory_pool_usage().expect("a GPU reports its memory").bytes_reserved;
    gpu.device.sync().unwrap();
    gpu.device.memory_cleanup(); // memory of the weights' preparation, which a run would reuse
    let before = reserved();
    let [photo, painting] = [1, 2].map(|seed| Picture::noise(width, height, seed));
    let options = Options { size: Size::Original, schedule: Schedule::Single, tile, ..Options::default() };
    let mut transfer = block_on(StyleTransfer::new(vgg, &photo, &painting, &options)).unwrap();
    for _ in 0..2 {
        block_on(transfer.step()).unwrap();
        assert!(block_on(transfer.losses()).unwrap().is_finite());
        println!("{width}×{height}: {:.1} MiB", (reserved() - before) as f64 / f64::from(1 << 20));
    }
    reserved() - before
}

/// The plan of a run relies on the estimate: whether a picture is evaluated as a whole.
#[test]
fn the_estimate_is_right_to_a_tenth() {
    // With half the channels of VGG-19.
    assert_estimated(&network_shape::of(|layer| layer.vgg19_channels() / 2), 480, 320);
}

/// VGG-19, which takes a kilobyte a pixel.
#[test]
#[ignore = "takes a minute"]
fn the_estimate_is_right_to_a_tenth_for_vgg19() {
    assert_estimated(&vgg19(), 384, 288);
}

fn assert_estimated(weights: &Weights, width: usize, height: usize) {
    let taken = taken(weights, width, height, None) as f64;
    let pixels = (width * height) as f64;
    let estimated = PerPixel::of(weights, 2).all * pixels + FIXED as f64;
    println!("{:.0} bytes a pixel, {:.0} estimated", taken / pixels, estimated / pixels);
    assert!((taken / estimated - 1.0).abs() < 0.1, "{taken} bytes, {estimated} estimated");
}

/// Minutes on a driver in software: `cargo test --test memory -- --ignored --nocapture`.
#[test]
#[ignore = "takes minutes"]
fn a_megapixel_takes_a_gigabyte() {
    assert!(taken(&vgg19(), 1024, 1024, None) <= 1 << 30);
}

/// Minutes, too. Of the picture itself there are x and Adam's two moments before and after a step, and the gradient with
/// and without the total variation, 128 bytes a pixel; and tiles at the edges have maps of sizes of their own.
#[test]
#[ignore = "takes minutes"]
fn in_tiles_a_picture_takes_what_a_tile_takes() {
    let (width, height, tile) = (512, 384, 96);
    let seen = tile as usize + 2 * MARGIN;
    let most = (seen * seen * 1024 + width * height * 160) as u64 + FIXED;
    let taken = taken(&vgg19(), width, height, Some(tile));
    assert!(taken <= most, "{taken} bytes, more than {most}");
}

/// The largest that the page offers: an hour.
#[test]
#[ignore = "takes an hour"]
fn the_largest_picture_takes_a_gigabyte() {
    assert!(taken(&vgg19(), 2048, 2048, None) <= 1 << 30);
}
