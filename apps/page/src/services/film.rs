//! Makes a film of a run, by a module of plain JavaScript that is loaded when a film is asked for (`www/film/record.js`).

use browser::spoken;
use js_sys::Uint8ClampedArray;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::Blob;

use crate::{
    model::result::PaintedResult,
    services::{canvas::tinted, export::ExportError},
};

#[wasm_bindgen]
extern "C" {
    /// Defined in `www/early.js`, since a program cannot import modules later than at its start.
    #[wasm_bindgen(js_name = recordFilm, catch)]
    async fn record_film(
        width: usize,
        height: usize,
        kept: usize,
        seconds: u32,
        frame: &Closure<dyn FnMut(usize) -> Uint8ClampedArray>,
        report: &Closure<dyn FnMut(f64) -> bool>,
    ) -> Result<JsValue, JsValue>;
}

/// Makes a film of so many seconds. `tint` is the share of the photo's colours in per cent; `report` is called with the progress
/// (0 to 1), and says whether to go on. `None` if it said no.
///
/// # Errors
/// If there is no frame, or the browser cannot encode films, or fails to.
pub async fn make(
    result: PaintedResult<Uint8ClampedArray>,
    tint: u32,
    seconds: u32,
    report: impl FnMut(f64) -> bool + 'static,
) -> Result<Option<Blob>, ExportError> {
    let PaintedResult { width, height, timeline, photo, .. } = result;
    let kept = timeline.frames().len();
    if kept == 0 {
        return Err(ExportError::Nothing);
    }
    let frame = Closure::new(move |at: usize| tinted(&timeline.frames()[at].pixels, photo.as_ref(), tint));
    let report = Closure::new(report);
    let made = record_film(width, height, kept, seconds, &frame, &report).await;
    let made = made.map_err(|error| ExportError::Encode(spoken(&error)))?;
    if made.is_string() {
        return Err(ExportError::Unknown("videos", "GIF"));
    }
    Ok(made.dyn_into().ok())
}
