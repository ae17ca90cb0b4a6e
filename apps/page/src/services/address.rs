//! Reads the parameters in the page's address.

use options::link::{Ignored, Link};
use web_sys::UrlSearchParams;

/// The settings in the page's address. Ignored parameters are reported on the console.
pub fn read_link() -> Link {
    let search = web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    let Ok(parameters) = UrlSearchParams::new_with_str(&search) else { return Link::default() };
    let link = Link::read(|key| parameters.get(key));
    link.ignored.iter().for_each(warn);
    link
}

/// Writes an ignored parameter to the console, for the author of the address; visitors are not shown it.
pub fn warn(ignored: &Ignored) {
    web_sys::console::warn_1(&format!("Impasto: {ignored}.").into());
}
