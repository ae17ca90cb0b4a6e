//! Defines `impasto stylize`: paints a photo in the style of one or more paintings, with every option of the engine.

mod args;
mod devices;
mod error;
mod flags;
mod paint;
mod read;
mod recipes;
mod trace;
mod write;

use std::path::{Path, PathBuf};

pub use args::StylizeArgs;
pub use error::StylizeError;
use image::ImageFormat;
use impasto::{StyleTransfer, Vgg, sources::Sources};
use options::{Options, recipe::Recipe};
use picture::{Frame, Picture};
use weights::Weights;

use self::{
    devices::open_device,
    paint::paint,
    read::{read, read_painting, read_subject},
    recipes::{differences, read_recipe},
    trace::{TraceRow, trace_json},
    write::{encode, output_format, refuse_to_overwrite, try_writing, write_whole},
};

/// The validated inputs of a run.
struct Inputs {
    options: Options,
    format: ImageFormat,
    sources: Sources,
    /// The picture to continue from, resized to the photo's size.
    from: Option<Picture>,
    weights: Weights,
    /// The recipe given by `--like`.
    like: Option<Recipe>,
}

/// Runs `impasto stylize`.
///
/// # Errors
/// A [`StylizeError`] with a message for the user. No partly written file remains.
pub fn run(args: &StylizeArgs) -> Result<(), StylizeError> {
    let Inputs { options, format, sources, from, weights, like } = inputs(args)?;
    let (device, name) = pollster::block_on(open_device(args.device))?;
    let say = |line: String| {
        if !args.quiet {
            eprintln!("{line}");
        }
    };
    let (width, height) = sources.subject.photo.size();
    say(format!("Painting {width}×{height} pixels on {name}, weights \"{}\".", weights.name));
    let blend: Vec<f32> = sources.paintings.iter().map(|painting| painting.weight).collect();
    let recipe = Recipe {
        content_map: sources.subject.content_map.is_some(),
        ..Recipe::new(&weights.name, &options, &blend, sources.subject.mask.is_some())
    };
    if let Some(like) = like {
        for difference in differences(&like, &recipe) {
            say(format!("The picture to paint like was painted {difference}: it will not be the same."));
        }
    }
    let vgg = Vgg::new(&weights, &device)?;
    drop(weights); // The device has its own copy.
    let (frame, trace) = pollster::block_on(async {
        let mut transfer = StyleTransfer::of(vgg, sources, &options).await?;
        if let Some(picture) = from {
            transfer.restart_from(&picture).await?;
        }
        Box::pin(paint(transfer, &options, args)).await
    })?;
    // A recipe cannot reproduce a run that continues from another result.
    let recipe = (format == ImageFormat::Png && args.from.is_none()).then_some(recipe);
    write_outputs(args, format, &frame, &trace, recipe.as_ref())?;
    say(format!("Wrote {}.", args.out.display()));
    Ok(())
}

/// Reads and checks all inputs before the run, the cheapest first.
fn inputs(args: &StylizeArgs) -> Result<Inputs, StylizeError> {
    let like = args.like.as_deref().map(read_recipe).transpose()?;
    let options = args.options.options(like.as_ref().map(|recipe| &recipe.options))?;
    options.validate()?;
    let format = output_format(&args.out)?;
    let paintings = args.paintings(like.as_ref());
    check_outputs(args, &paintings)?;

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
    if !args.weights.exists() {
        return Err(StylizeError::NoWeights(args.weights.clone()));
    }
    let weights = weights::open(&args.weights, args.caffe)?;
    Ok(Inputs { options, format, sources, from, weights, like })
}

/// Checks that the outputs can be written and do not overwrite an input.
fn check_outputs(args: &StylizeArgs, paintings: &[(PathBuf, f32)]) -> Result<(), StylizeError> {
    let inputs = paintings.iter().map(|(path, _)| path).chain([&args.photo]);
    let masks = args.mask.iter().chain(&args.content_map);
    refuse_to_overwrite(&args.out, inputs.chain(masks).chain(&args.from))?;
    for path in [Some(&args.out), args.trace.as_ref()].into_iter().flatten() {
        try_writing(path).map_err(|source| StylizeError::Write { path: path.clone(), source })?;
    }
    Ok(())
}

fn write_outputs(
    args: &StylizeArgs,
    format: ImageFormat,
    frame: &Frame,
    trace: &[TraceRow],
    recipe: Option<&Recipe>,
) -> Result<(), StylizeError> {
    let path = args.out.clone();
    let bytes =
        encode(frame, format).map_err(|source| StylizeError::Encode { path: path.clone(), source })?;
    let bytes = match recipe {
        Some(recipe) => recipe.write(&bytes).map_err(|source| StylizeError::Recipe { path, source })?,
        None => bytes,
    };
    let write = |path: &Path, bytes: &[u8]| {
        write_whole(path, bytes).map_err(|source| StylizeError::Write { path: path.to_owned(), source })
    };
    if let Some(path) = &args.trace {
        write(path, trace_json(trace).as_bytes())?;
    }
    write(&args.out, &bytes)
}
