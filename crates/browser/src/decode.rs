//! Decodes picture files with the browser's decoders, on the page and in workers.

use js_sys::{Function, Object, Promise, Reflect};
use picture::{
    Picture, Size,
    crop::{Crop, fitted},
    mask::Mask,
};
use protocol::Failure;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ImageBitmap, ImageData, OffscreenCanvas, OffscreenCanvasRenderingContext2d};

use crate::js::spoken;

/// Photos with a longer side than this (in pixels) are first scaled down by the browser: a 48-megapixel photo would
/// need 600 MB as f32, and the memory of a WebAssembly module never shrinks.
const LARGEST: u32 = 2048;

/// Decodes a picture file, or a region of it, at the given size. EXIF orientation is applied; the result is sRGB, with
/// transparent areas composited over white, and the alpha channel as a mask, if any pixel is transparent. `name` is the
/// file's name in the error.
///
/// # Errors
/// [`Failure::Decode`] if the browser cannot decode the file, [`Failure::Falsified`] if it hides the pixels.
pub async fn decode(
    file: &Blob,
    name: &str,
    part: Option<Crop>,
    size: Size,
) -> Result<(Picture, Option<Mask>), Failure> {
    let pixels = shrunk(file, name, size).await?;
    let opacity = Mask::opacity(pixels.width, pixels.height, &pixels.rgba);
    Ok(fitted(&pixels.picture(name)?, opacity.as_ref(), part, size))
}

/// Decodes a picture file scaled by the browser to this size in pixels. Its scaling differs slightly from that of
/// [`decode`], but adds no code to the page.
///
/// # Errors
/// As [`decode`].
pub async fn decode_roughly(
    file: &Blob,
    name: &str,
    width: usize,
    height: usize,
) -> Result<Picture, Failure> {
    read(file, name, |_| (width as u32, height as u32)).await?.picture(name)
}

/// A decoded picture, RGBA8.
struct Pixels {
    width: usize,
    height: usize,
    rgba: Vec<u8>,
}

impl Pixels {
    fn picture(&self, name: &str) -> Result<Picture, Failure> {
        Picture::from_rgba8(self.width, self.height, &self.rgba)
            .map_err(|error| Failure::Decode(format!("{name}: {error}")))
    }
}

/// Decodes a file, scaled down as far as a picture of this size allows.
async fn shrunk(file: &Blob, name: &str, size: Size) -> Result<Pixels, Failure> {
    let bound = match size {
        Size::LongSide(side) => LARGEST.max(side.saturating_mul(4)),
        Size::Original => u32::MAX,
    };
    read(file, name, |(width, height)| {
        let shrink = (f64::from(bound) / f64::from(width.max(height))).min(1.0);
        let scale = |side: u32| ((f64::from(side) * shrink).round() as u32).max(1);
        (scale(width), scale(height))
    })
    .await
}

/// Decodes a file at the size that `scaled` returns for its own size.
async fn read(
    file: &Blob,
    name: &str,
    scaled: impl FnOnce((u32, u32)) -> (u32, u32),
) -> Result<Pixels, Failure> {
    let bitmap = bitmap(file, name).await?;
    let (width, height) = scaled((bitmap.width(), bitmap.height()));
    let rgba = pixels(&bitmap, width, height);
    bitmap.close();
    if are_falsified() {
        return Err(Failure::Falsified);
    }
    let rgba = rgba.map_err(|error| Failure::Decode(format!("{name}: {}", spoken(&error))))?;
    Ok(Pixels { width: width as usize, height: height as usize, rgba })
}

/// Width and height of the picture in a file, in pixels, after EXIF orientation.
///
/// # Errors
/// [`Failure::Decode`] if the browser cannot decode the file.
pub async fn measure(file: &Blob, name: &str) -> Result<(u32, u32), Failure> {
    let bitmap = bitmap(file, name).await?;
    let size = (bitmap.width(), bitmap.height());
    bitmap.close();
    Ok(size)
}

/// The decoded picture in the browser's memory, with EXIF orientation applied. It must be closed.
///
/// # Errors
/// [`Failure::Decode`] if the browser cannot decode the file.
pub async fn bitmap(file: &Blob, name: &str) -> Result<ImageBitmap, Failure> {
    let create = || -> Result<Promise, JsValue> {
        // Looked up by name: `Window` and `WorkerGlobalScope` both have the function, but no common type in web-sys.
        let global = js_sys::global();
        let function: Function = Reflect::get(&global, &"createImageBitmap".into())?.dyn_into()?;
        let options = Object::new();
        Reflect::set(&options, &"imageOrientation".into(), &"from-image".into())?;
        function.call2(&global, file, &options)?.dyn_into()
    };
    let promise = create().map_err(|error| Failure::Decode(format!("{name}: {}", spoken(&error))))?;
    match JsFuture::from(promise).await {
        Ok(bitmap) => Ok(bitmap.unchecked_into()),
        // The browsers' own messages ("The source image could not be decoded") add no information.
        Err(_) => Err(Failure::Decode(name.to_owned())),
    }
}

/// Whether this browser gives other pixels than those that were drawn, to guard against fingerprinting. Small changes, which some
/// browsers make in a few pixels, do not matter.
fn are_falsified() -> bool {
    const SIDE: u32 = 16;
    let drawn: Vec<u8> = (0..SIDE * SIDE).flat_map(|at| [at as u8, 255 - at as u8, 128, 255]).collect();
    let read_back = || -> Result<Vec<u8>, JsValue> {
        let context = context(SIDE, SIDE)?;
        let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&drawn), SIDE, SIDE)?;
        context.put_image_data(&image, 0.0, 0.0)?;
        Ok(context.get_image_data(0.0, 0.0, f64::from(SIDE), f64::from(SIDE))?.data().0)
    };
    // Where there is no canvas, the picture's own failure says so.
    read_back().is_ok_and(|read| {
        let off: u32 = drawn.iter().zip(&read).map(|(drawn, read)| u32::from(drawn.abs_diff(*read))).sum();
        off > 8 * drawn.len() as u32
    })
}

/// A canvas of this size in pixels that is read back once: the browser should keep it in CPU memory.
fn context(width: u32, height: u32) -> Result<OffscreenCanvasRenderingContext2d, JsValue> {
    let canvas = OffscreenCanvas::new(width, height)?;
    let options = Object::new();
    Reflect::set(&options, &"willReadFrequently".into(), &JsValue::TRUE)?;
    let context = canvas
        .get_context_with_context_options("2d", &options)?
        .ok_or_else(|| JsValue::from("this browser has no 2D canvas in workers"))?;
    Ok(context.unchecked_into())
}

fn pixels(bitmap: &ImageBitmap, width: u32, height: u32) -> Result<Vec<u8>, JsValue> {
    let context = context(width, height)?;
    Reflect::set(&context, &"imageSmoothingQuality".into(), &"high".into())?;
    context.draw_image_with_image_bitmap_and_dw_and_dh(
        bitmap,
        0.0,
        0.0,
        f64::from(width),
        f64::from(height),
    )?;
    Ok(context.get_image_data(0.0, 0.0, f64::from(width), f64::from(height))?.data().0)
}
