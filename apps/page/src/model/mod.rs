//! What the page works with, as plain Rust: no signals, no browser.

pub mod alert;
pub mod brush_mask;
pub mod choice;
pub mod networks;
pub mod offers;
pub mod progress;
pub mod result;
pub mod run;
pub mod timeline;
pub mod words;
