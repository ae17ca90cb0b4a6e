//! Makes the files that a visitor can save: the picture, the triptych, and the animation of the run.
//!
//! A separate worker makes them from the frames that the page keeps, without the engine. Films are made elsewhere
//! ([`film`](crate::services::film)).

use browser::{envelope, envelope::Envelope, spoken};
use js_sys::{Array, Promise, Uint8ClampedArray};
use options::recipe::Recipe;
use protocol::{ExportEvent, ExportKind, ExportRequest, Failure};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlAnchorElement, Url};

use crate::{
    model::{choice::Choice, result::PaintedResult},
    services::{canvas::tinted, files::OwnFiles, tasks::Task, workers},
};

/// The program of that worker. It is loaded only when something is saved.
const PROGRAM: &str = "worker-export";

/// Why no file was made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no frame yet.
    #[error("there is no picture yet: press Paint first")]
    Nothing,
    /// The photo or the painting cannot be read any more (a file that was moved or deleted).
    #[error("the triptych needs the photo and the painting again: {0}")]
    Source(#[from] Failure),
    /// The browser does not write this format, the first one, but the second one can be made.
    #[error("this browser does not write {0}; save a {1}")]
    Unknown(&'static str, &'static str),
    /// The pixels could not be written in this format.
    #[error("the file could not be written ({0})")]
    Encode(String),
    /// The worker's program crashed; with technical details.
    #[error("the program that writes files stopped because of an error")]
    Broke(String),
    /// The worker's program ran out of memory; with technical details.
    #[error("there is not enough memory to make the file")]
    Memory(String),
}

impl ExportError {
    /// Technical details for bug reports.
    pub fn details(&self) -> Option<String> {
        match self {
            Self::Broke(words) | Self::Memory(words) => Some(words.clone()),
            _ => None,
        }
    }
}

/// The largest number of frames in an animation: it limits the size of the file.
const MOST_GIF_FRAMES: usize = 60;

/// A file and its name.
pub struct MadeFile {
    /// The name that it is saved by.
    pub name: String,
    /// Its contents.
    pub bytes: Blob,
}

/// The name of a file, without the end that says its format.
pub fn file_stem(result: &PaintedResult<Uint8ClampedArray>) -> String {
    format!("impasto-{}-{}", result.content.slug(), result.style.slug())
}

/// Makes the file in a worker. `tint` is the share of the photo's colours in per cent, `looked_at` the
/// step of the frame that is shown (`None`: the latest); `report` is called with the progress (0 to 1). The task answers with
/// an [`ExportError`], in words for the visitor, if that fails.
pub fn make(
    result: PaintedResult<Uint8ClampedArray>,
    files: OwnFiles,
    what: ExportKind,
    seen: (u32, Option<u32>),
    report: impl Fn(f64) + 'static,
) -> Task<Result<Blob, ExportError>> {
    Box::pin(made(result, files, what, seen, Box::new(report)))
}

async fn made(
    result: PaintedResult<Uint8ClampedArray>,
    files: OwnFiles,
    what: ExportKind,
    (tint, looked_at): (u32, Option<u32>),
    report: Box<dyn Fn(f64)>,
) -> Result<Blob, ExportError> {
    let chosen = match what {
        // The last frame is always included.
        ExportKind::Gif => result.timeline.sample(MOST_GIF_FRAMES),
        ExportKind::Png | ExportKind::Triptych => result.timeline.at(looked_at).into_iter().collect(),
    };
    let frames: Array = chosen
        .into_iter()
        .map(|frame| JsValue::from(tinted(&frame.pixels, result.photo.as_ref(), tint)))
        .collect();
    if frames.length() == 0 {
        return Err(ExportError::Nothing);
    }
    let sources = [Some(&result.content), Some(&result.style), result.second.as_ref()];
    let sources: Vec<&Choice> = sources.into_iter().flatten().collect();
    let titles = sources.iter().map(|choice| choice.title.clone()).collect();
    // The recipe does not reproduce colours that were changed afterwards, nor frames on the way.
    let is_as_painted = tint == 0 && looked_at.is_none();
    let recipe = result.recipe.as_ref().filter(|_| what == ExportKind::Png && is_as_painted);
    let recipe = recipe.map(Recipe::text).transpose().map_err(fault)?;
    let request = ExportRequest { what, width: result.width, height: result.height, titles, recipe };
    let mut envelope = Envelope::new(&request).map_err(fault)?.with("frames", &frames);
    if what == ExportKind::Triptych {
        let blobs = Array::new();
        for choice in sources {
            blobs.push(&files.read(choice).await?.into());
        }
        envelope = envelope.with("files", &blobs);
    }
    send(&envelope, report).await
}

/// Starts a worker for one request, and terminates it after the response.
async fn send(envelope: &Envelope, report: Box<dyn Fn(f64)>) -> Result<Blob, ExportError> {
    let worker = workers::start(PROGRAM).map_err(|error| fault(spoken(&error)))?;
    let mut settle = None;
    let answer = Promise::new(&mut |resolve, _| settle = Some(resolve));
    let listener = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        let data = envelope::beside(&event, "data");
        match (envelope::open(&data), &settle) {
            (Ok(ExportEvent::Part(part)), _) => report(part),
            // Includes the error event of a worker that could not be loaded.
            (_, Some(resolve)) => drop(resolve.call1(&JsValue::UNDEFINED, &data)),
            (_, None) => {}
        }
    });
    worker.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    worker.set_onerror(Some(listener.as_ref().unchecked_ref()));
    let (message, transferred) = envelope.parts();
    let answer = match worker.post_message_with_transfer(message, transferred) {
        Ok(()) => JsFuture::from(answer).await,
        Err(error) => Err(error),
    };
    worker.terminate();
    let data = answer.map_err(|error| fault(spoken(&error)))?;
    if data.is_undefined() {
        return Err(fault(format!("{PROGRAM} could not be loaded")));
    }
    match envelope::open(&data).map_err(fault)? {
        ExportEvent::Failed { failure: Failure::Crashed(words) } => Err(ExportError::Broke(words)),
        ExportEvent::Failed { failure: Failure::OutOfMemory(words) } => Err(ExportError::Memory(words)),
        ExportEvent::Failed { failure } => Err(failure.into()),
        ExportEvent::Made | ExportEvent::Part(_) => Ok(envelope::beside(&data, "file").unchecked_into()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn fault(error: impl ToString) -> ExportError {
    ExportError::Encode(error.to_string())
}

/// Offers a file as a download.
///
/// # Errors
/// If the browser cannot make an object URL for it.
pub fn download(file: &MadeFile) -> Result<(), JsValue> {
    let document = web_sys::window().and_then(|window| window.document()).ok_or("there is no document")?;
    let url = Url::create_object_url_with_blob(&file.bytes)?;
    let anchor: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    anchor.set_href(&url);
    anchor.set_download(&file.name);
    anchor.click();
    // Some browsers read the file later and need the URL until then.
    gloo_timers::callback::Timeout::new(60_000, move || {
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
    Ok(())
}
