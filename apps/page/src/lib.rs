//! The page.
//!
//! What is plain Rust is compiled and tested natively, too; the rest knows the browser.

pub mod marks;
pub mod offers;
pub mod timeline;
