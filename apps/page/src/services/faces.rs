//! Finds faces in pictures, in the few browsers that can (Shape Detection API).

use browser::{decode::bitmap, spoken};
use js_sys::{Array, Reflect, global};
use protocol::Failure;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::{Blob, ImageBitmap};

#[wasm_bindgen]
extern "C" {
    type FaceDetector;

    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<FaceDetector, JsValue>;

    #[wasm_bindgen(method, catch)]
    async fn detect(this: &FaceDetector, image: &ImageBitmap) -> Result<JsValue, JsValue>;
}

/// Whether this browser finds faces.
pub fn are_found() -> bool {
    Reflect::has(&global(), &"FaceDetector".into()).unwrap_or(false)
}

/// The boxes around the faces in a picture file: left, top, width and height, relative to the sides of the picture.
///
/// # Errors
/// [`Failure::Decode`] if the browser cannot decode the file, or finds no faces although it says it could.
pub async fn find(file: &Blob, name: &str) -> Result<Vec<[f32; 4]>, Failure> {
    let bitmap = bitmap(file, name).await?;
    let (width, height) = (f64::from(bitmap.width()), f64::from(bitmap.height()));
    let found = async { boxes(&FaceDetector::new()?.detect(&bitmap).await?) }.await;
    bitmap.close();
    let found = found.map_err(|error| Failure::Decode(format!("{name}: {}", spoken(&error))))?;
    Ok(found
        .into_iter()
        .map(|[x, y, w, h]| [x / width, y / height, w / width, h / height].map(|v| v as f32))
        .collect())
}

/// The boxes of detected faces, in pixels.
fn boxes(faces: &JsValue) -> Result<Vec<[f64; 4]>, JsValue> {
    let mut boxes = Vec::new();
    for face in Array::from(faces) {
        let around = Reflect::get(&face, &"boundingBox".into())?;
        let mut found = [0.0; 4];
        for (value, name) in found.iter_mut().zip(["x", "y", "width", "height"]) {
            *value = Reflect::get(&around, &name.into())?.as_f64().unwrap_or_default();
        }
        boxes.push(found);
    }
    Ok(boxes)
}
