//! Checks the bundled networks: they can be read, keep to their limits of size and computation, and give good
//! results.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::samples::{root, sample};
use impasto::{device, network::Vgg, transfer::StyleTransfer};
use options::Options;
use picture::Picture;
use pollster::block_on;
use weights::{LayerShape, Manifest, open};

/// Multiply-adds of VGG-19, conv1_1 … conv5_1, for each pixel of the picture.
const VGG19: f64 = 361_152.0;
/// The maximum download size of a bundled network in bytes.
const BUDGET: u64 = 3_500_000;

/// Folder, name and maximum amount of computation relative to VGG-19.
fn packs() -> [(PathBuf, &'static str, f64); 2] {
    [("fast", "Impasto Fast", 1.0 / 4.0), ("tiny", "Impasto Tiny", 1.0 / 12.0)]
        .map(|(pack, name, share)| (root().join("weights").join(pack), name, share))
}

fn manifest(pack: &Path) -> Manifest {
    let json = fs::read(pack.join("manifest.json"))
        .unwrap_or_else(|error| panic!("{} belongs to the repository: {error}", pack.display()));
    Manifest::parse(&json).unwrap()
}

/// Multiply-adds per pixel of the picture; each pooling reduces the number of positions to a quarter.
fn work(layers: &[LayerShape]) -> f64 {
    let mut places = 1.0;
    let mut sum = 0.0;
    for shape in layers {
        sum += places * shape.kernel_len() as f64;
        if shape.layer.is_pooled() {
            places /= 4.0;
        }
    }
    sum
}

#[test]
fn the_work_of_vgg19_is_what_it_is_measured_against() {
    use weights::Layer;
    let mut in_channels = 3;
    let shapes = Layer::ALL.map(|layer| {
        let out_channels = layer.vgg19_channels();
        LayerShape { layer, out_channels, in_channels: std::mem::replace(&mut in_channels, out_channels) }
    });
    assert_eq!(work(&shapes).to_bits(), VGG19.to_bits());
}

#[test]
fn they_are_small() {
    for (pack, name, share) in packs() {
        let bytes: u64 =
            fs::read_dir(&pack).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
        assert!(bytes <= BUDGET, "{} has {bytes} bytes", pack.display());
        let manifest = manifest(&pack);
        assert_eq!(manifest.name(), name);
        let part = work(manifest.layers()) / VGG19;
        assert!(part <= share, "{name} does {part} of VGG-19's work, more than {share}");
    }
}

#[test]
fn they_paint() {
    const STEPS: u32 = 10;
    let (photo, painting) =
        (sample("photos/summer-palace.jpg", 64), sample("styles/van-gogh-village-street-in-auvers.jpg", 64));
    for (pack, name, _) in packs() {
        // Every shard is read and verified here.
        let weights = open(&pack, false).unwrap();
        let vgg = Vgg::new(&weights, &device::cpu()).unwrap();
        let (first, last) = block_on(async {
            let mut transfer = StyleTransfer::new(vgg, &photo, &painting, &Options::default()).await.unwrap();
            let first = transfer.losses().await.unwrap().total;
            for _ in 0..STEPS {
                transfer.step().await.unwrap();
            }
            (first, transfer.evaluate().await.unwrap().total)
        });
        assert!(last < 0.6 * first, "{name}: the loss went from {first} to {last} in {STEPS} steps");
    }
}

/// The losses by VGG-19 of pictures made with the bundled networks: they gain most of what the picture made with
/// VGG-19 gains over the photo. `training/judge.py` measures this more exactly, with the default size and number of
/// steps.
#[test]
#[cfg_attr(not(reference_data), ignore = "needs ../shared/vgg19 (or $IMPASTO_SHARED), which is not there")]
fn they_stand_in_for_vgg19() {
    const STEPS: u32 = 40;
    let (photo, painting) = (sample("photos/coffee.jpg", 64), sample("styles/hokusai-great-wave.jpg", 64));
    let start = |weights: &Path| {
        let vgg = Vgg::new(&open(weights, false).unwrap(), &device::cpu()).unwrap();
        block_on(StyleTransfer::new(vgg, &photo, &painting, &Options::default())).unwrap()
    };
    let painted = |weights: &Path| {
        let mut transfer = start(weights);
        for _ in 0..STEPS {
            block_on(transfer.step()).unwrap();
        }
        let frame = block_on(transfer.frame()).unwrap();
        Picture::from_rgba8(frame.width, frame.height, &frame.rgba).unwrap()
    };
    let vgg19 = crate::reference_data::vgg19();
    let mut judge = start(&vgg19);
    let mut loss = |picture: &Picture| block_on(judge.loss_and_gradient(picture)).unwrap().0.total;
    let best = loss(&painted(&vgg19));
    let untouched = loss(&photo);
    for ((pack, name, _), most) in packs().into_iter().zip([1.6, 2.0]) {
        let times = loss(&painted(&pack)) / best;
        println!(
            "{name}: {times:.3} times the loss of VGG-19's own picture (the photo: {:.1})",
            untouched / best
        );
        assert!(times < most, "{name}: {times} times the loss of VGG-19's own picture, more than {most}");
    }
}
