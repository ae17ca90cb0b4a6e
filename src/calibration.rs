//! Measures which algorithm and register tile compute each convolution of a network fastest on this GPU, and leaves out
//! those that compute it wrong there.
//!
//! The default rule ([`kernels::conv`](crate::kernels::conv)) knows only whether the GPU is software. The ratio of
//! arithmetic to memory speed differs by a factor of ten between a phone and a workstation. So each algorithm is
//! timed on maps of the sizes that occur in a run. Drivers have errors, so its output is compared with the definition of a
//! convolution, too.

use burn::tensor::Device;
use rand::{RngExt as _, SeedableRng, rngs::StdRng};
use weights::{Conv, Layer, Weights};

use crate::{
    error::Error,
    kernels::{
        Map, Storage, conv,
        conv::{Algorithm, Algorithms, Choice, Filter, RegisterTile},
        is_in_software, padded,
        readback::{read_values, read_vectors},
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

/// The minimum relative gain over the choice of the rule. A smaller one is noise.
const LEAST_GAIN: f64 = 0.1;

/// The largest ‖found − expected‖/‖expected‖ of a choice that counts as right. The output is stored in 8 bits of precision,
/// and Winograd's sums lose some more; a kernel that is wrong is far off.
const TOLERANCE: f64 = 0.02;

/// The pixels whose outputs are compared with the definition.
const SAMPLES: usize = 6;

/// What was measured of a GPU.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calibration {
    /// The fastest choices among those that are right.
    pub algorithms: Algorithms,
    /// A sentence for each choice that computes something else than a convolution on this GPU.
    pub wrong: Vec<String>,
}

/// A convolution, forward or backward.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate<'a> {
    pub conv: &'a Conv,
    pub backward: bool,
}

impl Candidate<'_> {
    pub fn channels(&self) -> (usize, usize) {
        let (inputs, outputs) = (self.conv.in_channels, self.conv.out_channels);
        if self.backward { (outputs, inputs) } else { (inputs, outputs) }
    }

    pub fn filter(&self, Choice { algorithm, tile }: Choice, device: &Device) -> Filter {
        let filter = if self.backward {
            Filter::backward(self.conv, Some(algorithm), device)
        } else {
            Filter::forward(self.conv, Some(algorithm), device)
        };
        filter.storing(Storage::Half).in_tiles(tile)
    }

    pub fn run(&self, x: &Map, filter: &Filter) -> Map {
        if self.backward { conv::backward(x, filter, None, None) } else { conv::forward(x, filter) }
    }

    /// The outputs at one pixel by definition, from the values of the input `[H, W, in]`.
    fn expected(&self, x: &[f32], [h, w]: [usize; 2], [row, column]: [usize; 2]) -> Vec<f64> {
        let (inputs, outputs) = self.channels();
        let Conv { in_channels, weight, bias, .. } = self.conv;
        let mut sums = vec![0.0; outputs];
        if !self.backward {
            sums.iter_mut().zip(bias).for_each(|(sum, bias)| *sum = f64::from(*bias));
        }
        for tap in 0..9 {
            let (y, x_) = ((row + tap / 3).wrapping_sub(1), (column + tap % 3).wrapping_sub(1));
            if y >= h || x_ >= w {
                continue;
            }
            for i in 0..inputs {
                let value = f64::from(x[(y * w + x_) * padded(inputs) + i]);
                for (o, sum) in sums.iter_mut().enumerate() {
                    let at = if self.backward {
                        (i * in_channels + o) * 9 + 8 - tap
                    } else {
                        (o * in_channels + i) * 9 + tap
                    };
                    *sum += value * f64::from(weight[at]);
                }
            }
        }
        if self.backward { sums } else { sums.into_iter().map(|sum| sum.max(0.0)).collect() }
    }
}

/// What a candidate's choices are compared on.
pub(crate) struct Probe {
    /// The input `[H, W, in]`.
    pub x: Map,
    /// Where outputs are compared, and what they are by definition.
    samples: Vec<([usize; 2], Vec<f64>)>,
}

impl Probe {
    pub async fn new(candidate: &Candidate<'_>, device: &Device) -> Result<Self, Error> {
        let (inputs, _) = candidate.channels();
        let x = features(candidate.conv.layer, inputs, device);
        let [h, w, _] = x.dims();
        let values = read_values(x.clone()).await?;
        let mut random = StdRng::seed_from_u64(inputs as u64);
        // The corners, where there are fewer neighbours, and anywhere.
        let corners = [[0, 0], [h - 1, w - 1]];
        let inside = (corners.len()..SAMPLES).map(|_| [random.random_range(0..h), random.random_range(0..w)]);
        let at = corners.into_iter().chain(inside);
        let samples = at.map(|at| (at, candidate.expected(&values, [h, w], at))).collect();
        Ok(Self { x, samples })
    }

    /// ‖found − expected‖/‖expected‖ over all samples of an output.
    pub async fn error(&self, y: Map) -> Result<f64, Error> {
        let [_, w, c] = y.dims();
        let found = read_values(y).await?;
        let (mut off, mut all) = (0.0, 0.0);
        for ([row, column], expected) in &self.samples {
            let found = &found[(row * w + column) * c..];
            for (found, expected) in found.iter().zip(expected) {
                off += (f64::from(*found) - expected).powi(2);
                all += expected.powi(2);
            }
        }
        // Not a number counts as wrong, see `is_right`.
        Ok((off / all.max(f64::MIN_POSITIVE)).sqrt())
    }
}

pub(crate) fn is_right(error: f64) -> bool {
    error <= TOLERANCE
}

/// Measures the convolutions that are not in `known` yet, and returns both together. `now` is a clock in
/// milliseconds.
///
/// First each algorithm is measured with the register tile of the rule, then the fastest with each tile. Those that are
/// wrong are not measured.
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
) -> Result<Option<Calibration>, Error> {
    let mut all = Calibration { algorithms: known.clone(), wrong: Vec::new() };
    // The first convolution reads or writes a picture of four channels and has a single algorithm.
    let pairs = weights.convs.iter().skip(1);
    for candidate in pairs.flat_map(|conv| [false, true].map(|backward| Candidate { conv, backward })) {
        let (inputs, outputs) = candidate.channels();
        if all.algorithms.of(inputs, outputs).is_some() {
            continue;
        }
        let probe = Probe::new(&candidate, device).await?;
        let by_rule = Choice::from(conv::rule(inputs, outputs, device));
        let mut times = Vec::new();
        for choices in [algorithms as fn(&[(Choice, f64)], &Device) -> Vec<Choice>, tiles] {
            for choice in choices(&times, device) {
                match measure(&candidate, choice, &probe, device, &now, &mut go_on).await? {
                    None => return Ok(None),
                    Some(Measured::Time(time)) => times.push((choice, time)),
                    Some(Measured::Wrong(error)) => all.wrong.push(format!(
                        "{choice} {inputs}→{outputs} is wrong on this GPU by {:.0} %",
                        100.0 * error
                    )),
                }
            }
        }
        all.algorithms.set(inputs, outputs, best(&times, by_rule));
        device.memory_cleanup(); // maps and kernels of sizes that do not occur in a run
    }
    Ok(Some(all))
}

/// What is measured first.
fn algorithms(_: &[(Choice, f64)], _: &Device) -> Vec<Choice> {
    Algorithm::ALL.map(Choice::from).into()
}

/// What is measured next: the register tiles, with the fastest algorithm. In software there is no choice.
fn tiles(times: &[(Choice, f64)], device: &Device) -> Vec<Choice> {
    match fastest(times) {
        Some((Choice { algorithm, .. }, _)) if !is_in_software(device) => {
            RegisterTile::ALL.map(|tile| Choice { algorithm, tile: Some(tile) }).into()
        }
        _ => Vec::new(),
    }
}

/// The outcome of a measurement.
pub(crate) enum Measured {
    /// Milliseconds for one convolution.
    Time(f64),
    /// The relative error, above [`TOLERANCE`] or not a number.
    Wrong(f64),
}

/// Measures one choice; `None` as soon as `go_on` returns `false`.
pub(crate) async fn measure(
    candidate: &Candidate<'_>,
    choice: Choice,
    probe: &Probe,
    device: &Device,
    now: &impl Fn() -> f64,
    go_on: &mut impl FnMut() -> bool,
) -> Result<Option<Measured>, Error> {
    if !go_on() {
        return Ok(None);
    }
    let filter = candidate.filter(choice, device);
    // This also compiles the kernels.
    let error = probe.error(candidate.run(&probe.x, &filter)).await?;
    if !is_right(error) {
        return Ok(Some(Measured::Wrong(error)));
    }
    // The first round determines how many repetitions are needed.
    let mut time = f64::MAX;
    for round in 0..3 {
        if !go_on() {
            return Ok(None);
        }
        let count = (ENOUGH / time).ceil().clamp(1.0, f64::from(MOST_TIMES));
        let start = now();
        let mut y = None;
        for _ in 0..count as u32 {
            y = Some(candidate.run(&probe.x, &filter));
        }
        drop(y);
        finished(device).await?;
        let taken = (now() - start).max(1.0) / count;
        time = if round < 2 { taken } else { taken.min(time) };
    }
    Ok(Some(Measured::Time(time)))
}

fn fastest(times: &[(Choice, f64)]) -> Option<(Choice, f64)> {
    times.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1))
}

/// The fastest choice, if its gain over that of the rule is more than noise, or if that of the rule is wrong.
fn best(times: &[(Choice, f64)], by_rule: Choice) -> Choice {
    let ruled = times.iter().find(|(choice, _)| *choice == by_rule).map(|(_, time)| *time);
    match (fastest(times), ruled) {
        (Some((choice, _)), None) => choice,
        (Some((choice, time)), Some(ruled)) if time < (1.0 - LEAST_GAIN) * ruled => choice,
        _ => by_rule,
    }
}

/// A map `[H, W, C]` with the size and storage of a layer: the output of a convolution of a random picture.
fn features(layer: Layer, channels: usize, device: &Device) -> Map {
    let side = if is_in_software(device) { SIDE_IN_SOFTWARE } else { SIDE };
    let side = side >> layer.poolings();
    let mut random = StdRng::seed_from_u64(channels as u64);
    let picture = (0..side * side * 4).map(|_| random.random()).collect();
    let weight = (0..channels * 3 * 9).map(|_| random.random_range(-0.4..0.6)).collect();
    let conv = Conv {
        layer: Layer::Conv1_1,
        out_channels: channels,
        in_channels: 3,
        weight,
        bias: vec![0.1; channels],
    };
    let filter = Filter::forward(&conv, None, device).storing(Storage::Half);
    conv::forward(&upload(picture, [side, side, 4], device), &filter)
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
        let [direct, two, four] = Algorithm::ALL.map(Choice::from);
        assert_eq!(best(&[(direct, 1.0), (two, 0.95), (four, 2.0)], direct), direct);
        assert_eq!(
            best(&[(direct, 1.0), (two, 0.85), (four, 0.8)], direct),
            Algorithm::Winograd(Tile::Four).into()
        );
        assert_eq!(best(&[(direct, 1.0), (two, 2.0), (four, 3.0)], four), direct);
    }

    #[test]
    fn what_is_wrong_is_not_taken_even_if_it_is_the_rule() {
        let [direct, two, _] = Algorithm::ALL.map(Choice::from);
        assert_eq!(best(&[(direct, 1.0)], two), direct);
        assert_eq!(best(&[], two), two, "if nothing is right, nothing is better");
        assert!(!is_right(f64::NAN) && !is_right(0.5) && is_right(0.005));
    }
}
