//! Tells from which other sites this one takes pictures: its owner lists them when building it (docs/hosting.md). The policy of
//! the page forbids all others; asked here, the visitor is told so in words.

use web_sys::Url;

/// Why a picture is not fetched.
pub const REFUSED: &str = "this site takes no pictures from there";

/// Whether a picture at this address may be fetched.
pub fn allows(address: &str) -> bool {
    let Ok(origin) = Url::new(address).map(|url| url.origin()) else { return false };
    let Some(window) = web_sys::window() else { return false };
    // The build writes the list there (`xtask/policy.mjs`).
    let root = window.document().and_then(|document| document.document_element());
    let listed = root.and_then(|root| root.get_attribute("data-pictures")).unwrap_or_default();
    window.location().origin().is_ok_and(|own| own == origin)
        || listed.split(' ').any(|place| place == "*" || place == origin)
}
