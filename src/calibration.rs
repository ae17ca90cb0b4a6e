//! Measures which algorithm computes each convolution of a network fastest on this GPU.
//!
//! The default rule ([`kernels::conv`](crate::kernels::conv)) knows only whether the GPU is software. The ratio of
//! arithmetic to memory speed differs by a factor of ten between a phone and a workstation. So each algorithm is
//! timed on maps of the sizes that occur in a run.

use burn::tensor::Device;
use weights::{Conv, Layer, Weights};

use crate::{
    error::Error,
    kernels::{
        Map, Storage, conv,
        conv::{Algorithm, Algorithms, Filter},
        is_in_software,
        readback::read_vectors,
        upload,
    },
};

/// The long side, in pixels, of the picture whose maps are used: the default of the page, and less in software, where
/// it would take minutes.
const SIDE: usize = 256;
const SIDE_IN_SOFTWARE: usize = 64;

/// The minimum duration of one measurement in milliseconds. It must be long compared with the wait for its end, and
/// with the resolution of a browser's clock, about one millisecond.
const ENOUGH: f64 = 15.0;
const MOST_TIMES: u32 = 256;

/// The minimum relative gain over the algorithm of the rule. A smaller one is noise.
const LEAST_GAIN: f64 = 0.1;

/// A convolution, forward or backward.
#[derive(Clone, Copy, Debug)]
struct Candidate<'a> {
    conv: &'a Conv,
    backward: bool,
}

impl Candidate<'_> {
    fn channels(&self) -> (usize, usize) {
        let (inputs, outputs) = (self.conv.in_channels, self.conv.out_channels);
        if self.backward { (outputs, inputs) } else { (inputs, outputs) }
    }

    fn filter(&self, algorithm: Option<Algorithm>, device: &Device) -> Filter {
        let filter = if self.backward {
            Filter::backward(self.conv, algorithm, device)
        } else {
            Filter::forward(self.conv, algorithm, device)
        };
        filter.storing(Storage::Half)
    }

    fn run(&self, x: &Map, filter: &Filter) -> Map {
        if self.backward { conv::backward(x, filter, None, None) } else { conv::forward(x, filter) }
    }
}

/// Measures the convolutions that are not in `known` yet, and returns both together. `now` is a clock in
/// milliseconds.
///
/// Returns `None` as soon as `go_on` returns `false`. It is called before each measurement, which takes some fifteen
/// milliseconds on a GPU.
///
/// # Errors
/// [`Error::DeviceLost`] if the device fails.
pub async fn calibrate(
    weights: &Weights,
    known: &Algorithms,
    device: &Device,
    now: impl Fn() -> f64,
    mut go_on: impl FnMut() -> bool,
) -> Result<Option<Algorithms>, Error> {
    let mut algorithms = known.clone();
    // The first convolution reads or writes a picture of four channels and has a single algorithm.
    let pairs = weights.convs.iter().skip(1);
    for candidate in pairs.flat_map(|conv| [false, true].map(|backward| Candidate { conv, backward })) {
        let (inputs, outputs) = candidate.channels();
        if algorithms.of(inputs, outputs).is_some() {
            continue;
        }
        let x = features(candidate.conv.layer, inputs, device);
        let by_rule = conv::rule(inputs, outputs, device);
        let mut times = Vec::new();
        for algorithm in Algorithm::ALL {
            let filter = candidate.filter(Some(algorithm), device);
            // The first round compiles the kernels; the second determines how many repetitions are needed.
            let mut time = f64::MAX;
            for round in 0..4 {
                if !go_on() {
                    return Ok(None);
                }
                let count = (ENOUGH / time).ceil().clamp(1.0, f64::from(MOST_TIMES));
                let start = now();
                let mut y = None;
                for _ in 0..count as u32 {
                    y = Some(candidate.run(&x, &filter));
                }
                drop(y);
                finished(device).await?;
                let taken = (now() - start).max(1.0) / count;
                time = if round < 3 { taken } else { taken.min(time) };
            }
            times.push((algorithm, time));
        }
        algorithms.set(inputs, outputs, best(&times, by_rule));
        device.memory_cleanup(); // maps and kernels of sizes that do not occur in a run
    }
    Ok(Some(algorithms))
}

/// The fastest algorithm, if its gain over that of the rule is more than noise.
fn best(times: &[(Algorithm, f64)], by_rule: Algorithm) -> Algorithm {
    let time_of = |wanted| times.iter().find(|(algorithm, _)| *algorithm == wanted).map(|(_, time)| *time);
    let fastest = times.iter().min_by(|a, b| a.1.total_cmp(&b.1));
    match (fastest, time_of(by_rule)) {
        (Some((algorithm, time)), Some(ruled)) if *time < (1.0 - LEAST_GAIN) * ruled => *algorithm,
        _ => by_rule,
    }
}

/// A map `[H, W, C]` with the size and storage of a layer: the output of a convolution of a constant picture.
fn features(layer: Layer, channels: usize, device: &Device) -> Map {
    let side = if is_in_software(device) { SIDE_IN_SOFTWARE } else { SIDE };
    let side = side >> layer.poolings();
    let weight = (0..channels * 3 * 9).map(|i| ((i * 37) % 101) as f32 / 101.0 - 0.4).collect();
    let conv = Conv {
        layer: Layer::Conv1_1,
        out_channels: channels,
        in_channels: 3,
        weight,
        bias: vec![0.1; channels],
    };
    let filter = Filter::forward(&conv, None, device).storing(Storage::Half);
    conv::forward(&upload(vec![0.5; side * side * 4], [side, side, 4], device), &filter)
}

/// Waits until the device has completed all queued work.
async fn finished(device: &Device) -> Result<(), Error> {
    read_vectors(vec![upload(vec![0.0; 4], [4], device)]).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::conv::Tile;

    #[test]
    fn noise_does_not_overrule_the_rule() {
        let [direct, two, four] = Algorithm::ALL;
        assert_eq!(best(&[(direct, 1.0), (two, 0.95), (four, 2.0)], direct), direct);
        assert_eq!(best(&[(direct, 1.0), (two, 0.85), (four, 0.8)], direct), Algorithm::Winograd(Tile::Four));
        assert_eq!(best(&[(direct, 1.0), (two, 2.0), (four, 3.0)], four), direct);
    }
}
