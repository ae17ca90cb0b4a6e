//! Defines `impasto stylize`: paints a photo in the style of one or more paintings, with every option of the engine.

mod args;
mod batch;
mod command;
mod devices;
mod doctor;
mod encode;
mod error;
mod flags;
mod interrupt;
mod outside;
mod paint;
mod place;
mod progress;
mod read;
mod recipes;
mod state;
mod state_format;
mod studio;
mod trace;
mod video;

use std::path::PathBuf;

pub use args::StylizeArgs;
pub use batch::{BatchArgs, run as batch};
pub use devices::{list as devices, list_is_asked};
pub use doctor::{DoctorArgs, run as doctor};
pub use error::StylizeError;
use impasto::{StyleTransfer, sources::Sources};
pub use interrupt::{Ending, INTERRUPTED};
use options::{Optimizer, Options, recipe::Recipe};
use picture::Picture;
pub use video::{VideoArgs, run as video};

use self::{
    encode::{Encoder, Finished},
    paint::{Painted, Saved, beside, paint},
    place::{Place, is_standard},
    progress::Progress,
    read::{read, read_painting, read_subject},
    recipes::{differences, read_recipe},
    state::StateFile,
    state_format::Identity,
    studio::Studio,
    trace::trace_json,
};
use crate::terminal;

/// The validated inputs of a run.
struct Inputs {
    options: Options,
    outputs: Outputs,
    sources: Sources,
    /// The picture to continue from, resized to the photo's size.
    from: Option<Picture>,
    /// The recipe given by `--like`.
    like: Option<Recipe>,
}

/// Where the results go.
struct Outputs {
    encoder: Encoder,
    picture: Place,
    trace: Option<Place>,
    /// The state of the run: the file that it goes on from, unless another one is named.
    state: Option<(PathBuf, Place)>,
}

/// Runs `impasto stylize`.
///
/// # Errors
/// A [`StylizeError`] with a message for the user. No partly written file remains.
pub fn run(args: &StylizeArgs) -> Result<Ending, StylizeError> {
    if args.print_command {
        terminal::say(command(args)?);
        return Ok(Ending::Finished);
    }
    let inputs = inputs(args)?;
    let studio = Studio::open(&args.engine.network, args.engine.device)?;
    let (width, height) = inputs.sources.subject.photo.size();
    let say = |line: String| {
        if !args.quiet {
            terminal::note(line);
        }
    };
    say(format!("Painting {width}×{height} pixels on {}, weights \"{}\".", studio.device, studio.network));
    let recipe = recipe(&studio, &inputs);
    if let Some(like) = &inputs.like {
        for difference in differences(like, &recipe) {
            say(format!("The picture to paint like was painted {difference}: it will not be the same."));
        }
    }
    let Inputs { options, outputs, sources, from, .. } = inputs;
    let state = outputs
        .state
        .clone()
        .map(|(path, place)| StateFile::new(path, place, Identity::of(&options, &studio.network, &sources)));
    let resumed =
        args.resume.as_ref().zip(state.as_ref()).map(|(path, state)| state.read(path)).transpose()?;
    let encode = |picture: &Finished| studio::encoded(&args.out, picture, outputs.encoder, None);
    let bits = outputs.encoder.bits;
    let saved = Saved { path: &args.out, encode: &encode, bits, every: args.every, state };
    let progress = Progress::new(args.quiet, args.json);
    let Painted { picture, steps, trace, ending } = pollster::block_on(async {
        let mut transfer = StyleTransfer::of(studio.vgg, sources, &options).await?;
        if let Some(picture) = from {
            transfer.restart_from(&picture).await?;
        }
        if let Some(snapshot) = resumed {
            transfer.resume(&snapshot).await?;
        }
        Box::pin(paint(transfer, &options, args.trace.is_some(), &saved, progress)).await
    })?;
    // A recipe can reproduce neither a run that continues from another result nor one that was interrupted.
    let is_whole = args.from.is_none() && ending == Ending::Finished;
    let recipe = is_whole.then_some(&recipe);
    let bytes = studio::encoded(&args.out, &picture, outputs.encoder, recipe)?;
    if let (Some(path), Some(place)) = (&args.trace, &outputs.trace) {
        write(place, path, trace_json(&trace).as_bytes())?;
    }
    write(&outputs.picture, &args.out, &bytes)?;
    if !is_standard(&args.out) {
        say(format!("Wrote {}.", args.out.display()));
    }
    match (ending, &saved.state) {
        (Ending::Finished, Some(state)) => state.remove(),
        (Ending::Finished, None) => {}
        (Ending::Interrupted, state) => say(interrupted(args, &options, steps, state.as_ref())),
    }
    Ok(ending)
}

/// The command of the run, for `--print-command`.
fn command(args: &StylizeArgs) -> Result<String, StylizeError> {
    let Asked { options, paintings, .. } = asked(args)?;
    Ok(command::command(args, &options, &paintings))
}

/// What the command line asks for, and the recipe that it names.
struct Asked {
    like: Option<Recipe>,
    options: Options,
    paintings: Vec<(PathBuf, f32)>,
}

fn asked(args: &StylizeArgs) -> Result<Asked, StylizeError> {
    let like = args.like.as_deref().map(read_recipe).transpose()?;
    let options = args.options.options(like.as_ref().map(|recipe| &recipe.options))?;
    options.validate()?;
    let paintings = args.paintings(like.as_ref());
    Ok(Asked { like, options, paintings })
}

/// What is said of a run that was interrupted after these steps.
fn interrupted(args: &StylizeArgs, options: &Options, made: u32, state: Option<&StateFile>) -> String {
    let so_far = format!("Stopped after {made} steps of {}.", options.steps);
    if let Some(state) = state {
        return format!(
            "{so_far} The same command with --resume {} goes on from here.",
            state.path().display()
        );
    }
    let left = options.steps.saturating_sub(made);
    format!("{so_far} --from {} --steps {left} goes on from this picture.", args.out.display())
}

/// How the picture will have been painted.
fn recipe(studio: &Studio, inputs: &Inputs) -> Recipe {
    let subject = &inputs.sources.subject;
    let blend: Vec<f32> = inputs.sources.paintings.iter().map(|painting| painting.weight).collect();
    Recipe {
        content_map: subject.content_map.is_some(),
        ..Recipe::new(&studio.network, &inputs.options, &blend, subject.mask.is_some())
    }
}

/// Reads and checks all inputs before the run, the cheapest first.
fn inputs(args: &StylizeArgs) -> Result<Inputs, StylizeError> {
    let Asked { like, options, paintings } = asked(args)?;
    let outputs = outputs(args, &options, &paintings)?;

    let subject = read_subject(args, &options)?;
    let (width, height) = subject.photo.size();
    Options::check_sides("photo", width, height)?;
    let mut sources = Sources { subject, paintings: Vec::new() };
    for (path, weight) in paintings {
        sources.paintings.push(read_painting(&path, weight, &options)?);
    }
    sources.check(&options)?;
    let from = args.from.as_deref().map(read).transpose()?;
    let from = from.map(|result| result.picture.resize(width, height));
    Ok(Inputs { options, outputs, sources, from, like })
}

/// Checks that everything can be written, and that nothing would be written over an input or over another output.
fn outputs(
    args: &StylizeArgs,
    options: &Options,
    paintings: &[(PathBuf, f32)],
) -> Result<Outputs, StylizeError> {
    let encoder = Encoder::of(&args.out, args.encoding)?;
    if is_standard(&args.out) {
        let needs_name = [("every", args.every.is_some()), ("json", args.json)];
        if let Some((flag, _)) = needs_name.into_iter().find(|(_, is_given)| *is_given) {
            return Err(StylizeError::NeedsName(flag));
        }
    }
    let place = |path: &PathBuf| {
        let of = Place::of(path).and_then(|place| place.check().map(|()| place));
        of.map_err(|source| StylizeError::Write { path: path.clone(), source })
    };
    let picture = place(&args.out)?;
    let trace = args.trace.as_ref().map(place).transpose()?;
    let state = args.save_state.as_ref().or(args.resume.as_ref());
    let state = state.map(|path| place(path).map(|place| (path.clone(), place))).transpose()?;
    if state.is_some() && options.optimizer == Optimizer::Lbfgs {
        return Err(StylizeError::StateOfLbfgs);
    }
    let mut written = vec![(&args.out, &picture)];
    written.extend(args.trace.as_ref().zip(trace.as_ref()));
    written.extend(state.as_ref().map(|(path, place)| (path, place)));
    for (at, (path, place)) in written.iter().enumerate() {
        if let Some((other, _)) = written[..at].iter().find(|(_, other)| other.is_also(place)) {
            return Err(StylizeError::SameOutput((*other).clone(), (*path).clone()));
        }
    }
    let pictures = paintings.iter().map(|(path, _)| path).chain([&args.photo]);
    let others = args.mask.iter().chain(&args.content_map).chain(&args.from).chain(&args.like);
    let mut inputs = pictures.chain(others).chain([&args.engine.network.weights]);
    // The pictures on the way are written, too.
    let every = args.every.unwrap_or(options.steps).max(1) as usize;
    let on_the_way = (0..options.steps).step_by(every).skip(1).map(|step| beside(&args.out, step));
    let on_the_way: Vec<(PathBuf, Place)> =
        on_the_way.map(|path| (path.clone(), Place::File(path))).collect();
    written.extend(on_the_way.iter().map(|(path, place)| (path, place)));
    if let Some(path) = inputs.find_map(|input| Some(written.iter().find(|(_, place)| place.is(input))?.0)) {
        return Err(StylizeError::Overwrite(path.clone()));
    }
    Ok(Outputs { encoder, picture, trace, state })
}

fn write(place: &Place, path: &std::path::Path, bytes: &[u8]) -> Result<(), StylizeError> {
    place.write(bytes).map_err(|source| StylizeError::Write { path: path.to_owned(), source })
}
