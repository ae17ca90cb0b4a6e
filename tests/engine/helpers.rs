//! Checks that convolutions divided into shares give the same values as on one thread.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use burn::tensor::{Tensor, TensorData};
use impasto::{
    device,
    kernels::{
        Map, conv,
        conv::{
            Algorithm, Filter, Tile, cpu,
            cpu::{Epilogue, Kernels, Shape, Transformed},
        },
        cpu::{Helpers, set_helpers},
    },
};
use weights::{Conv, Layer};

/// Workers as in a browser, each with its own part of the kernels. Here they run one after the other.
struct Others {
    count: usize,
    kept: RefCell<HashMap<(u32, usize), Transformed>>,
    shared: Cell<usize>,
    willing: Cell<bool>,
}

impl Helpers for Others {
    fn convolve(&self, x: &[f32], kernels: &Kernels, whole: Shape, bias: Option<&[f32]>) -> Option<Vec<f32>> {
        if !self.willing.get() {
            return None;
        }
        self.shared.set(self.shared.get() + 1);
        let mut out = vec![f32::NAN; whole.height * whole.width * whole.outputs];
        let mut kept = self.kept.borrow_mut();
        for (number, share) in cpu::shares(whole, self.count).into_iter().enumerate() {
            let part = kept
                .entry((kernels.id, number))
                .or_insert_with(|| kernels.transformed.part(share.outputs.clone()));
            let bias = bias.map(|bias| &bias[share.outputs.clone()]);
            let x = &x[share.inputs(whole)];
            let epilogue = Epilogue { bias, ..Epilogue::default() };
            let shape = share.shape(whole);
            share.put(&cpu::compute(kernels.tile, x, part, shape, epilogue), whole, &mut out);
        }
        Some(out)
    }

    fn mix(&self, _: &[f32], _: &[f32], _: usize, _: Option<&[f32]>, _: Option<&[f32]>) -> Option<Vec<f32>> {
        None
    }

    fn gram(&self, _: &[f32], _: usize, _: f32) -> Option<Vec<f32>> {
        None
    }

    fn forget(&self, kernels: u32) {
        self.kept.borrow_mut().retain(|(id, _), _| *id != kernels);
    }
}

fn map(seed: usize, dims: [usize; 3]) -> Map {
    let count = dims.iter().product();
    let numbers: Vec<f32> = (0..count).map(|at| ((at + seed) * 37 % 101) as f32 / 101.0 - 0.4).collect();
    Tensor::from_data(TensorData::new(numbers, dims), &device::cpu())
}

#[test]
fn shares_make_the_same_features_and_gradients() {
    let device = device::cpu();
    let others = Rc::new(Others {
        count: 3,
        kept: RefCell::default(),
        shared: Cell::new(0),
        willing: Cell::new(false),
    });
    set_helpers(others.clone());
    // Divided by rows, and by channels.
    for (inputs, outputs) in [(16, 20), (132, 136)] {
        let numbers = |count: usize| (0..count).map(|at| (at * 29 % 103) as f32 / 103.0 - 0.5).collect();
        let conv = Conv {
            layer: Layer::Conv1_1,
            out_channels: outputs,
            in_channels: inputs,
            weight: numbers(9 * inputs * outputs),
            bias: numbers(outputs),
        };
        for tile in [Tile::Two, Tile::Four] {
            let algorithm = Some(Algorithm::Winograd(tile));
            let forward = Filter::forward(&conv, algorithm, &device);
            let backward = Filter::backward(&conv, algorithm, &device);
            for (height, width) in [(1, 1), (3, 5), (17, 9), (41, 6)] {
                let (x, y) = (map(1, [height, width, inputs]), map(2, [height, width, outputs]));
                let add = map(3, [height, width, inputs]);
                let compute = |willing| {
                    others.willing.set(willing);
                    [
                        conv::forward(&x, &forward),
                        conv::backward(&y, &backward, Some(&add), Some(&x)),
                        conv::backward(&y, &backward, None, None),
                    ]
                };
                for (alone, shared) in compute(false).into_iter().zip(compute(true)) {
                    let norm = |map: Map| f64::from(map.powf_scalar(2.0).sum().into_scalar::<f32>()).sqrt();
                    let apart = norm(shared - alone.clone()) / norm(alone);
                    assert!(
                        apart < 1e-6,
                        "{inputs} → {outputs}, {height}×{width}, {tile:?}: {apart:e} apart"
                    );
                }
            }
            assert!(!others.kept.borrow().is_empty());
        }
        assert!(others.kept.borrow().is_empty(), "kernels that are gone are forgotten");
    }
    assert_eq!(others.shared.get(), 2 * 2 * 4 * 3, "every convolution was shared");
}
