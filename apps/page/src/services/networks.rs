//! Fetches the list of the host's networks.

use browser::{
    fetch::{fetch, is_web_page, read},
    spoken,
};
use protocol::Failure;
use wasm_bindgen::JsValue;
use web_sys::RequestCache;

use crate::model::offers::{MAX_LIST_BYTES, Offer, parse_offers};

/// The address of the list, relative to the page.
const LIST: &str = "weights/packs.json";

/// Fetches the list and bypasses the browser's cache, so that a new pack is noticed.
///
/// # Errors
/// [`Failure::Weights`] if there is no list, or if it is invalid.
pub async fn list() -> Result<Vec<Offer>, Failure> {
    let unusable = |why: &str| Failure::Weights(format!("{LIST}: {why}"));
    let unreachable = |error: JsValue| unusable(&spoken(&error));
    let response = fetch(LIST, RequestCache::NoCache).await.map_err(unreachable)?;
    if !response.ok() {
        return Err(unusable(&format!("status {}", response.status())));
    }
    // One byte more than allowed is enough to detect that the list is too long.
    let json = read(&response, MAX_LIST_BYTES + 1).await.map_err(unreachable)?;
    if is_web_page(&json) {
        return Err(unusable("a web page came instead"));
    }
    parse_offers(&json).map_err(|error| unusable(&error.to_string()))
}
