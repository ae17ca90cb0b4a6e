//! Defines how a message crosses the border: as JSON text.

use serde::{Serialize, de::DeserializeOwned};

/// A message that page and worker of different versions (a stale cache) do not both understand.
#[derive(Debug, thiserror::Error)]
#[error("the page and its engine do not fit together ({0}); reload the page")]
pub struct MessageError(#[from] serde_json::Error);

/// The text that crosses the border.
///
/// # Errors
/// If a number in the message is one that JSON cannot carry.
pub fn encode<T: Serialize>(message: &T) -> Result<String, MessageError> {
    Ok(serde_json::to_string(message)?)
}

/// The message in a text that has crossed the border.
///
/// # Errors
/// If the text is not one that this version's [`encode`] writes.
pub fn decode<T: DeserializeOwned>(text: &str) -> Result<T, MessageError> {
    Ok(serde_json::from_str(text)?)
}
