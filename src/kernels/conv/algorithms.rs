//! Defines the algorithms of convolutions, and the choice of one for each convolution.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kernels::tile::Tile;

/// How a convolution is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// A product of the nine neighbours' channels with the kernel (implicit GEMM). On the CPU, Burn's convolution.
    Direct,
    /// Winograd's algorithm with this tile: fewer multiplications, but more memory traffic.
    Winograd(Tile),
}

/// The outputs that one thread of a product computes on a hardware GPU. A larger tile loads less for each multiplication, and
/// leaves fewer registers for other threads, whose work hides the time of loads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RegisterTile {
    /// 4 pixels × 4 channels.
    FourByFour,
    /// 8 pixels × 4 channels.
    EightByFour,
    /// 8 pixels × 8 channels.
    EightByEight,
    /// 8 pixels × 16 channels.
    EightBySixteen,
}

impl RegisterTile {
    /// All, from small to large.
    pub const ALL: [Self; 4] =
        [Self::FourByFour, Self::EightByFour, Self::EightByEight, Self::EightBySixteen];

    /// Pixels.
    pub const fn pixels(self) -> usize {
        match self {
            Self::FourByFour => 4,
            Self::EightByFour | Self::EightByEight | Self::EightBySixteen => 8,
        }
    }

    /// Channels divided by 4.
    pub const fn vec4s(self) -> usize {
        match self {
            Self::FourByFour | Self::EightByFour => 1,
            Self::EightByEight => 2,
            Self::EightBySixteen => 4,
        }
    }

    /// This tile, or the next smaller one that is not wider than these many vec4s of channels.
    #[must_use]
    pub fn within(self, vec4s: usize) -> Self {
        match self {
            Self::EightBySixteen if vec4s < 4 => Self::EightByEight.within(vec4s),
            Self::EightByEight if vec4s < 2 => Self::EightByFour,
            tile => tile,
        }
    }
}

impl fmt::Display for RegisterTile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.pixels(), 4 * self.vec4s())
    }
}

/// How a convolution is computed: the algorithm, and the register tile of its products on a hardware GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The register tile; `None` chooses by the size of the map.
    pub tile: Option<RegisterTile>,
}

impl From<Algorithm> for Choice {
    fn from(algorithm: Algorithm) -> Self {
        Self { algorithm, tile: None }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tile {
            None => write!(f, "{}", self.algorithm),
            Some(tile) => write!(f, "{} in tiles of {tile}", self.algorithm),
        }
    }
}

/// The fastest choices as measured on one GPU, by the numbers of input and output channels. Other convolutions use the
/// rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Algorithms(Vec<(usize, usize, Choice)>);

impl Algorithms {
    /// The choice for a convolution with these numbers of channels, if it was measured.
    pub fn of(&self, inputs: usize, outputs: usize) -> Option<Choice> {
        let found = self.0.iter().find(|(i, o, _)| (*i, *o) == (inputs, outputs));
        found.map(|(.., choice)| *choice)
    }

    /// Sets the choice that was measured to be the fastest.
    pub fn set(&mut self, inputs: usize, outputs: usize, choice: impl Into<Choice>) {
        self.0.retain(|(i, o, _)| (*i, *o) != (inputs, outputs));
        self.0.push((inputs, outputs, choice.into()));
        self.0.sort_by_key(|(i, o, _)| (*i, *o));
    }
}

/// For people who know the method: `direct 64→64; Winograd 4×4 in tiles of 8×8 64→128, 128→64`.
impl fmt::Display for Algorithms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<(Choice, Vec<String>)> = Vec::new();
        for (inputs, outputs, choice) in &self.0 {
            let channels = format!("{inputs}→{outputs}");
            match parts.iter_mut().find(|(other, _)| other == choice) {
                Some((_, list)) => list.push(channels),
                None => parts.push((*choice, vec![channels])),
            }
        }
        let parts: Vec<String> =
            parts.into_iter().map(|(choice, channels)| format!("{choice} {}", channels.join(", "))).collect();
        f.write_str(&parts.join("; "))
    }
}

impl Algorithm {
    /// All algorithms.
    pub const ALL: [Self; 3] = [Self::Direct, Self::Winograd(Tile::Two), Self::Winograd(Tile::Four)];
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Direct => "direct",
            Self::Winograd(Tile::Two) => "Winograd 2×2",
            Self::Winograd(Tile::Four) => "Winograd 4×4",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_is_found_and_kept_as_text() {
        let mut algorithms = Algorithms::default();
        assert_eq!(algorithms.of(64, 64), None);
        algorithms.set(64, 128, Algorithm::Winograd(Tile::Four));
        algorithms.set(64, 64, Algorithm::Winograd(Tile::Two));
        algorithms.set(64, 64, Algorithm::Direct);
        assert_eq!(algorithms.of(64, 64), Some(Algorithm::Direct.into()));
        assert_eq!(algorithms.of(128, 64), None, "there and back are two things");
        let tile = Some(RegisterTile::EightByFour);
        algorithms.set(64, 256, Choice { algorithm: Algorithm::Direct, tile });
        assert_eq!(
            algorithms.to_string(),
            "direct 64→64; Winograd 4×4 64→128; direct in tiles of 8×4 64→256"
        );
        let text = serde_json::to_string(&algorithms).unwrap();
        assert_eq!(serde_json::from_str::<Algorithms>(&text).unwrap(), algorithms);
    }
}
