//! Reports the progress of a run: a bar for a terminal, lines for a log, JSON for other programs, or nothing.

use std::{io::Write, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use picture::{Frame, Losses};
use schedule::Plan;
use serde::Serialize;

use crate::terminal::note;

/// How the progress is reported.
pub struct Progress {
    bar: ProgressBar,
    form: Form,
    /// How many tenths of the work are reported.
    tenths: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Nothing,
    Bar,
    /// A line for each tenth of the work.
    Lines,
    Json,
}

/// A line of JSON.
#[derive(Serialize)]
struct Line {
    step: u32,
    steps: u32,
    width: usize,
    height: usize,
    loss: f32,
    /// Seconds since the first step, and those that are left by the work done so far.
    seconds: f64,
    seconds_left: Option<f64>,
}

/// The work of a run is divided into these many parts a step at full size.
const PARTS: f64 = 1000.0;

impl Progress {
    /// A report; the terminal or its absence decides what is neither asked for nor ruled out.
    pub fn new(quiet: bool, json: bool) -> Self {
        let target = if quiet || json { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(None, target);
        let form = match (json, quiet, bar.is_hidden()) {
            (true, ..) => Form::Json,
            (false, true, _) => Form::Nothing,
            (false, false, true) => Form::Lines,
            (false, false, false) => Form::Bar,
        };
        Self { bar, form, tenths: 0 }
    }

    /// The run begins. The bar counts work, not steps, since steps at small sizes are faster: so the estimate of the time that is left
    /// is right.
    pub fn begin(&self, plan: &Plan, steps: u32) {
        let style =
            ProgressStyle::with_template("{bar:32} {msg}{eta} left").expect("the template is a constant");
        self.bar.set_length(parts(plan, steps));
        self.bar.set_style(style);
        self.bar.reset_elapsed();
        self.bar.enable_steady_tick(Duration::from_millis(500));
    }

    /// These losses were read before a step.
    pub fn read(&mut self, plan: &Plan, (step, steps): (u32, u32), frame: &Frame, losses: Losses) {
        let Frame { width, height, .. } = *frame;
        let at = format!("step {step} of {steps} at {width}×{height}, loss {:.4}, ", losses.total);
        let (done, all) = (parts(plan, step), parts(plan, steps).max(1));
        let seconds = self.bar.elapsed().as_secs_f64();
        match self.form {
            Form::Nothing => {}
            Form::Bar => self.bar.set_message(at),
            Form::Lines => {
                let tenth = 10 * done / all;
                if tenth > self.tenths {
                    self.tenths = tenth;
                    note(format_args!("{at}after {seconds:.0} s"));
                }
            }
            Form::Json => {
                let left = (all.saturating_sub(done)) as f64 / done as f64 * seconds;
                let seconds_left = (done > 0).then_some(left);
                let line = Line { step, steps, width, height, loss: losses.total, seconds, seconds_left };
                let mut out = std::io::stdout().lock();
                // Nobody may be reading any more.
                let _ = serde_json::to_writer(&mut out, &line).map(|()| writeln!(out));
                let _ = out.flush();
            }
        }
    }

    /// A step is made.
    pub fn made(&self, plan: &Plan, steps: u32) {
        self.bar.set_position(parts(plan, steps));
    }

    /// The run has ended after this number of steps, with these losses in total before and after.
    pub fn end(&self, steps: u32, first: f32, last: f32) {
        let seconds = self.bar.elapsed().as_secs_f64();
        self.bar.finish_and_clear();
        if [Form::Bar, Form::Lines].contains(&self.form) {
            note(format_args!("{steps} steps in {seconds:.1} s, loss {first:.4} → {last:.4}."));
        }
    }
}

fn parts(plan: &Plan, steps: u32) -> u64 {
    (PARTS * plan.work(steps)) as u64
}
