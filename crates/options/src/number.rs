//! Reads numbers.

/// A number with a written form.
pub trait Number: Sized {
    /// Reads the written form; `None` if it is none.
    fn of(text: &str) -> Option<Self>;
}

impl Number for u32 {
    fn of(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

// For browsers fractions are read here: the tables of the standard library's reader would be a thirtieth of what the page sends.
impl Number for f64 {
    #[cfg(target_family = "wasm")]
    fn of(text: &str) -> Option<Self> {
        decimal(text)
    }

    #[cfg(not(target_family = "wasm"))]
    fn of(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Number for f32 {
    #[cfg(target_family = "wasm")]
    fn of(text: &str) -> Option<Self> {
        decimal(text).map(|number| number as Self)
    }

    #[cfg(not(target_family = "wasm"))]
    fn of(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// Reads a decimal number. It is the nearest one for up to fifteen digits and exponents up to 22, and beyond that exact to a few units
/// in the last place. Infinity and NaN are no numbers.
#[cfg(any(test, target_family = "wasm"))]
fn decimal(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (digits, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse().ok()?),
        None => (unsigned, 0_i32),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = || whole.bytes().chain(fraction.bytes());
    if all().next().is_none() || !all().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let mut significand = 0_u64;
    let mut exponent = exponent.clamp(-10_000, 10_000);
    for (at, digit) in all().enumerate() {
        let is_kept = significand < u64::MAX / 100;
        if is_kept {
            significand = 10 * significand + u64::from(digit - b'0');
        }
        exponent += i32::from(!is_kept) - i32::from(at >= whole.len());
    }
    let mut value = significand as f64;
    // Ten to the power of 22 is the largest one that is an f64.
    while exponent != 0 && value != 0.0 && value.is_finite() {
        let part = exponent.clamp(-22, 22);
        let power = (0..part.unsigned_abs()).fold(1.0, |power, _| 10.0 * power);
        value = if part > 0 { value * power } else { value / power };
        exponent -= part;
    }
    Some(if text.starts_with('-') { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_to_the_bit() {
        let mut bits = 1_u32;
        for _ in 0..20_000 {
            bits = bits.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // From 1e-12 to 1e12, as weights are.
            let number = f32::from_bits(bits % (0x5368_d4a5 - 0x2b8c_bccc) + 0x2b8c_bccc);
            let text = number.to_string();
            assert_eq!(decimal(&text).map(|read| (read as f32).to_bits()), Some(number.to_bits()), "{text}");
            let short = f64::from(bits % 4000) / 1000.0;
            assert_eq!(decimal(&short.to_string()), Some(short));
        }
    }

    #[test]
    fn every_form_is_read_as_by_the_standard_library() {
        for text in [
            "0",
            "-0",
            "+1",
            "1.",
            ".5",
            "-.5",
            "1e3",
            "1E-3",
            "1.5e+2",
            "007.50",
            "123456789012345678901234567890",
            "1e22",
        ] {
            let due: f64 = text.parse().unwrap();
            let read = decimal(text).unwrap();
            assert!(
                (read - due).abs() <= 1e-15 * due.abs() && read.is_sign_negative() == due.is_sign_negative(),
                "{text}: {read}"
            );
        }
        assert_eq!(decimal("1e999"), Some(f64::INFINITY));
        assert_eq!(decimal("1e-999"), Some(0.0));
        for text in ["", "-", ".", "e3", "1e", "1e+", "--1", "1,5", "0x1", " 1", "1 ", "inf", "NaN", "١"] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }
}
