//! Decodes what a run is painted from: the photo, its masks, the paintings, and the picture to go on from.

use browser::decode::decode;
use impasto::sources::{Painting, Sources, Subject};
use js_sys::Uint8Array;
use options::Options;
use picture::{Picture, mask::Mask};
use protocol::{Failure, Masked, Start, Styled};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

/// Photo, mask and content map, and paintings, at the sizes that the options ask for.
///
/// # Errors
/// [`Failure::Decode`] if the browser cannot read a file, [`Failure::Options`] if a mask does not fit its size.
pub async fn sources(
    photo: &Blob,
    paintings: impl Iterator<Item = (&Styled, &Blob)>,
    [masked, mapped]: [Option<(Masked, Uint8Array)>; 2],
    options: &Options,
) -> Result<Sources, Failure> {
    let (photo, opacity) = decode(photo, &file_name(photo, "the photo"), None, options.size).await?;
    let (width, height) = photo.size();
    let mask = |sent: Option<(Masked, Uint8Array)>| -> Result<Option<Mask>, Failure> {
        let Some((Masked { width: w, height: h, .. }, bytes)) = sent else { return Ok(None) };
        let weights = bytes.to_vec().into_iter().map(|byte| f32::from(byte) / 255.0).collect();
        let mask = Mask::new(w, h, weights).map_err(|error| Failure::Options(error.to_string()))?;
        Ok(Some(mask.resize(width, height)))
    };
    let (mask, content_map) = (mask(masked)?, mask(mapped)?);
    let style_size = options.style_size.unwrap_or(options.size);
    let mut decoded = Vec::new();
    for (Styled { weight, .. }, file) in paintings {
        let name = file_name(file, "the painting");
        let (picture, opacity) = decode(file, &name, options.style_crop, style_size).await?;
        decoded.push(Painting { picture, opacity, weight: *weight });
    }
    Ok(Sources { subject: Subject { photo, opacity, mask, content_map }, paintings: decoded })
}

/// The picture that a run goes on from, if it does; its RGBA8 pixels were transferred beside the request.
///
/// # Errors
/// [`Failure::Options`] if there are not as many pixels as its size says.
pub fn origin(start: Start, pixels: &JsValue) -> Result<Option<Picture>, Failure> {
    let Start::GoOn { width, height, .. } = start else { return Ok(None) };
    let rgba = Uint8Array::new(pixels).to_vec();
    let picture = Picture::from_rgba8(width, height, &rgba);
    picture.map(Some).map_err(|error| Failure::Options(error.to_string()))
}

/// The name of the visitor's own file; a sample is a blob without a name.
fn file_name(file: &Blob, otherwise: &str) -> String {
    file.dyn_ref::<web_sys::File>().map_or_else(|| otherwise.to_owned(), web_sys::File::name)
}
