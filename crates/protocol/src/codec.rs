//! Defines the serialisation of messages: JSON text.

use serde::{Serialize, de::DeserializeOwned};

/// A message cannot be serialised or deserialised, usually because page and worker come from different builds (a stale
/// cache).
#[derive(Debug, thiserror::Error)]
#[error("the page and its engine do not fit together ({0}); reload the page")]
pub struct MessageError(#[from] serde_json::Error);

/// Serialises a message.
///
/// # Errors
/// If a number in the message cannot be represented in JSON.
pub fn encode<T: Serialize>(message: &T) -> Result<String, MessageError> {
    Ok(serde_json::to_string(message)?)
}

/// Deserialises a message.
///
/// # Errors
/// If the text is not a message of this version.
pub fn decode<T: DeserializeOwned>(text: &str) -> Result<T, MessageError> {
    Ok(serde_json::from_str(text)?)
}
