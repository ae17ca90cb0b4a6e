//! Any address is read; its options are valid, and are the same after they were written and read again.

use std::collections::HashMap;

use options::link::{self, Link};

/// Reads `name=value&name=value`. What browsers decode is not decoded here: any text is a value.
fn read(parameters: &HashMap<String, String>) -> Link {
    Link::read(|name| parameters.get(name).cloned())
}

/// Reads a text as the parameters of an address.
///
/// # Panics
/// If a property does not hold.
pub fn link(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let link = read(&pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect());
    if link.options.validate().is_err() {
        return; // some values are valid by themselves, not together: the page says so
    }
    let written = link::write(&link.options, link.experiment);
    let again = read(&written.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    assert_eq!(again.options, link.options);
    assert!(again.ignored.is_empty(), "{:?}", again.ignored);
}
