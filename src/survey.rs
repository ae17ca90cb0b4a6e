//! Measures each convolution of a network as a run computes it on this GPU, and compares all ways to compute it with the
//! definition, for people who want to know.

use burn::tensor::Device;
use weights::{Layer, Weights};

use crate::{
    Error,
    calibration::{Candidate, Measured, Probe, is_right, measure},
    kernels::{
        conv,
        conv::{Algorithm, Algorithms, Choice, RegisterTile},
        is_in_software,
    },
};

/// A convolution on this GPU.
#[derive(Clone, Debug, PartialEq)]
pub struct Convolution {
    /// The layer of its first occurrence in the network.
    pub layer: Layer,
    /// Whether it computes the gradient with respect to the input.
    pub backward: bool,
    /// Channels in and out.
    pub channels: (usize, usize),
    /// Side of the map in pixels.
    pub side: usize,
    /// How a run computes it.
    pub choice: Choice,
    /// Milliseconds; `None` if it is computed wrong.
    pub time: Option<f64>,
    /// How many ways to compute it there are, and those whose output is not that of the definition.
    pub ways: usize,
    /// See `ways`.
    pub wrong: Vec<Choice>,
}

impl Convolution {
    /// 10⁹ operations a second, two for each multiply-add of the definition; also of those that the algorithm saves.
    pub fn gflops(&self) -> Option<f64> {
        let (inputs, outputs) = self.channels;
        let operations = (2 * 9 * inputs * outputs * self.side * self.side) as f64;
        self.time.map(|time| operations / time / 1e6)
    }
}

/// Measures each kind of convolution of a network, at most `most`, by the clock `now` in milliseconds. `found` gets each
/// as soon as it is measured.
///
/// # Errors
/// [`Error::DeviceLost`] if the device fails.
pub async fn convolutions(
    weights: &Weights,
    algorithms: &Algorithms,
    device: &Device,
    now: impl Fn() -> f64,
    most: usize,
    mut found: impl FnMut(Convolution),
) -> Result<(), Error> {
    // The first convolution reads or writes a picture of four channels and has a single algorithm.
    let all = weights.convs.iter().skip(1);
    let mut known = Vec::new();
    for candidate in all.flat_map(|conv| [false, true].map(|backward| Candidate { conv, backward })) {
        let kind = (candidate.channels(), candidate.conv.layer.poolings());
        if known.contains(&kind) || known.len() == most {
            continue;
        }
        known.push(kind);
        found(convolution(&candidate, algorithms, device, &now).await?);
        device.memory_cleanup();
    }
    Ok(())
}

async fn convolution(
    candidate: &Candidate<'_>,
    algorithms: &Algorithms,
    device: &Device,
    now: &impl Fn() -> f64,
) -> Result<Convolution, Error> {
    let channels @ (inputs, outputs) = candidate.channels();
    let rule = || Choice::from(conv::rule(inputs, outputs, device));
    let choice = algorithms.of(inputs, outputs).unwrap_or_else(rule);
    let probe = Probe::new(candidate, device).await?;
    let mut wrong = Vec::new();
    let ways = ways(device);
    for way in &ways {
        let output = candidate.run(&probe.x, &candidate.filter(*way, device));
        if !is_right(probe.error(output).await?) {
            wrong.push(*way);
        }
    }
    let time = match measure(candidate, choice, &probe, device, now, &mut || true).await? {
        Some(Measured::Time(time)) => Some(time),
        Some(Measured::Wrong(_)) | None => None,
    };
    let [side, ..] = probe.x.dims();
    let (layer, backward) = (candidate.conv.layer, candidate.backward);
    Ok(Convolution { layer, backward, channels, side, choice, time, ways: ways.len(), wrong })
}

/// Each algorithm by rule, and with each register tile on hardware.
fn ways(device: &Device) -> Vec<Choice> {
    let mut ways: Vec<Choice> = Algorithm::ALL.map(Choice::from).into();
    if !is_in_software(device) {
        let tiled = |algorithm| RegisterTile::ALL.map(|tile| Choice { algorithm, tile: Some(tile) });
        ways.extend(Algorithm::ALL.into_iter().flat_map(tiled));
    }
    ways
}
