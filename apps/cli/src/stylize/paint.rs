//! Makes the steps of a run.

use std::path::{Path, PathBuf};

use impasto::StyleTransfer;
use options::Options;
use picture::{Frame, Losses};

use super::{
    args::Bits,
    encode::Finished,
    error::StylizeError,
    interrupt::{self, Ending},
    place::Place,
    progress::Progress,
    state::{self, StateFile},
    trace::TraceRow,
};

/// Without a trace, the losses are read back after every fourth step only: each readback waits for the GPU, but without
/// any the queue would grow without bound.
pub const READ_EVERY: u32 = 4;

/// What is written on the way.
pub struct Saved<'a> {
    /// Where the result will be; the pictures on the way are beside it.
    pub path: &'a Path,
    /// Makes a file of a picture.
    pub encode: &'a dyn Fn(&Finished) -> Result<Vec<u8>, StylizeError>,
    /// The bits of a channel of the pictures.
    pub bits: Bits,
    /// After how many steps a picture is written; `None` for none.
    pub every: Option<u32>,
    /// Where the state is kept.
    pub state: Option<StateFile>,
}

/// What came of a run.
pub struct Painted {
    /// The last picture, at the size of the result.
    pub picture: Finished,
    /// The number of steps made.
    pub steps: u32,
    pub trace: Vec<TraceRow>,
    pub ending: Ending,
}

/// Makes the steps, until the last one, a good picture, or an interruption. `traces` says whether the losses of each step are wanted.
pub async fn paint(
    mut transfer: StyleTransfer,
    options: &Options,
    traces: bool,
    saved: &Saved<'_>,
    mut progress: Progress,
) -> Result<Painted, StylizeError> {
    let plan = transfer.plan().clone();
    interrupt::watch();
    progress.begin(&plan, options.steps);
    let mut trace = Vec::new();
    let mut ending = Ending::Finished;
    for step in transfer.steps()..options.steps {
        transfer.next_scale().await?;
        transfer.step().await?;
        if traces || step.is_multiple_of(READ_EVERY) || transfer.needs_losses() {
            let (frame, losses) = checked(transfer.read(false).await?, step)?; // before this step
            progress.read(&plan, (step, options.steps), &frame, losses);
            trace.push(TraceRow::new(step, &frame, losses));
            if transfer.is_good_enough(&frame) {
                break;
            }
        }
        progress.made(&plan, step + 1);
        if saved.every.is_some_and(|every| (step + 1).is_multiple_of(every)) && step + 1 < options.steps {
            saved.write(&Finished::of(&transfer, saved.bits).await?, step + 1)?;
        }
        let is_over = interrupt::is_asked() && step + 1 < options.steps;
        if is_over || (step + 1).is_multiple_of(state::EVERY) {
            saved.keep(&transfer).await?;
        }
        if is_over {
            ending = Ending::Interrupted;
            break;
        }
    }
    transfer.evaluate().await?;
    let steps = transfer.steps();
    let (frame, losses) = checked(transfer.read(false).await?, steps)?;
    trace.push(TraceRow::new(steps, &frame, losses));
    progress.end(steps, trace[0].total, losses.total);
    let picture = Finished::of(&transfer, saved.bits).await?;
    Ok(Painted { picture, steps, trace, ending })
}

impl Saved<'_> {
    /// Writes the state of the run, if that is wanted.
    async fn keep(&self, transfer: &StyleTransfer) -> Result<(), StylizeError> {
        let Some(file) = &self.state else { return Ok(()) };
        file.write(&transfer.snapshot().await?.ok_or(StylizeError::StateOfLbfgs)?)
    }

    /// Writes a picture of the way beside the result.
    fn write(&self, picture: &Finished, step: u32) -> Result<(), StylizeError> {
        let path = beside(self.path, step);
        let bytes = (self.encode)(picture)?;
        let written = Place::of(&path).and_then(|place| place.write(&bytes));
        written.map_err(|source| StylizeError::Write { path, source })
    }
}

/// The name of the picture after a step, beside the result.
pub fn beside(result: &Path, step: u32) -> PathBuf {
    let stem = result.file_stem().unwrap_or_default().to_string_lossy();
    let extension = result.extension().unwrap_or_default().to_string_lossy();
    result.with_file_name(format!("{stem}-{step:05}.{extension}"))
}

/// A frame and its losses, if they are finite. At least one evaluation must have been made.
pub fn checked(frame: Frame, step: u32) -> Result<(Frame, Losses), StylizeError> {
    match frame.losses {
        Some(losses) if losses.is_finite() => Ok((frame, losses)),
        _ => Err(StylizeError::Diverged(step)),
    }
}
