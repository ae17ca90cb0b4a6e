//! What a visitor takes home: the picture, the triptych, the process as an animation.
//!
//! All of it is made on the page from the frames that it kept; the engine is not asked again.

use std::io::Cursor;

use gif::{Encoder, Repeat};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Uint8Array, Uint8ClampedArray};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Response, Url};

use super::{decode::decode, picker::Choice, spoken};
use crate::{
    link::is_on_the_web,
    message::Failure,
    options::Size,
    picture::{Picture, triptych},
    timeline::Timeline,
};

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saving {
    /// The picture at full size.
    Png,
    /// Photo, painting and result in one picture.
    Triptych,
    /// The process.
    Gif,
}

impl Saving {
    /// The name in the page's `data-busy`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Triptych => "triptych",
            Self::Gif => "gif",
        }
    }
}

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
    /// Its frames (RGBA), the last one the result.
    pub timeline: Timeline<Uint8ClampedArray>,
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
}

/// Most frames in an animation: more make the file larger than anyone wants to send.
const MOST_GIF_FRAMES: usize = 60;
/// How long an animation runs, in hundredths of a second, and how long its last picture stays.
const GIF_LENGTH: usize = 500;
const GIF_LAST: u16 = 250;

impl Work {
    /// Makes the file and hands it to the browser as a download. `report` is told how far it is (0..1).
    ///
    /// # Errors
    /// [`ExportError`], in words for the visitor.
    pub async fn save(&self, what: Saving, report: impl Fn(f64)) -> Result<(), ExportError> {
        let name = format!("impasto-{}-{}", self.content.slug(), self.style.slug());
        match what {
            Saving::Png => {
                let rgba = self.last()?;
                download(&format!("{name}.png"), "image/png", &png(self.width, self.height, &rgba)?)
            }
            Saving::Triptych => {
                let sheet = self.triptych().await?;
                let file = png(sheet.width(), sheet.height(), &sheet.to_rgba8())?;
                download(&format!("{name}-triptych.png"), "image/png", &file)
            }
            Saving::Gif => download(&format!("{name}.gif"), "image/gif", &self.gif(report).await?),
        }
    }

    fn last(&self) -> Result<Vec<u8>, ExportError> {
        Ok(self.timeline.last().ok_or(ExportError::Nothing)?.pixels.to_vec())
    }

    async fn triptych(&self) -> Result<Picture, ExportError> {
        let result = Picture::from_rgba8(self.width, self.height, &self.last()?)
            .map_err(|error| ExportError::Encode(error.to_string()))?;
        // Each panel gets the result's height: twice its long side is more than enough to scale from.
        let side = Size::LongSide(2 * self.width.max(self.height) as u32);
        let content = decode(&file(&self.content).await?, &self.content.title, side).await?;
        let style = decode(&file(&self.style).await?, &self.style.title, side).await?;
        Ok(triptych(&[&content, &style, &result]))
    }

    async fn gif(&self, report: impl Fn(f64)) -> Result<Vec<u8>, ExportError> {
        let fault = |error: gif::EncodingError| ExportError::Encode(error.to_string());
        let frames = self.timeline.sample(MOST_GIF_FRAMES);
        let count = frames.len();
        if count == 0 {
            return Err(ExportError::Nothing);
        }
        let (width, height) = (self.width as u16, self.height as u16);
        let mut encoder = Encoder::new(Vec::new(), width, height, &[]).map_err(fault)?;
        encoder.set_repeat(Repeat::Infinite).map_err(fault)?;
        let delay = (GIF_LENGTH / count).clamp(4, 50) as u16;
        for (at, frame) in frames.into_iter().enumerate() {
            let mut rgba = frame.pixels.to_vec();
            // Speed 20 of 30: the palette is learned from every 20th pixel, one frame takes a few
            // tens of milliseconds, and brush strokes hide what little is lost.
            let mut frame = gif::Frame::from_rgba_speed(width, height, &mut rgba, 20);
            frame.delay = if at + 1 == count { GIF_LAST } else { delay };
            encoder.write_frame(&frame).map_err(fault)?;
            report((at + 1) as f64 / count as f64);
            // The page lives on between two frames.
            TimeoutFuture::new(0).await;
        }
        encoder.into_inner().map_err(|error| ExportError::Encode(error.to_string()))
    }
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

/// A PNG of exactly these pixels. Not by way of the canvas: a browser that guards against
/// fingerprinting gives back slightly different pixels than it was given.
fn png(width: usize, height: usize, rgba: &[u8]) -> Result<Vec<u8>, ExportError> {
    let fault = |error: png::EncodingError| ExportError::Encode(error.to_string());
    let rgb: Vec<u8> = rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let mut file = Cursor::new(Vec::new());
    let mut encoder = png::Encoder::new(&mut file, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    encoder
        .add_text_chunk("Software".into(), concat!("Impasto ", env!("CARGO_PKG_VERSION")).into())
        .map_err(fault)?;
    let mut writer = encoder.write_header().map_err(fault)?;
    writer.write_image_data(&rgb).map_err(fault)?;
    writer.finish().map_err(fault)?;
    Ok(file.into_inner())
}

fn download(name: &str, kind: &str, bytes: &[u8]) -> Result<(), ExportError> {
    let offer = || -> Result<(), JsValue> {
        let document =
            web_sys::window().and_then(|window| window.document()).ok_or("there is no document")?;
        let properties = BlobPropertyBag::new();
        properties.set_type(kind);
        let parts = Array::of1(&Uint8Array::from(bytes));
        let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &properties)?;
        let url = Url::create_object_url_with_blob(&blob)?;
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
    };
    offer().map_err(|error| ExportError::Encode(spoken(&error)))
}
