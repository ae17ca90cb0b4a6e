//! Writes lines for the user. Whoever reads them may leave before the end, as `head` does: that must not end a run.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// Writes a line to the standard output.
pub fn say(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Writes a line to the standard error.
pub fn note(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}
