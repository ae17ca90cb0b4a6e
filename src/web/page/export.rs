//! What a visitor takes home: the picture, the triptych, the process as an animation.
//!
//! All of it is made from the frames that the page kept, by a worker of its own: the engine is not asked again.

use js_sys::{Array, Promise, Uint8ClampedArray};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlAnchorElement, Response, Url};

use super::{picker::Choice, worker};
use crate::{
    color,
    link::is_on_the_web,
    message::{Errand, Failure, Outcome, Saving},
    picture::Picture,
    recipe::Recipe,
    timeline::Timeline,
    web::{
        envelope::{self, Envelope},
        spoken,
    },
};

/// The program that makes files. It is loaded when something is saved, so that nobody waits for it before.
const PROGRAM: &str = "worker-export";

/// A result and what it was made from.
#[derive(Clone, Debug)]
pub struct Work {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// The photo.
    pub content: Choice,
    /// The painting.
    pub style: Choice,
    /// The second painting, if there was one.
    pub second: Option<Choice>,
    /// The photo at the result's size, once its colours were asked for.
    pub photo: Option<Picture>,
    /// Its frames (RGBA) as they were painted, the last one the result.
    pub timeline: Timeline<Uint8ClampedArray>,
    /// How it was painted. `None` where no recipe gives the same picture: it was stopped, steered on its way, or gone on
    /// from.
    pub recipe: Option<Recipe>,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no frame yet.
    #[error("there is no picture yet: press Paint first")]
    Nothing,
    /// The photo or the painting cannot be read any more (a file that was moved or deleted).
    #[error("the triptych needs the photo and the painting again: {0}")]
    Source(#[from] Failure),
    /// The pixels could not be written in this format.
    #[error("the file could not be written ({0})")]
    Encode(String),
    /// The program that writes files broke down; why, in technical words.
    #[error("the program that writes files stopped because of an error")]
    Broke(String),
    /// There was no room for the file while it was made; for what, in technical words.
    #[error("there is not enough memory to make the file")]
    Memory(String),
}

impl ExportError {
    /// What a visitor need not know, but whoever mends it.
    pub fn details(&self) -> Option<String> {
        match self {
            Self::Broke(words) | Self::Memory(words) => Some(words.clone()),
            _ => None,
        }
    }
}

/// Most frames in an animation: more make the file larger than anyone wants to send.
const MOST_GIF_FRAMES: usize = 60;

impl Work {
    /// A frame that has the photo's colours so far, in hundredths.
    pub fn tinted(&self, pixels: &Uint8ClampedArray, tint: u32) -> Uint8ClampedArray {
        let Some(photo) = self.photo.as_ref().filter(|_| tint > 0) else { return pixels.clone() };
        let mut rgba = pixels.to_vec();
        color::tint(&mut rgba, photo, tint as f32 / 100.0);
        Uint8ClampedArray::from(rgba.as_slice())
    }

    /// Has the file made, [tinted](Self::tinted) so far, and hands it to the browser as a download. `report` is told how
    /// far it is (0..1).
    ///
    /// # Errors
    /// [`ExportError`], in words for the visitor.
    pub async fn save(
        &self,
        what: Saving,
        tint: u32,
        report: impl Fn(f64) + 'static,
    ) -> Result<(), ExportError> {
        let (ending, frames) = match what {
            Saving::Png => (".png", 1),
            Saving::Triptych => ("-triptych.png", 1),
            Saving::Gif => (".gif", MOST_GIF_FRAMES),
        };
        // The last frame is always among them.
        let frames: Array = self
            .timeline
            .sample(frames)
            .into_iter()
            .map(|frame| JsValue::from(self.tinted(&frame.pixels, tint)))
            .collect();
        if frames.length() == 0 {
            return Err(ExportError::Nothing);
        }
        let sources = [Some(&self.content), Some(&self.style), self.second.as_ref()];
        let sources: Vec<&Choice> = sources.into_iter().flatten().collect();
        let titles = sources.iter().map(|choice| choice.title.clone()).collect();
        // Colours that were changed afterwards are not painted again by it.
        let recipe = self.recipe.as_ref().filter(|_| what == Saving::Png && tint == 0);
        let recipe = recipe.map(Recipe::text).transpose().map_err(fault)?;
        let errand = Errand { what, width: self.width, height: self.height, titles, recipe };
        let mut envelope = Envelope::new(&errand).map_err(fault)?.with("frames", &frames);
        if what == Saving::Triptych {
            let files = Array::new();
            for choice in sources {
                files.push(&file(choice).await?.into());
            }
            envelope = envelope.with("files", &files);
        }
        let made = send(&envelope, report).await?;
        let name = format!("impasto-{}-{}{ending}", self.content.slug(), self.style.slug());
        download(&name, &made).map_err(|error| ExportError::Encode(spoken(&error)))
    }
}

/// Has the work done by a worker that lives for this errand alone.
async fn send(envelope: &Envelope, report: impl Fn(f64) + 'static) -> Result<Blob, ExportError> {
    let worker = worker(PROGRAM).map_err(|error| fault(spoken(&error)))?;
    let mut settle = None;
    let answer = Promise::new(&mut |resolve, _| settle = Some(resolve));
    let listener = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        let data = envelope::beside(&event, "data");
        match (envelope::open(&data), &settle) {
            (Ok(Outcome::Part(part)), _) => report(part),
            // Also what is no message at all: the error event of a worker that could not be loaded.
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
        Outcome::Failed { failure: Failure::Crashed(words) } => Err(ExportError::Broke(words)),
        Outcome::Failed { failure: Failure::OutOfMemory(words) } => Err(ExportError::Memory(words)),
        Outcome::Failed { failure } => Err(failure.into()),
        Outcome::Made | Outcome::Part(_) => Ok(envelope::beside(&data, "file").unchecked_into()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn fault(error: impl ToString) -> ExportError {
    ExportError::Encode(error.to_string())
}

/// The file of a picture that was chosen.
///
/// # Errors
/// [`Failure::Decode`] if a sample cannot be fetched.
pub async fn file(choice: &Choice) -> Result<Blob, Failure> {
    if let Some(file) = &choice.file {
        return Ok(file.clone().into());
    }
    let fetch = async {
        let window = web_sys::window().ok_or("there is no window")?;
        let response: Response = JsFuture::from(window.fetch_with_str(&choice.url)).await?.unchecked_into();
        if !response.ok() {
            return Err(JsValue::from(format!("status {}", response.status())));
        }
        Ok(JsFuture::from(response.blob()?).await?.unchecked_into())
    };
    fetch.await.map_err(|error: JsValue| {
        // Browsers do not tell a refusal from a missing connection.
        let hint = if is_on_the_web(&choice.url) {
            " (its site has to allow others to read it, by CORS)"
        } else {
            ""
        };
        Failure::Decode(format!("{}: {}{hint}", choice.url, spoken(&error)))
    })
}

fn download(name: &str, file: &Blob) -> Result<(), JsValue> {
    let document = web_sys::window().and_then(|window| window.document()).ok_or("there is no document")?;
    let url = Url::create_object_url_with_blob(file)?;
    let anchor: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    // The browser reads the file after this function: some need the URL for a while.
    gloo_timers::callback::Timeout::new(60_000, move || {
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
    Ok(())
}
