//! Networks of any shape, for tests that measure and do not look at the result.

use std::collections::BTreeMap;

use weights::{Balance, Conv, Layer, Weights};

/// Non-negative kernels, so that every picture gives non-zero features.
pub fn of(channels: impl Fn(Layer) -> usize) -> Weights {
    let mut inputs = 3;
    let convs = Layer::ALL.into_iter().map(|layer| {
        let outputs = channels(layer);
        let conv = Conv {
            layer,
            out_channels: outputs,
            in_channels: inputs,
            weight: (0..outputs * inputs * 9).map(|at| (at % 7) as f32 / (30 * inputs) as f32).collect(),
            bias: vec![0.01; outputs],
        };
        inputs = outputs;
        conv
    });
    let balance = Balance::new(&BTreeMap::new()).unwrap();
    Weights { name: "shape".into(), mean: [0.5; 3], balance, convs: convs.collect() }
}
