//! Reads the parameters in the page's address, and writes addresses.

use options::link::{Ignored, Link, names_settings as names};
use web_sys::{Url, UrlSearchParams};

/// The settings in the page's address. Ignored parameters are reported on the console.
pub fn read_link() -> Link {
    let link = link_of(&search());
    link.ignored.iter().for_each(warn);
    link
}

/// Whether the page's address says anything about settings.
pub fn names_settings() -> bool {
    UrlSearchParams::new_with_str(&search()).is_ok_and(|parameters| names(|key| parameters.get(key)))
}

/// The settings in the part of an address after the question mark.
pub fn link_of(search: &str) -> Link {
    UrlSearchParams::new_with_str(search)
        .map_or_else(|_| Link::default(), |parameters| Link::read(|key| parameters.get(key)))
}

/// The part of the page's address from the question mark on.
fn search() -> String {
    web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default()
}

/// The address of the site: that of this page without parameters.
pub fn home() -> String {
    let address = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    let page = address.split(['?', '#']).next().unwrap_or_default();
    page.strip_suffix("index.html").unwrap_or(page).to_owned()
}

/// The host of an address, as the browser understands it.
pub fn host(address: &str) -> Option<String> {
    Url::new(address).ok().map(|url| url.host())
}

/// Parameters as they stand in an address after the question mark.
pub fn written(parameters: &[(&'static str, String)]) -> String {
    let Ok(written) = UrlSearchParams::new() else { return String::new() };
    for (name, value) in parameters {
        written.append(name, value);
    }
    written.to_string().into()
}

/// Writes an ignored parameter to the console, for the author of the address; visitors are not shown it.
pub fn warn(ignored: &Ignored) {
    web_sys::console::warn_1(&format!("Impasto: {ignored}.").into());
}
