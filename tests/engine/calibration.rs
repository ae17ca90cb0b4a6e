//! Checks the calibration of the convolution algorithms on the GPU of this machine.

use std::{path::Path, time::Instant};

use impasto::{
    calibration::calibrate,
    device,
    kernels::conv::{Algorithm, Algorithms, Tile},
    network::Vgg,
    transfer::StyleTransfer,
};
use options::Options;
use picture::{Picture, Size};
use pollster::block_on;
use weights::{Layer, Weights};

fn tiny() -> Weights {
    weights::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("weights/tiny"), false).unwrap()
}

/// Input and output channels of every convolution but the first, forward and backward.
fn pairs(weights: &Weights) -> Vec<(usize, usize)> {
    let convs = weights.convs.iter().filter(|conv| conv.layer != Layer::Conv1_1);
    convs.map(|conv| (conv.in_channels, conv.out_channels)).flat_map(|(i, o)| [(i, o), (o, i)]).collect()
}

#[test]
fn every_convolution_is_measured_once_and_a_picture_is_the_same_by_any_algorithm() {
    let gpu = block_on(device::gpu()).expect("a GPU, or a software driver for one (mesa-vulkan-drivers)");
    let weights = tiny();
    let start = Instant::now();
    let now = || start.elapsed().as_secs_f64() * 1000.0;

    // Known algorithms are kept, even if they are not the fastest. Here all but the last convolution are known, to
    // save time.
    let mut known = Algorithms::default();
    let all = pairs(&weights);
    let (few, most) = (&all[all.len() - 2..], &all[..all.len() - 2]);
    let new: Vec<_> = few.iter().filter(|pair| !most.contains(pair)).collect();
    for &(inputs, outputs) in most {
        known.set(inputs, outputs, Algorithm::Winograd(Tile::Two));
    }
    let measured = block_on(calibrate(&weights, &known, &gpu.device, now, || true)).unwrap().unwrap();
    println!("{measured:?}");
    assert_eq!(measured.wrong, Vec::<String>::new(), "this driver computes all of them right");
    let measured = measured.algorithms;
    assert!(!new.is_empty());
    for &(inputs, outputs) in most {
        assert_eq!(measured.of(inputs, outputs), Some(Algorithm::Winograd(Tile::Two).into()));
    }
    for (inputs, outputs) in new {
        assert!(measured.of(*inputs, *outputs).is_some(), "{inputs}→{outputs} was not measured");
    }

    let again =
        block_on(calibrate(&weights, &measured, &gpu.device, now, || panic!("nothing is left to measure")));
    assert_eq!(again.unwrap().map(|again| again.algorithms), Some(measured.clone()));
    assert_eq!(block_on(calibrate(&weights, &known, &gpu.device, now, || false)).unwrap(), None, "given up");

    // The first step's losses, each convolution by rule, as measured, and each by one algorithm only.
    let [photo, painting] = [1, 2].map(|seed| Picture::noise(96, 64, seed));
    let options = Options { size: Size::Original, ..Options::default() };
    let loss = |algorithms: &Algorithms| {
        let vgg = Vgg::by(algorithms, &weights, &gpu.device).unwrap();
        let mut transfer = block_on(StyleTransfer::new(vgg, &photo, &painting, &options)).unwrap();
        for _ in 0..3 {
            block_on(transfer.step()).unwrap();
        }
        f64::from(block_on(transfer.losses()).unwrap().total)
    };
    let by_rule = loss(&Algorithms::default());
    let only = Algorithm::ALL.map(|algorithm| {
        let mut all = Algorithms::default();
        for (inputs, outputs) in pairs(&weights) {
            all.set(inputs, outputs, algorithm);
        }
        all
    });
    for algorithms in only.iter().chain([&measured]) {
        let loss = loss(algorithms);
        assert!((loss / by_rule - 1.0).abs() < 0.01, "{algorithms}: {loss}, by rule {by_rule}");
    }
    assert!(gpu.fault().is_none());
}
