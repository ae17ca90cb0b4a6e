//! Defines `impasto batch`: paints many photos, each in the style of each painting.

mod args;
mod jobs;
mod shard;

use std::{
    fs, panic,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Instant,
};

pub use args::BatchArgs;
use impasto::{
    StyleTransfer,
    sources::{Sources, Subject},
};
use options::{Options, recipe::Recipe};

use self::jobs::{Job, jobs};
use super::{
    encode::Encoder,
    error::StylizeError,
    interrupt::Ending,
    paint::{Painted, Saved, paint},
    place::Place,
    progress::Progress,
    read::{read_painting, read_photo},
    studio::{Studio, encoded},
};
use crate::terminal;

/// Runs `impasto batch`.
///
/// # Errors
/// If nothing can be painted at all, or, after the rest was painted, if a picture has failed.
pub fn run(args: &BatchArgs) -> Result<Ending, StylizeError> {
    let options = args.options.options(None)?;
    options.validate()?;
    let all = jobs(args)?;
    let unwritten = |source| StylizeError::Write { path: args.out_dir.clone(), source };
    fs::create_dir_all(&args.out_dir).map_err(unwritten)?;
    let mine = all
        .iter()
        .enumerate()
        .filter(|(at, _)| args.shard.is_none_or(|shard| shard.has(*at)))
        .map(|(_, job)| job);
    let (there, left): (Vec<&Job>, Vec<&Job>) = mine.partition(|job| !args.again && job.out.exists());
    let batch = Batch {
        args,
        options,
        left,
        next: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
        failed: AtomicUsize::new(0),
    };
    if !batch.left.is_empty() && batch.paint()? == Ending::Interrupted {
        let (left, of) = (batch.left.len() - batch.done.into_inner(), batch.left.len());
        say(args, &format!("Stopped with {left} of {of} pictures to do; the same command goes on."));
        return Ok(Ending::Interrupted);
    }
    let (failed, of) = (batch.failed.into_inner(), batch.left.len());
    say(args, &format!("{} painted, {} there already, {failed} failed.", of - failed, there.len()));
    if failed == 0 { Ok(Ending::Finished) } else { Err(StylizeError::SomeFailed { failed, of }) }
}

fn say(args: &BatchArgs, line: &str) {
    if !args.quiet {
        terminal::say(line);
    }
}

/// A batch that is being painted, by one thread for each device.
struct Batch<'a> {
    args: &'a BatchArgs,
    options: Options,
    /// The pictures to paint.
    left: Vec<&'a Job>,
    /// The next one that no device has taken.
    next: AtomicUsize,
    /// How many are painted or have failed.
    done: AtomicUsize,
    failed: AtomicUsize,
}

impl Batch<'_> {
    /// Paints on all devices.
    fn paint(&self) -> Result<Ending, StylizeError> {
        let devices = self.args.devices.iter().copied().map(Some);
        let devices: Vec<_> = if self.args.devices.is_empty() { vec![None] } else { devices.collect() };
        let studios = devices.into_iter().map(|device| Studio::open(&self.args.network, device));
        let studios = studios.collect::<Result<Vec<_>, _>>()?;
        let names: Vec<&str> = studios.iter().map(|studio| studio.device.as_str()).collect();
        let line = format!(
            "Painting {} pictures on {}, weights \"{}\".",
            self.left.len(),
            names.join(" and on "),
            studios[0].network
        );
        say(self.args, &line);
        let endings: Vec<Ending> = thread::scope(|scope| {
            let threads: Vec<_> = studios.iter().map(|studio| scope.spawn(|| self.work(studio))).collect();
            let ended = threads.into_iter().map(thread::ScopedJoinHandle::join);
            ended.map(|ending| ending.unwrap_or_else(|panic| panic::resume_unwind(panic))).collect()
        });
        let is_interrupted = endings.contains(&Ending::Interrupted);
        Ok(if is_interrupted { Ending::Interrupted } else { Ending::Finished })
    }

    /// Paints one picture after the other on a device, until none is left.
    fn work(&self, studio: &Studio) -> Ending {
        while let Some(job) = self.left.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let start = Instant::now();
            let painted = paint_one(job, self.args, &self.options, studio);
            if painted.as_ref().is_ok_and(|ending| *ending == Ending::Interrupted) {
                return Ending::Interrupted;
            }
            let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
            let name = job.out.display();
            match painted {
                Ok(_) => {
                    let seconds = start.elapsed().as_secs_f32();
                    say(self.args, &format!("{done} of {}: {name}, {seconds:.1} s", self.left.len()));
                }
                Err(error) => {
                    terminal::note(format_args!("impasto: {name}: {error}"));
                    self.failed.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        Ending::Finished
    }
}

fn paint_one(
    job: &Job,
    args: &BatchArgs,
    options: &Options,
    studio: &Studio,
) -> Result<Ending, StylizeError> {
    let unwritten = |source| StylizeError::Write { path: job.out.clone(), source };
    let encoder = Encoder::of(&job.out, args.encoding)?;
    let place = Place::of(&job.out).map_err(unwritten)?;
    let (photo, opacity) = read_photo(&job.photo, options)?;
    let (width, height) = photo.size();
    Options::check_sides("photo", width, height)?;
    let subject = Subject { photo, opacity, mask: None, content_map: None };
    let sources = Sources { subject, paintings: vec![read_painting(&job.painting, 1.0, options)?] };
    sources.check(options)?;
    let recipe = Recipe::new(&studio.network, options, &[1.0], false);
    let saved = Saved {
        path: &job.out,
        encode: &|picture| encoded(&job.out, picture, encoder, None),
        bits: encoder.bits,
        every: None,
        state: None,
    };
    let Painted { picture, ending, .. } = pollster::block_on(async {
        let transfer = StyleTransfer::of(studio.vgg.clone(), sources, options).await?;
        Box::pin(paint(transfer, options, false, &saved, Progress::new(true, false))).await
    })?;
    // Half a run would be taken for a whole one the next time.
    if ending == Ending::Finished {
        place.write(&encoded(&job.out, &picture, encoder, Some(&recipe))?).map_err(unwritten)?;
    }
    Ok(ending)
}
