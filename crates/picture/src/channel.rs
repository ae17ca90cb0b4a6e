//! Defines what a channel of a finished pixel is stored as: 8 bits, as screens and the page want it, or 16.

/// A channel of a pixel as an integer, 0 for none of it and [`Channel::MOST`] for all.
pub trait Channel: Copy + PartialOrd + 'static {
    /// The greatest value, which stands for 1.
    const MOST: Self;
    /// The greatest value, as a number: 255 or 65535.
    const SCALE: f32;

    /// The value as a number from 0 to [`Channel::SCALE`].
    fn number(self) -> f32;

    /// The nearest value to a number; below 0 and beyond [`Channel::SCALE`] the least and the greatest one.
    fn nearest(number: f32) -> Self;

    /// A colour of this opacity over white, both gamma-encoded, as 0..1. That of an opaque pixel is exactly `value / SCALE`.
    fn over_white(self, opacity: Self) -> f32;
}

impl Channel for u8 {
    const MOST: Self = Self::MAX;
    const SCALE: f32 = 255.0;

    fn number(self) -> f32 {
        f32::from(self)
    }

    fn nearest(number: f32) -> Self {
        number.round() as Self
    }

    fn over_white(self, opacity: Self) -> f32 {
        // An opaque byte k becomes exactly k / 255: both integers below are then multiples of 255.
        let sum = u32::from(self) * u32::from(opacity) + 255 * u32::from(255 - opacity);
        sum as f32 / (255.0 * 255.0)
    }
}

impl Channel for u16 {
    const MOST: Self = Self::MAX;
    const SCALE: f32 = 65535.0;

    fn number(self) -> f32 {
        f32::from(self)
    }

    fn nearest(number: f32) -> Self {
        number.round() as Self
    }

    fn over_white(self, opacity: Self) -> f32 {
        let sum = u64::from(self) * u64::from(opacity) + 65535 * u64::from(65535 - opacity);
        (sum as f64 / (65535.0 * 65535.0)) as f32
    }
}
