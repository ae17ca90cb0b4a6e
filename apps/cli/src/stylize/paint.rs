//! Makes the steps of a run and reports its progress.

use std::time::Duration;

use impasto::StyleTransfer;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use options::Options;
use picture::{Frame, Losses};

use super::{args::StylizeArgs, error::StylizeError, trace::TraceRow};

/// Without a trace, the losses are read back after every fourth step only: each readback waits for the GPU, but without
/// any the queue would grow without bound.
const READ_EVERY: u32 = 4;

/// Makes the steps with a progress bar; returns the final frame and the trace.
pub async fn paint(
    mut transfer: StyleTransfer,
    options: &Options,
    args: &StylizeArgs,
) -> Result<(Frame, Vec<TraceRow>), StylizeError> {
    // The bar counts work, not steps, since steps at small sizes are faster: this makes the estimate of the remaining
    // time correct.
    let plan = transfer.plan().clone();
    let parts = |steps| (1000.0 * plan.work(steps)) as u64;
    let bar = ProgressBar::with_draw_target(
        Some(parts(options.steps)),
        if args.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() },
    )
    .with_style(
        ProgressStyle::with_template("{bar:32} {msg}{eta} left").expect("the template is a constant"),
    );
    bar.enable_steady_tick(Duration::from_millis(500));
    // Without a terminal, a line is printed for each tenth of the work instead of the bar.
    let lines = bar.is_hidden() && !args.quiet;
    let mut tenths = 0;

    let mut trace = Vec::new();
    for step in 0..options.steps {
        transfer.next_scale().await?;
        transfer.step().await?;
        if args.trace.is_some() || step.is_multiple_of(READ_EVERY) || transfer.needs_losses() {
            let (frame, losses) = checked(transfer.read(false).await?, step)?; // before this step
            let at = format!(
                "step {step} of {} at {}×{}, loss {:.4}, ",
                options.steps, frame.width, frame.height, losses.total
            );
            let tenth = 10 * parts(step) / parts(options.steps).max(1);
            if lines && tenth > tenths {
                tenths = tenth;
                eprintln!("{at}after {:.0} s", bar.elapsed().as_secs_f32());
            }
            bar.set_message(at);
            trace.push(TraceRow::new(step, &frame, losses));
            if transfer.is_good_enough(&frame) {
                break;
            }
        }
        bar.set_position(parts(step + 1));
    }
    transfer.evaluate().await?;
    let steps = transfer.steps();
    let (frame, losses) = checked(transfer.frame().await?, steps)?;
    trace.push(TraceRow::new(steps, &frame, losses));
    bar.finish_and_clear();
    if !args.quiet {
        eprintln!(
            "{steps} steps in {:.1} s, loss {:.4} → {:.4}.",
            bar.elapsed().as_secs_f32(),
            trace[0].total,
            losses.total
        );
    }
    Ok((frame, trace))
}

/// A frame and its losses, if they are finite. At least one evaluation must have been made.
fn checked(frame: Frame, step: u32) -> Result<(Frame, Losses), StylizeError> {
    match frame.losses {
        Some(losses) if losses.is_finite() => Ok((frame, losses)),
        _ => Err(StylizeError::Diverged(step)),
    }
}
