//! Formats numbers for the page.

/// "1 step", "2 steps".
pub fn counted(number: u32, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Bytes in units of 10⁶ bytes, with one decimal and without the unit: "1.3".
pub fn megabytes(bytes: f64) -> String {
    format!("{:.1}", bytes / 1e6)
}

/// A duration in seconds, rounded: "about 40 seconds".
pub fn duration(seconds: f64) -> String {
    match seconds {
        ..1.5 => "about a second".to_owned(),
        ..90.0 => format!("about {seconds:.0} seconds"),
        ..5400.0 => format!("about {:.0} minutes", seconds / 60.0),
        _ => format!("about {:.0} hours", seconds / 3600.0),
    }
}

/// Two significant digits: 0.1, 0.032, 3.2.
pub fn significant(value: f64) -> String {
    let digits = (1.0 - value.abs().log10().floor()).max(0.0) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_as_many_digits_as_they_need() {
        assert_eq!((counted(1, "step"), counted(0, "step")), ("1 step".into(), "0 steps".into()));
        assert_eq!(megabytes(1_340_000.0), "1.3");
        assert_eq!([0.1, 0.0316, 3.16, 10.0, 12.0].map(significant), ["0.1", "0.032", "3.2", "10", "12"]);
    }

    #[test]
    fn a_time_is_rounded_to_the_unit_that_suits_it() {
        let words = [0.4, 40.2, 89.0, 90.0, 5400.0].map(duration);
        let wanted =
            ["about a second", "about 40 seconds", "about 89 seconds", "about 2 minutes", "about 2 hours"];
        assert_eq!(words, wanted);
    }
}
