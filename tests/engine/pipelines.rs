//! Checks that the kernels that are compiled in advance are those that a run launches.
//!
//! With `--nocapture` it prints how many there are at each size.

use std::{collections::BTreeSet, path::Path};

use impasto::{
    StyleTransfer, device,
    kernels::{self, inspect::launches_of, readback::readbacks},
    network::Vgg,
    pipelines::{Texts, texts},
};
use options::{Optimizer, Options, Pooling, Schedule, StyleLoss};
use picture::{Picture, Size};
use pollster::block_on;
use weights::{Weights, open};

/// A bundled network.
fn bundled(name: &str) -> Weights {
    open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("weights").join(name), false).unwrap()
}

/// The texts of what a run of some steps launches.
fn launched(vgg: &Vgg, (width, height): (usize, usize), options: &Options) -> BTreeSet<String> {
    let [photo, painting] = [1, 2].map(|seed| Picture::noise(width, height, seed));
    let options = Options { schedule: Schedule::Single, ..options.clone() };
    let (outcome, launches) = launches_of(|| {
        let mut transfer = block_on(StyleTransfer::new(vgg.clone(), &photo, &painting, &options))?;
        block_on(transfer.step())?;
        block_on(transfer.frame())
    });
    outcome.expect("a run");
    launches.into_iter().map(|launch| launch.text).collect()
}

#[test]
fn the_kernels_of_a_run_are_known_before_it() {
    let gpu = block_on(device::gpu()).expect("a GPU, or a software driver for one (mesa-vulkan-drivers)");
    let plain = Options { size: Size::Original, ..Options::default() };
    let others = Options {
        optimizer: Optimizer::Lbfgs,
        pooling: Pooling::Avg,
        style_loss: StyleLoss::Moments,
        ..plain.clone()
    };
    for software in [true, false] {
        kernels::set_in_software(&gpu.device, software);
        let vgg = Vgg::new(&bundled("tiny"), &gpu.device).unwrap();
        for (size, options) in [((90, 60), &plain), ((53, 37), &plain), ((64, 64), &others)] {
            let before = (kernels::launches(), readbacks());
            let Texts { all: known, before_steps } = texts(&vgg, size, options);
            assert!(0 < before_steps && before_steps < known.len(), "those of the targets are not all");
            assert_eq!((kernels::launches(), readbacks()), before, "nothing is launched or read");
            let listed: BTreeSet<_> = known.iter().cloned().collect();
            assert_eq!(listed.len(), known.len(), "each once");
            assert_eq!(listed, launched(&vgg, size, options), "{size:?}, in software: {software}");
        }
        // A run goes on as ever.
        let [photo, painting] = [1, 2].map(|seed| Picture::noise(32, 32, seed));
        let mut transfer = block_on(StyleTransfer::new(vgg, &photo, &painting, &plain)).unwrap();
        block_on(transfer.step()).unwrap();
        assert!(block_on(transfer.losses()).unwrap().is_finite());
    }
}

#[test]
#[ignore = "prints and checks nothing"]
fn kernels_by_size() {
    let gpu = block_on(device::gpu()).expect("a GPU, or a software driver for one (mesa-vulkan-drivers)");
    for software in [true, false] {
        kernels::set_in_software(&gpu.device, software);
        for network in ["fast", "tiny"] {
            let vgg = Vgg::new(&bundled(network), &gpu.device).unwrap();
            let mut known = BTreeSet::new();
            for size in [(90, 60), (128, 85), (181, 121), (256, 171), (362, 241), (512, 341)] {
                let Texts { all, .. } = texts(&vgg, size, &Options::default());
                let new = all.iter().filter(|text| known.insert((*text).clone())).count();
                println!("{network}, software: {software}, {size:?}: {} kernels, {new} new", all.len());
            }
        }
    }
}
