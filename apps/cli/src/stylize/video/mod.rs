//! Defines `impasto video`: paints a film frame by frame, each following the one before along the optical flow: Ruder, Dosovitskiy
//! and Brox 2016, "Artistic style transfer for videos", with the consistency of neighbouring frames (section 4).

mod args;
mod encode;
mod error;
mod ffmpeg;
mod film;
mod folder;
mod motion;
mod paint;
mod report;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

pub use args::VideoArgs;
pub use error::VideoError;
pub use ffmpeg::programs;
use impasto::sources::Painting;
use options::Options;
use picture::Picture;

use self::{
    encode::{Container, Making},
    film::{Film, Frames, probe},
    folder::{FilmIdentity, Folder, hash},
    motion::{Motion, Painted},
    paint::Painter,
    report::{Kind, Report},
};
use super::{
    args::WeightedFile,
    error::StylizeError,
    interrupt::{self, Ending},
    place::Place,
    read::read_painting,
    state_format::Identity,
    studio::Studio,
};
use crate::terminal;

/// The validated inputs of a run.
struct Inputs {
    options: Options,
    steps_after: u32,
    place: Place,
    film: Film,
    /// Width and height of the painted frames.
    size: (usize, usize),
    paintings: Vec<Painting>,
}

/// Runs `impasto video`.
///
/// # Errors
/// A [`StylizeError`] with a message for the user. Frames that are painted are kept.
pub fn run(args: &VideoArgs) -> Result<Ending, StylizeError> {
    let inputs = inputs(args)?;
    let say = |line: String| {
        if !args.quiet {
            terminal::note(line);
        }
    };
    let mut frames = Frames::of(&args.film, &inputs.film, inputs.size)?;
    let first = frames.next()?.ok_or_else(|| VideoError::NoPictures(args.film.clone()))?;
    let studio = Studio::open(&args.engine.network, args.engine.device)?;
    let painter = Painter {
        studio: &studio,
        options: &inputs.options,
        steps_after: inputs.steps_after,
        steadiness: args.steadiness,
        paintings: &inputs.paintings,
    };
    let sources = painter.sources(first.clone());
    sources.check(&inputs.options)?;
    let identity = FilmIdentity {
        run: Identity::of(&inputs.options, &studio.network, &sources),
        film: hash(&args.film)?,
        steps_after: inputs.steps_after,
        steadiness: args.steadiness,
    };
    let folder = Folder::open(&args.folder(), &identity)?;
    let ((width, height), of) = (inputs.size, inputs.film.frames);
    let count = of.map_or("some".to_owned(), |frames| frames.to_string());
    say(format!(
        "Painting {count} frames of {width}×{height} pixels on {}, weights \"{}\".",
        studio.device, studio.network
    ));
    interrupt::watch();
    let (painted, mut ending) = paint_all(&painter, &folder, (first, frames), args, of)?;
    if ending == Ending::Finished {
        let making = Making {
            source: &args.film,
            film: &inputs.film,
            frames: &folder,
            count: painted,
            size: inputs.size,
            out: &args.out,
            place: &inputs.place,
        };
        ending = making.write()?;
    }
    match ending {
        Ending::Finished => {
            if !args.keep_frames {
                folder.remove(painted);
            }
            say(format!("Wrote {}, {painted} frames.", args.out.display()));
        }
        Ending::Interrupted => say(format!(
            "Stopped after {painted} frames, which are in {}. The same command goes on from there.",
            folder.path().display()
        )),
    }
    Ok(ending)
}

/// Paints all frames that are not there yet. The number of those that are then, and whether these are all.
fn paint_all(
    painter: &Painter<'_>,
    folder: &Folder,
    (first, mut frames): (Picture, Frames),
    args: &VideoArgs,
    of: Option<u64>,
) -> Result<(u64, Ending), StylizeError> {
    let mut painted = folder.painted();
    let report = Report::new(args.quiet, of, painted);
    let mut next = Some(first);
    let mut before = None;
    if painted > 0 {
        if painted > 1 {
            frames.skip(painted - 2)?;
            next = frames.next()?;
        }
        let frame = next.ok_or_else(|| VideoError::TooManyFrames(folder.path().to_owned()))?;
        before = Some(Painted { frame, picture: folder.read(painted)? });
        next = frames.next()?;
    }
    while let Some(frame) = next {
        if interrupt::is_asked() {
            report.end();
            return Ok((painted, Ending::Interrupted));
        }
        let start = Instant::now();
        let motion = before.as_ref().and_then(|before| Motion::between(before, &frame));
        let kind = match (&before, &motion) {
            (None, _) => Kind::First,
            (_, None) => Kind::AfterCut,
            (_, Some(_)) => Kind::Following,
        };
        let result = pollster::block_on(Box::pin(painter.paint(frame.clone(), motion, &report)))?;
        let Some(result) = result else {
            report.end();
            return Ok((painted, Ending::Interrupted));
        };
        painted += 1;
        // As it is read again by a run that goes on.
        let picture = Picture::from_rgba8(result.width, result.height, &result.rgba)
            .expect("a frame has four bytes per pixel");
        folder.write(painted, result)?;
        before = Some(Painted { frame, picture });
        report.painted(painted, kind, start.elapsed());
        next = frames.next()?;
    }
    report.end();
    Ok((painted, Ending::Finished))
}

/// Reads and checks all inputs before the run, the cheapest first.
fn inputs(args: &VideoArgs) -> Result<Inputs, StylizeError> {
    let options = args.options.options(None)?;
    options.validate()?;
    Container::of(&args.out)?;
    let place = Place::of(&args.out).and_then(|place| {
        place.check()?;
        place.beginning().map(|_| place)
    });
    let place = place.map_err(|source| StylizeError::Write { path: args.out.clone(), source })?;
    let paintings: Vec<(PathBuf, f32)> = args.paintings.iter().map(WeightedFile::parts).collect();
    let opened = |path: &Path| {
        fs::File::open(path).map(drop).map_err(|source| StylizeError::Open { path: path.to_owned(), source })
    };
    opened(&args.film)?;
    let read = paintings.iter().map(|(path, _)| path).chain([&args.film, &args.engine.network.weights]);
    if read.into_iter().any(|input| place.is(input)) {
        return Err(StylizeError::Overwrite(args.out.clone()));
    }
    let film = probe(&args.film)?;
    let size = film.painted_size(options.size);
    Options::check_sides("film", size.0, size.1)?;
    let paintings: Result<_, _> =
        paintings.iter().map(|(path, weight)| read_painting(path, *weight, &options)).collect();
    let steps_after = args.steps_after.unwrap_or_else(|| options.steps.div_ceil(3));
    Ok(Inputs { options, steps_after, place, film, size, paintings: paintings? })
}
