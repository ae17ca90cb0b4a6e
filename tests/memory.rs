//! Measures the GPU memory of a run, with a network of VGG-19's shape.
//!
//! With `--nocapture` it prints the numbers.

mod network_shape;

use impasto::{device, network::Vgg, transfer::StyleTransfer};
use options::{Options, Schedule};
use picture::{Picture, Size, rect::MARGIN};
use pollster::block_on;

/// Memory that does not depend on the size: two bands of Winograd's tiles, and the partial sums of a Gram matrix.
const FIXED: u64 = 40 << 20;

/// The bytes reserved on the device, without the weights, after a run of some steps.
fn taken(width: usize, height: usize, tile: Option<u32>) -> u64 {
    let gpu = block_on(device::gpu()).expect("a GPU, or a software driver for one (mesa-vulkan-drivers)");
    let vgg = Vgg::new(&network_shape::weights(), &gpu.device).unwrap();
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

#[test]
fn a_pixel_takes_a_kilobyte() {
    let (width, height) = (384, 288);
    let taken = taken(width, height, None);
    let most = (width * height) as u64 * 1024 + FIXED;
    assert!(taken <= most, "{taken} bytes, more than {most}");
}

/// Minutes on a driver in software: `cargo test --test memory -- --ignored --nocapture`.
#[test]
#[ignore = "takes minutes"]
fn a_megapixel_takes_a_gigabyte() {
    assert!(taken(1024, 1024, None) <= 1 << 30);
}

/// Minutes, too. Of the picture itself there are x and Adam's two moments before and after a step, and the gradient with
/// and without the total variation, 128 bytes a pixel; and tiles at the edges have maps of sizes of their own.
#[test]
#[ignore = "takes minutes"]
fn in_tiles_a_picture_takes_what_a_tile_takes() {
    let (width, height, tile) = (512, 384, 96);
    let seen = tile as usize + 2 * MARGIN;
    let most = (seen * seen * 1024 + width * height * 160) as u64 + FIXED;
    let taken = taken(width, height, Some(tile));
    assert!(taken <= most, "{taken} bytes, more than {most}");
}

/// The largest that the page offers: an hour.
#[test]
#[ignore = "takes an hour"]
fn the_largest_picture_takes_a_gigabyte() {
    assert!(taken(2048, 2048, None) <= 1 << 30);
}
