//! Makes the files of a result: the picture, the triptych, and the run as an animation.
//!
//! This worker is loaded when a visitor saves a file, so that it delays nothing before, and the page stays responsive.

use std::io::Cursor;

use browser::{
    decode::decode,
    envelope::{self, Envelope},
    spoken,
};
use gif::{Encoder, Repeat};
use js_sys::{Array, Uint8Array};
use options::{png_text, recipe::KEYWORD};
use picture::{Picture, Size, triptych};
use protocol::{ExportEvent, ExportKind, ExportRequest, Failure};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, BlobPropertyBag, DedicatedWorkerGlobalScope, MessageEvent};

/// The length of an animation, and the time for which its last frame is shown, in hundredths of a second.
const GIF_LENGTH: usize = 500;
const GIF_LAST: u16 = 250;

/// Registers the listener for requests. Called once, by the worker's `main`.
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        fail(Failure::of_breakdown(info.payload_as_str().unwrap_or_default()));
    }));
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        spawn_local(async move {
            match make(&event.data()).await {
                Ok(file) => post(&ExportEvent::Made, &file),
                Err(failure) => fail(failure),
            }
        });
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The listener lives as long as the worker.
    on_message.forget();
}

async fn make(data: &JsValue) -> Result<Blob, Failure> {
    let request = envelope::open::<ExportRequest>(data).map_err(fault)?;
    let frames: Array = envelope::beside(data, "frames").unchecked_into();
    let frames: Vec<Vec<u8>> = frames.iter().map(|pixels| Uint8Array::new(&pixels).to_vec()).collect();
    let last = frames.last().ok_or_else(|| fault("there is no picture"))?;
    let (kind, bytes) = match request.what {
        ExportKind::Png => {
            let file = png(request.width, request.height, last)?;
            let file = match request.recipe {
                Some(text) => png_text::insert(&file, KEYWORD, &text).map_err(fault)?,
                None => file,
            };
            ("image/png", file)
        }
        ExportKind::Triptych => {
            let result = Picture::from_rgba8(request.width, request.height, last).map_err(fault)?;
            // Each panel has the height of the result: twice its long side is enough to scale from.
            let side = Size::LongSide(2 * request.width.max(request.height) as u32);
            let files: Array = envelope::beside(data, "files").unchecked_into();
            let mut sources = Vec::new();
            for (file, title) in files.iter().zip(&request.titles) {
                let (picture, _) = decode(&file.unchecked_into(), title, None, side).await?;
                sources.push(picture);
            }
            let sheet = triptych(&sources, &result);
            ("image/png", png(sheet.width(), sheet.height(), &sheet.to_rgba8())?)
        }
        ExportKind::Gif => ("image/gif", gif(request.width, request.height, frames)?),
    };
    let properties = BlobPropertyBag::new();
    properties.set_type(kind);
    let parts = Array::of1(&Uint8Array::from(bytes.as_slice()));
    Blob::new_with_u8_array_sequence_and_options(&parts, &properties).map_err(|error| fault(spoken(&error)))
}

/// Encodes an animation. Each frame has `width · height · 4` bytes (RGBA).
fn gif(width: usize, height: usize, frames: Vec<Vec<u8>>) -> Result<Vec<u8>, Failure> {
    let count = frames.len();
    let (width, height) = (width as u16, height as u16);
    let mut encoder = Encoder::new(Vec::new(), width, height, &[]).map_err(fault)?;
    encoder.set_repeat(Repeat::Infinite).map_err(fault)?;
    let delay = (GIF_LENGTH / count).clamp(4, 50) as u16;
    for (at, mut rgba) in frames.into_iter().enumerate() {
        // Speed 20 of 30: the palette is learned from every 20th pixel. A frame takes a few tens of milliseconds, and
        // the loss is hardly visible in brush strokes.
        let mut frame = gif::Frame::from_rgba_speed(width, height, &mut rgba, 20);
        frame.delay = if at + 1 == count { GIF_LAST } else { delay };
        encoder.write_frame(&frame).map_err(fault)?;
        post(&ExportEvent::Part((at + 1) as f64 / count as f64), &JsValue::UNDEFINED);
    }
    encoder.into_inner().map_err(fault)
}

/// Encodes these pixels as a PNG. A canvas is not used: a browser with protection against fingerprinting returns
/// slightly different pixels.
fn png(width: usize, height: usize, rgba: &[u8]) -> Result<Vec<u8>, Failure> {
    let opaque = rgba.chunks_exact(4).all(|pixel| pixel[3] == 255);
    let colors = if opaque { 3 } else { 4 };
    let values: Vec<u8> = rgba.chunks_exact(4).flat_map(|pixel| &pixel[..colors]).copied().collect();
    let mut file = Cursor::new(Vec::new());
    let mut encoder = png::Encoder::new(&mut file, width as u32, height as u32);
    encoder.set_color(if opaque { png::ColorType::Rgb } else { png::ColorType::Rgba });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    encoder
        .add_text_chunk("Software".into(), concat!("Impasto ", env!("CARGO_PKG_VERSION")).into())
        .map_err(fault)?;
    let mut writer = encoder.write_header().map_err(fault)?;
    writer.write_image_data(&values).map_err(fault)?;
    writer.finish().map_err(fault)?;
    Ok(file.into_inner())
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn fault(error: impl ToString) -> Failure {
    Failure::Crashed(error.to_string())
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn fail(failure: Failure) {
    post(&ExportEvent::Failed { failure }, &JsValue::UNDEFINED);
}

fn post(outcome: &ExportEvent, file: &JsValue) {
    let sent = Envelope::new(outcome).map_err(|error| error.to_string()).and_then(|envelope| {
        let envelope = envelope.with("file", file);
        scope().post_message(envelope.parts().0).map_err(|error| spoken(&error))
    });
    if let Err(error) = sent {
        web_sys::console::error_1(&format!("An outcome could not be sent to the page: {error}").into());
    }
}
