//! Numbers as the page writes them.

/// "1 step", "2 steps".
pub fn counted(number: u32, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Bytes in units of 10⁶ bytes, with one decimal and without the unit: "1.3".
pub fn megabytes(bytes: f64) -> String {
    format!("{:.1}", bytes / 1e6)
}

/// A time in seconds, rounded: "about 40 seconds".
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
