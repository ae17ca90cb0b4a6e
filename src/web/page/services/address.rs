//! The address of the page, and whoever wrote it.

use web_sys::UrlSearchParams;

use crate::link::{Ignored, Link};

/// What the address of the page asks for. What cannot be had is written to the console.
pub fn read_link() -> Link {
    let search = web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    let Ok(parameters) = UrlSearchParams::new_with_str(&search) else { return Link::default() };
    let link = Link::read(|key| parameters.get(key));
    link.ignored.iter().for_each(warn);
    link
}

/// Tells whoever wrote the address, in the console; visitors need not know.
pub fn warn(ignored: &Ignored) {
    web_sys::console::warn_1(&format!("Impasto: {ignored}.").into());
}
