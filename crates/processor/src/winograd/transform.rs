//! Defines the one-dimensional transforms along a side of a tile.
#![expect(clippy::inline_always, reason = "see `lanes`")]

use crate::lanes::Lanes;

/// The transforms of a tile, for a vector of channels at once.
pub trait Transform<const SIDE: usize, const INPUTS: usize>: Sync {
    /// Bᵀ d.
    fn input<L: Lanes>(d: [L; INPUTS]) -> [L; INPUTS];
    /// Aᵀ m.
    fn output<L: Lanes>(m: [L; INPUTS]) -> [L; SIDE];
}

/// F(2×2, 3×3).
pub struct Two;

impl Transform<2, 4> for Two {
    #[inline(always)]
    fn input<L: Lanes>([a, b, c, d]: [L; 4]) -> [L; 4] {
        [a - c, b + c, c - b, b - d]
    }

    #[inline(always)]
    fn output<L: Lanes>([a, b, c, d]: [L; 4]) -> [L; 2] {
        [a + b + c, b - c - d]
    }
}

/// F(4×4, 3×3).
pub struct Four;

impl Transform<4, 6> for Four {
    #[inline(always)]
    fn input<L: Lanes>([a, b, c, d, e, f]: [L; 6]) -> [L; 6] {
        let (two, four) = (L::splat(2.0), L::splat(4.0));
        let (minus_four, minus_five) = (L::splat(-4.0), L::splat(-5.0));
        let (even, odd) = (c.mul_add(minus_four, e), b.mul_add(minus_four, d));
        let (near, far) = (e - c, (d - b) * two);
        let (first, last) = (c.mul_add(minus_five, e), d.mul_add(minus_five, f));
        [a.mul_add(four, first), even + odd, even - odd, near + far, near - far, b.mul_add(four, last)]
    }

    #[inline(always)]
    fn output<L: Lanes>([a, b, c, d, e, f]: [L; 6]) -> [L; 4] {
        let (two, four, eight) = (L::splat(2.0), L::splat(4.0), L::splat(8.0));
        let (sum, difference) = (b + c, b - c);
        let (sum2, difference2) = (d + e, d - e);
        [
            a + sum + sum2,
            difference2.mul_add(two, difference),
            sum2.mul_add(four, sum),
            difference2.mul_add(eight, difference + f),
        ]
    }
}
