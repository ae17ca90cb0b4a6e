//! The tiles of Winograd's convolutions F(2×2, 3×3) and F(4×4, 3×3) (Lavin and Gray, "Fast Algorithms for Convolutional
//! Neural Networks", CVPR 2016, section 4): `Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A`.
//!
//! A tile of 4×4 outputs needs 144 multiplications by definition and 36 this way: the 6×6 inputs d around the tile are
//! transformed, multiplied elementwise with the transformed kernel g, and transformed back. Summed over channels, the
//! multiplications are 36 matrix products, tiles × channels.

use serde::{Deserialize, Serialize};

/// How many outputs Winograd's algorithm computes at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Tile {
    /// 2×2: 2.25 times fewer multiplications, 16 values per transformed kernel.
    Two,
    /// 4×4: 4 times fewer multiplications, 36 values per transformed kernel.
    Four,
}

impl Tile {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Two, Self::Four];

    /// Outputs along a side.
    pub const fn side(self) -> usize {
        match self {
            Self::Two => 2,
            Self::Four => 4,
        }
    }

    /// Inputs along a side; the transformed tile has the same side.
    pub const fn inputs(self) -> usize {
        self.side() + 2
    }

    /// Elements of a transformed tile, which is also the number of matrix products.
    pub const fn elements(self) -> usize {
        self.inputs() * self.inputs()
    }

    /// G, a row each.
    pub const fn g(self) -> &'static [&'static [f32]] {
        match self {
            Self::Two => &[&[1.0, 0.0, 0.0], &[0.5, 0.5, 0.5], &[0.5, -0.5, 0.5], &[0.0, 0.0, 1.0]],
            Self::Four => &[
                &[1.0 / 4.0, 0.0, 0.0],
                &[-1.0 / 6.0, -1.0 / 6.0, -1.0 / 6.0],
                &[-1.0 / 6.0, 1.0 / 6.0, -1.0 / 6.0],
                &[1.0 / 24.0, 1.0 / 12.0, 1.0 / 6.0],
                &[1.0 / 24.0, -1.0 / 12.0, 1.0 / 6.0],
                &[0.0, 0.0, 1.0],
            ],
        }
    }

    /// Bᵀ, a row each.
    pub const fn b(self) -> &'static [&'static [f32]] {
        match self {
            Self::Two => &[
                &[1.0, 0.0, -1.0, 0.0],
                &[0.0, 1.0, 1.0, 0.0],
                &[0.0, -1.0, 1.0, 0.0],
                &[0.0, 1.0, 0.0, -1.0],
            ],
            Self::Four => &[
                &[4.0, 0.0, -5.0, 0.0, 1.0, 0.0],
                &[0.0, -4.0, -4.0, 1.0, 1.0, 0.0],
                &[0.0, 4.0, -4.0, -1.0, 1.0, 0.0],
                &[0.0, -2.0, -1.0, 2.0, 1.0, 0.0],
                &[0.0, 2.0, -1.0, -2.0, 1.0, 0.0],
                &[0.0, 4.0, 0.0, -5.0, 0.0, 1.0],
            ],
        }
    }

    /// Aᵀ, a row each.
    pub const fn a(self) -> &'static [&'static [f32]] {
        match self {
            Self::Two => &[&[1.0, 1.0, 1.0, 0.0], &[0.0, 1.0, -1.0, -1.0]],
            Self::Four => &[
                &[1.0, 1.0, 1.0, 1.0, 1.0, 0.0],
                &[0.0, 1.0, -1.0, 2.0, -2.0, 0.0],
                &[0.0, 1.0, 1.0, 4.0, 4.0, 0.0],
                &[0.0, 1.0, -1.0, 8.0, -8.0, 1.0],
            ],
        }
    }
}
