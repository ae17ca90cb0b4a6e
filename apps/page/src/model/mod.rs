//! Defines the page's data and state machines as plain Rust, without signals or the browser.

pub mod alert;
pub mod brush_mask;
pub mod choice;
pub mod examples;
pub mod format;
pub mod history;
pub mod kept_settings;
pub mod networks;
pub mod offers;
pub mod pace;
pub mod progress;
pub mod result;
pub mod run;
pub mod sharing;
pub mod timeline;
pub mod words;
pub mod zoom;
