//! Draws pixels on canvases.

use js_sys::{Promise, Reflect, Uint8ClampedArray};
use picture::{Picture, color, size_to_fit};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// Draws a frame (RGBA, `width · height · 4` bytes). The canvas has the frame's size in pixels; CSS scales it.
///
/// # Errors
/// If the browser has no 2D canvas, or the number of pixels does not match the size.
pub fn draw(
    canvas: &HtmlCanvasElement,
    pixels: &Uint8ClampedArray,
    width: usize,
    height: usize,
) -> Result<(), JsValue> {
    let (width, height) = (width as u32, height as u32);
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let context: CanvasRenderingContext2d = canvas
        .get_context("2d")?
        .ok_or_else(|| JsValue::from("this browser has no 2D canvas"))?
        .unchecked_into();
    let image = ImageData::new_with_js_u8_clamped_array_and_sh(pixels, width, height)?;
    context.put_image_data(&image, 0.0, 0.0)?;
    // When the browser's GPU process crashes, canvases lose what was drawn on them.
    let redraw = Closure::<dyn Fn()>::new(move || {
        // A canvas that has another size by now has been drawn on again.
        let _ = context.put_image_data(&image, 0.0, 0.0);
    });
    Reflect::set(canvas, &"oncontextrestored".into(), &redraw.into_js_value())?;
    Ok(())
}

/// Draws a frame (RGBA) of this size in pixels scaled to a long side of at most `side` pixels. No pixel is read back, which some
/// browsers falsify.
///
/// # Errors
/// As [`draw`].
pub fn draw_small(
    canvas: &HtmlCanvasElement,
    pixels: &Uint8ClampedArray,
    (width, height): (usize, usize),
    side: usize,
) -> Result<(), JsValue> {
    let whole: HtmlCanvasElement =
        canvas.owner_document().ok_or("there is no document")?.create_element("canvas")?.unchecked_into();
    draw(&whole, pixels, width, height)?;
    let (small_width, small_height) = size_to_fit((width, height), side.min(width.max(height)));
    canvas.set_width(small_width as u32);
    canvas.set_height(small_height as u32);
    let context: CanvasRenderingContext2d = canvas
        .get_context("2d")?
        .ok_or_else(|| JsValue::from("this browser has no 2D canvas"))?
        .unchecked_into();
    let (small_width, small_height) = (small_width as f64, small_height as f64);
    context.draw_image_with_html_canvas_element_and_dw_and_dh(&whole, 0.0, 0.0, small_width, small_height)
}

/// The quality of files with a loss, from 0 to 1: one hardly sees it.
const QUALITY: f64 = 0.92;

/// The canvas as a file of this MIME type; `None` where the browser cannot write it. Browsers with protection against
/// fingerprinting change pixels.
pub async fn encoded(canvas: &HtmlCanvasElement, kind: &str) -> Option<Blob> {
    let written = Promise::new(&mut |resolve, _| {
        if canvas.to_blob_with_type_and_encoder_options(&resolve, kind, &QUALITY.into()).is_err() {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    });
    let file: Blob = JsFuture::from(written).await.ok()?.dyn_into().ok()?;
    (file.type_() == kind).then_some(file)
}

/// Mixes the colours of `photo`, which has the same size, into a frame (RGBA): `tint` per cent.
pub fn tinted(pixels: &Uint8ClampedArray, photo: Option<&Picture>, tint: u32) -> Uint8ClampedArray {
    let Some(photo) = photo.filter(|_| tint > 0) else { return pixels.clone() };
    let mut rgba = pixels.to_vec();
    color::tint(&mut rgba, photo, tint as f32 / 100.0);
    Uint8ClampedArray::from(rgba.as_slice())
}
