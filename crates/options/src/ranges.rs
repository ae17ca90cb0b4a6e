//! Defines what can be chosen on the page, and so in addresses and attributes.

use std::ops::RangeInclusive;

/// The long side of a result that can be chosen on the page, in pixels.
pub const SIZES: RangeInclusive<u32> = 64..=2048;
/// How many steps can be chosen on the page.
pub const STEPS: RangeInclusive<u32> = 10..=300;
/// The strengths that can be chosen on the page: from the photo to the painting.
pub const STRENGTHS: RangeInclusive<f64> = -1.5..=1.5;
/// The sizes of the painting that can be chosen on the page, in hundredths of the size of the result: the larger, the broader its
/// strokes become.
pub const STROKES: [u32; 3] = [60, 100, 140];
