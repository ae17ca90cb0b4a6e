//! Reads the parameters in the page's address, and writes addresses.

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

/// The address of the site: that of this page without parameters.
pub fn home() -> String {
    let address = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    let page = address.split(['?', '#']).next().unwrap_or_default();
    page.strip_suffix("index.html").unwrap_or(page).to_owned()
}

/// An address with these parameters.
pub fn with_parameters(home: &str, parameters: &[(&'static str, String)]) -> String {
    let Ok(written) = UrlSearchParams::new() else { return home.to_owned() };
    for (name, value) in parameters {
        written.append(name, value);
    }
    format!("{home}?{}", String::from(written.to_string()))
}

/// Writes an ignored parameter to the console, for the author of the address; visitors are not shown it.
pub fn warn(ignored: &Ignored) {
    web_sys::console::warn_1(&format!("Impasto: {ignored}.").into());
}
