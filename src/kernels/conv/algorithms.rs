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

/// The fastest algorithms as measured on one GPU, by the numbers of input and output channels. Other convolutions use
/// the rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Algorithms(Vec<(usize, usize, Algorithm)>);

impl Algorithms {
    /// The algorithm for a convolution with these numbers of channels, if it was measured.
    pub fn of(&self, inputs: usize, outputs: usize) -> Option<Algorithm> {
        let found = self.0.iter().find(|(i, o, _)| (*i, *o) == (inputs, outputs));
        found.map(|(.., algorithm)| *algorithm)
    }

    /// Sets the algorithm that was measured to be the fastest.
    pub fn set(&mut self, inputs: usize, outputs: usize, algorithm: Algorithm) {
        self.0.retain(|(i, o, _)| (*i, *o) != (inputs, outputs));
        self.0.push((inputs, outputs, algorithm));
        self.0.sort_by_key(|(i, o, _)| (*i, *o));
    }
}

/// For people who know the method: `direct 64→64; Winograd 4×4 64→128, 128→64`.
impl fmt::Display for Algorithms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        for algorithm in Algorithm::ALL {
            let of_it = self.0.iter().filter(|(.., other)| *other == algorithm);
            let channels: Vec<String> = of_it.map(|(i, o, _)| format!("{i}→{o}")).collect();
            if !channels.is_empty() {
                parts.push(format!("{algorithm} {}", channels.join(", ")));
            }
        }
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
        assert_eq!(algorithms.of(64, 64), Some(Algorithm::Direct));
        assert_eq!(algorithms.of(128, 64), None, "there and back are two things");
        assert_eq!(algorithms.to_string(), "direct 64→64; Winograd 4×4 64→128");
        let text = serde_json::to_string(&algorithms).unwrap();
        assert_eq!(serde_json::from_str::<Algorithms>(&text).unwrap(), algorithms);
    }
}
