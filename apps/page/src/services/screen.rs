//! Where things are on the screen, and what fills it.

use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{Document, Element, HtmlElement};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = Element)]
    type Placed;
    #[wasm_bindgen(method, js_name = getBoundingClientRect)]
    fn place(this: &Placed) -> Place;

    type Place;
    #[wasm_bindgen(method, getter)]
    fn left(this: &Place) -> f64;
    #[wasm_bindgen(method, getter)]
    fn top(this: &Place) -> f64;
    #[wasm_bindgen(method, getter)]
    fn width(this: &Place) -> f64;
    #[wasm_bindgen(method, getter)]
    fn height(this: &Place) -> f64;
}

/// The position of a point of the window, in pixels, as fractions of an element's width and height.
pub fn within(element: &Element, (x, y): (f64, f64)) -> (f64, f64) {
    let place = element.unchecked_ref::<Placed>().place();
    ((x - place.left()) / place.width().max(1.0), (y - place.top()) / place.height().max(1.0))
}

/// The width of an element in the pixels of the screen.
pub fn pixels_across(element: &Element) -> f64 {
    let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
    element.unchecked_ref::<Placed>().place().width() * ratio
}

/// Whether an element can fill the screen.
pub fn can_be_filled() -> bool {
    document().is_some_and(|document| document.fullscreen_enabled())
}

/// Whether something fills the screen.
pub fn is_filled() -> bool {
    document().is_some_and(|document| document.fullscreen_element().is_some())
}

/// Lets an element fill the screen, or ends that.
///
/// # Errors
/// If the browser refuses it.
pub fn toggle(element: &Element) -> Result<(), JsValue> {
    match document().filter(|_| is_filled()) {
        Some(document) => {
            document.exit_fullscreen();
            Ok(())
        }
        None => element.request_fullscreen(),
    }
}

/// Sets the focus to the element that a selector finds.
pub fn focus(selector: &str) {
    let found = document().and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}
