//! Winograd's convolutions F(2×2, 3×3) and F(4×4, 3×3) (Lavin and Gray, "Fast Algorithms for Convolutional Neural
//! Networks", CVPR 2016, section 4): `Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A`.
//!
//! A tile of 4×4 results needs 144 multiplications by definition and 36 this way: the 6×6 inputs around the
//! tile are transformed, multiplied one by one with the transformed kernel, and transformed back. Summed over
//! channels, the multiplications are 36 matrix products, tiles by channels.

#[cfg(feature = "cpu")]
pub mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;

use super::Tile;

impl Tile {
    /// Results along a side.
    pub const fn side(self) -> usize {
        match self {
            Self::Two => 2,
            Self::Four => 4,
        }
    }

    /// Inputs along a side, which is also the transformed tile's.
    pub const fn inputs(self) -> usize {
        self.side() + 2
    }

    /// Elements of a transformed tile: as many matrix products stand side by side.
    pub const fn places(self) -> usize {
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
