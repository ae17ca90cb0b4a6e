//! Defines `impasto batch`: paints many photos, each in the style of each painting.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    str::FromStr,
    time::Instant,
};

use clap::Args;
use impasto::{
    StyleTransfer,
    sources::{Sources, Subject},
};
use options::{Options, recipe::Recipe};

use super::{
    args::{Encoding, EngineArgs},
    encode::output_format,
    error::StylizeError,
    flags::OptionFlags,
    interrupt::Ending,
    paint::{Painted, Saved, paint},
    place::Place,
    progress::Progress,
    read::{read_painting, read_photo},
    studio::{Studio, encoded},
};

/// Paint many photos, each in the style of each painting. What is there already is skipped, so a batch that was interrupted goes on
/// where it was.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct BatchArgs {
    /// The photos
    #[arg(required = true, value_name = "PHOTO")]
    pub photos: Vec<PathBuf>,

    /// A painting; may be given again
    #[arg(long = "painting", required = true, value_name = "FILE")]
    pub paintings: Vec<PathBuf>,

    /// The folder for the results; it is made if it does not exist
    #[arg(long, value_name = "FOLDER")]
    pub out_dir: PathBuf,

    /// The name of a result: {photo} and {painting} stand for the names of the two files, and the extension says in which format
    #[arg(long, value_name = "PATTERN", default_value = "{photo}-{painting}.png")]
    pub name: String,

    /// Paint only part I of N of the batch, so that several machines can share it
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,

    /// Also paint what is there already
    #[arg(long)]
    pub again: bool,

    #[command(flatten)]
    pub encoding: Encoding,

    #[command(flatten)]
    pub engine: EngineArgs,

    #[command(flatten)]
    pub options: OptionFlags,

    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// A part of a batch: every `of`-th picture from the `part`-th on, which counts from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    part: usize,
    of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers =
            text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((part, of)) if (1..=of).contains(&part) => Ok(Self { part, of }),
            _ => Err("a part is I/N, with I from 1 to N, such as 3/16".to_owned()),
        }
    }
}

/// One picture of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Job {
    photo: PathBuf,
    painting: PathBuf,
    out: PathBuf,
}

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
        .filter(|(at, _)| args.shard.is_none_or(|Shard { part, of }| at % of == part - 1));
    let (there, left): (Vec<&Job>, Vec<&Job>) =
        mine.map(|(_, job)| job).partition(|job| !args.again && job.out.exists());
    let say = |line: String| {
        if !args.quiet {
            println!("{line}");
        }
    };
    let mut failed = Vec::new();
    if !left.is_empty() {
        let studio = Studio::open(&args.engine)?;
        say(format!(
            "Painting {} pictures on {}, weights \"{}\".",
            left.len(),
            studio.device,
            studio.network
        ));
        for (at, job) in left.iter().enumerate() {
            let start = Instant::now();
            let words = match paint_one(job, args, &options, &studio) {
                Ok(Ending::Finished) => format!("{:.1} s", start.elapsed().as_secs_f32()),
                Ok(Ending::Interrupted) => {
                    say(format!(
                        "Stopped with {} of {} pictures to do; the same command goes on.",
                        left.len() - at,
                        left.len()
                    ));
                    return Ok(Ending::Interrupted);
                }
                Err(error) => {
                    eprintln!("impasto: {}: {error}", job.out.display());
                    failed.push(&job.out);
                    continue;
                }
            };
            say(format!("{} of {}: {}, {words}", at + 1, left.len(), job.out.display()));
        }
    }
    let painted = left.len() - failed.len();
    say(format!("{painted} painted, {} there already, {} failed.", there.len(), failed.len()));
    match failed.len() {
        0 => Ok(Ending::Finished),
        failed => Err(StylizeError::SomeFailed { failed, of: left.len() }),
    }
}

/// All pictures of a batch, whoever paints them.
fn jobs(args: &BatchArgs) -> Result<Vec<Job>, StylizeError> {
    let mut jobs = Vec::new();
    let mut sources: HashMap<PathBuf, (&Path, &Path)> = HashMap::new();
    for photo in &args.photos {
        for painting in &args.paintings {
            let name = args.name.replace("{photo}", &stem(photo)).replace("{painting}", &stem(painting));
            let out = args.out_dir.join(name);
            output_format(&out)?;
            if let Some((other_photo, other_painting)) = sources.insert(out.clone(), (photo, painting)) {
                let pair = |photo: &Path, painting: &Path| {
                    format!("{} with {}", photo.display(), painting.display())
                };
                return Err(StylizeError::SameName {
                    out,
                    one: pair(other_photo, other_painting),
                    other: pair(photo, painting),
                });
            }
            if args.photos.iter().chain(&args.paintings).any(|input| Place::File(out.clone()).is(input)) {
                return Err(StylizeError::Overwrite(out));
            }
            jobs.push(Job { photo: photo.clone(), painting: painting.clone(), out });
        }
    }
    Ok(jobs)
}

/// The name of a file without folder and extension.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn paint_one(
    job: &Job,
    args: &BatchArgs,
    options: &Options,
    studio: &Studio,
) -> Result<Ending, StylizeError> {
    let unwritten = |source| StylizeError::Write { path: job.out.clone(), source };
    let format = output_format(&job.out)?;
    let place = Place::of(&job.out).map_err(unwritten)?;
    let (photo, opacity) = read_photo(&job.photo, options)?;
    let (width, height) = photo.size();
    Options::check_sides("photo", width, height)?;
    let subject = Subject { photo, opacity, mask: None, content_map: None };
    let sources = Sources { subject, paintings: vec![read_painting(&job.painting, 1.0, options)?] };
    sources.check(options)?;
    let recipe = Recipe::new(&studio.network, options, &[1.0], false);
    let encoding = (format, args.encoding.quality);
    let saved = Saved {
        path: &job.out,
        encode: &|frame| encoded(&job.out, frame, encoding, None),
        every: None,
        state: None,
    };
    let Painted { frame, ending, .. } = pollster::block_on(async {
        let transfer = StyleTransfer::of(studio.vgg.clone(), sources, options).await?;
        Box::pin(paint(transfer, options, false, &saved, Progress::new(true, false))).await
    })?;
    // Half a run would be taken for a whole one the next time.
    if ending == Ending::Finished {
        place.write(&encoded(&job.out, &frame, encoding, Some(&recipe))?).map_err(unwritten)?;
    }
    Ok(ending)
}
