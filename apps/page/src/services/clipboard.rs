//! Gives things away: to the clipboard, or to another program by the system's own dialogue.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Blob, File, FilePropertyBag};

#[wasm_bindgen]
extern "C" {
    /// The Clipboard API, parts of which web-sys counts among the unstable ones.
    #[wasm_bindgen(js_namespace = ["navigator", "clipboard"], js_name = writeText, catch)]
    fn write_text(text: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["navigator", "clipboard"], js_name = write, catch)]
    fn write_items(items: &Array) -> Result<Promise, JsValue>;
    type ClipboardItem;
    #[wasm_bindgen(constructor, catch)]
    fn new(items: &Object) -> Result<ClipboardItem, JsValue>;
}

/// Copies text.
///
/// # Errors
/// If the browser refuses it.
pub async fn copy_text(text: &str) -> Result<(), JsValue> {
    JsFuture::from(write_text(text)?).await.map(drop)
}

/// Copies a PNG that is still to be made. To be called from the handler of a press: some browsers allow it only there.
///
/// # Errors
/// If the browser cannot copy pictures.
pub fn copy_png(making: impl Future<Output = Result<Blob, JsValue>> + 'static) -> Result<Promise, JsValue> {
    let made = future_to_promise(async move { making.await.map(JsValue::from) });
    let items = Object::new();
    Reflect::set(&items, &"image/png".into(), &made)?;
    write_items(&Array::of1(ClipboardItem::new(&items)?.as_ref()))
}

/// Whether the system's own dialogue takes a PNG.
pub fn can_share() -> bool {
    let file = named(&Array::new(), "impasto.png").ok();
    file.and_then(|file| method("canShare")?.call1(&navigator(), &files(&file)).ok())
        .is_some_and(|can| can.is_truthy())
}

/// Opens the system's own dialogue for a PNG.
///
/// # Errors
/// If the browser refuses it, or the visitor closes the dialogue.
pub async fn share(png: &Blob, name: &str) -> Result<(), JsValue> {
    let file = named(&Array::of1(png), name)?;
    let share = method("share").ok_or("this browser cannot share")?;
    let shared: Promise = share.call1(&navigator(), &files(&file))?.unchecked_into();
    JsFuture::from(shared).await.map(drop)
}

fn navigator() -> JsValue {
    Reflect::get(&js_sys::global(), &"navigator".into()).unwrap_or(JsValue::UNDEFINED)
}

fn method(name: &str) -> Option<Function> {
    Reflect::get(&navigator(), &name.into()).ok()?.dyn_into().ok()
}

fn named(parts: &Array, name: &str) -> Result<File, JsValue> {
    let properties = FilePropertyBag::new();
    properties.set_type("image/png");
    File::new_with_blob_sequence_and_options(parts, name, &properties)
}

fn files(file: &File) -> Object {
    let data = Object::new();
    // Fails for frozen objects only.
    let _ = Reflect::set(&data, &"files".into(), &Array::of1(file));
    data
}
