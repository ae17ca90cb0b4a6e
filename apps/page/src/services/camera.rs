//! Takes photos with the camera of the machine.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{CanvasRenderingContext2d, File, FilePropertyBag, HtmlCanvasElement, HtmlElement};

use crate::services::canvas;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "mediaDevices"], js_name = getUserMedia, catch)]
    async fn get_user_media(wanted: &Object) -> Result<JsValue, JsValue>;

    type Stream;
    #[wasm_bindgen(method, js_name = getTracks)]
    fn tracks(this: &Stream) -> Array;

    type Track;
    #[wasm_bindgen(method)]
    fn stop(this: &Track);

    #[wasm_bindgen(extends = HtmlElement)]
    type Video;
    #[wasm_bindgen(method, setter, js_name = srcObject)]
    fn set_source(this: &Video, stream: Option<&Stream>);
    #[wasm_bindgen(method, catch)]
    async fn play(this: &Video) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, js_name = videoWidth)]
    fn width(this: &Video) -> u32;
    #[wasm_bindgen(method, getter, js_name = videoHeight)]
    fn height(this: &Video) -> u32;

    #[wasm_bindgen(extends = CanvasRenderingContext2d)]
    type Drawing;
    #[wasm_bindgen(method, js_name = drawImage, catch)]
    fn draw(this: &Drawing, video: &Video, x: f64, y: f64) -> Result<(), JsValue>;
}

/// A camera that is on, and the element that shows what it sees. It is switched off on drop.
pub struct Camera {
    stream: Stream,
    video: Video,
}

impl Drop for Camera {
    fn drop(&mut self) {
        for track in self.stream.tracks().iter() {
            track.unchecked_ref::<Track>().stop();
        }
        self.video.set_source(None);
    }
}

/// Whether pages can ask for the camera: not over plain HTTP.
pub fn can_be_asked_for() -> bool {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).unwrap_or(JsValue::UNDEFINED);
    Reflect::get(&navigator, &"mediaDevices".into()).is_ok_and(|devices| devices.is_object())
}

/// Asks for the camera, and shows what it sees in a `video` element.
///
/// # Errors
/// If the visitor or the browser refuses it, or there is none.
pub async fn open(video: &HtmlElement) -> Result<Camera, JsValue> {
    let wanted = Object::new();
    Reflect::set(&wanted, &"video".into(), &JsValue::TRUE)?;
    let stream: Stream = get_user_media(&wanted).await?.unchecked_into();
    let video: Video = video.clone().unchecked_into();
    video.set_source(Some(&stream));
    let camera = Camera { stream, video };
    camera.video.play().await?;
    Ok(camera)
}

impl Camera {
    /// What it sees now, as a file that is still to be written.
    ///
    /// # Errors
    /// If the browser has no 2D canvas.
    pub fn look(&self) -> Result<impl Future<Output = Result<File, JsValue>> + use<>, JsValue> {
        let document = self.video.owner_document().ok_or("there is no document")?;
        let seen: HtmlCanvasElement = document.create_element("canvas")?.unchecked_into();
        seen.set_width(self.video.width());
        seen.set_height(self.video.height());
        let drawing = seen.get_context("2d")?.ok_or("this browser has no 2D canvas")?;
        drawing.unchecked_ref::<Drawing>().draw(&self.video, 0.0, 0.0)?;
        Ok(async move {
            let picture = canvas::encoded(&seen, "image/jpeg").await.ok_or("this browser cannot write it")?;
            let properties = FilePropertyBag::new();
            properties.set_type("image/jpeg");
            File::new_with_blob_sequence_and_options(&Array::of1(&picture), "Photo.jpg", &properties)
        })
    }
}
