//! Defines the transfer function of sRGB (IEC 61966-2-1), between gamma-encoded values 0..1 and linear light.

use std::sync::LazyLock;

/// The linear light of each byte. Photos are bytes, and computing `powf` for 36 million values takes seconds in wasm.
static LINEAR_OF_BYTE: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|byte| decode_srgb(byte as f32 / 255.0)));

pub(crate) fn to_linear(gamma: f32) -> f32 {
    let byte = (gamma * 255.0).round();
    // Exact equality on purpose: only a value that is k/255 may use the table.
    #[expect(clippy::float_cmp)]
    if byte / 255.0 == gamma { LINEAR_OF_BYTE[byte as usize] } else { decode_srgb(gamma) }
}

/// The decoding function of IEC 61966-2-1, exact.
fn decode_srgb(gamma: f32) -> f32 {
    if gamma <= 0.04045 { gamma / 12.92 } else { ((gamma + 0.055) / 1.055).powf(2.4) }
}

/// The encoding function of IEC 61966-2-1, exact. Clamps linear light to 0..1.
pub(crate) fn to_gamma(linear: f32) -> f32 {
    let linear = linear.clamp(0.0, 1.0);
    let gamma = if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    gamma.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_finds_its_table_entry_and_comes_back() {
        for byte in 0..=255_u8 {
            let value = f32::from(byte) / 255.0;
            assert_eq!(to_linear(value).to_bits(), decode_srgb(value).to_bits(), "byte {byte}");
            assert!((to_gamma(to_linear(value)) - value).abs() < 1e-6, "byte {byte}");
        }
    }

    #[test]
    fn the_curve_is_the_standard_one() {
        // IEC 61966-2-1: mid grey 0.5 is 21.4 % of the light; half the light is encoded as 0.735.
        assert!((decode_srgb(0.5) - 0.214_041).abs() < 1e-6);
        assert!((to_gamma(0.5) - 0.735_357).abs() < 1e-6);
        assert!((decode_srgb(0.04) - 0.04 / 12.92).abs() < 1e-9);
    }
}
