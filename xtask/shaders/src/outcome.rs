//! What a function that may fail returns.

/// The error is a message.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
