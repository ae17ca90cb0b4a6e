//! Reports the progress of a film: a bar for a terminal, a line a frame for a log, or nothing.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::terminal;

/// The report of a film.
pub struct Report {
    bar: ProgressBar,
    quiet: bool,
    /// The number of frames, as far as it is known.
    frames: Option<u64>,
    /// How many were there already.
    there: u64,
    begun: Instant,
}

/// How a frame was painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The first one.
    First,
    /// It follows another one.
    Following,
    /// It is the first one after a cut.
    AfterCut,
}

impl Report {
    /// A film of about so many frames begins, of which some are there.
    pub fn new(quiet: bool, frames: Option<u64>, there: u64) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(frames, target);
        bar.set_style(
            ProgressStyle::with_template("{bar:32} frame {pos} of {len}, {msg}{eta} left")
                .expect("the template is a constant"),
        );
        bar.set_position(there);
        bar.reset_eta();
        bar.enable_steady_tick(Duration::from_millis(500));
        Self { bar, quiet, frames, there, begun: Instant::now() }
    }

    /// A step of a frame is made.
    pub fn step(&self, step: u32, steps: u32) {
        self.bar.set_message(format!("step {step} of {steps}, "));
    }

    /// A frame is painted, which took so long.
    pub fn painted(&self, number: u64, kind: Kind, took: Duration) {
        self.bar.set_position(number);
        if self.quiet || !self.bar.is_hidden() {
            return;
        }
        let of = self.frames.map_or(String::new(), |frames| format!(" of {}", frames.max(number)));
        let how = match kind {
            Kind::First | Kind::Following => "",
            Kind::AfterCut => "after a cut, ",
        };
        let done = number - self.there;
        let mean = self.begun.elapsed().as_secs_f64() / done as f64;
        let to_do = self.frames.map_or(0, |frames| frames.saturating_sub(number));
        let left = match to_do {
            0 => String::new(),
            frames => format!(", about {} left", time(mean * frames as f64)),
        };
        terminal::note(format_args!("frame {number}{of}: {how}{:.1} s{left}", took.as_secs_f64()));
    }

    /// The last frame is painted, or the run is interrupted.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// A time in words.
fn time(seconds: f64) -> String {
    match seconds {
        under if under < 90.0 => format!("{under:.0} s"),
        under if under < 5400.0 => format!("{:.0} min", under / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}
