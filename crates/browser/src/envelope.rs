//! Defines the form of a message for `postMessage`: an object with the JSON text, and with large values as further
//! properties.

use js_sys::{Array, ArrayBuffer, Object, Reflect};
use protocol::MessageError;
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;

const MESSAGE: &str = "message";

/// A message with the values that are sent with it.
#[derive(Debug)]
pub struct Envelope {
    contents: Object,
    transferred: Array,
}

impl Envelope {
    /// An envelope that contains `message`.
    ///
    /// # Errors
    /// If the message contains a number that JSON cannot represent.
    pub fn new<T: Serialize>(message: &T) -> Result<Self, MessageError> {
        let envelope = Self { contents: Object::new(), transferred: Array::new() };
        Ok(envelope.with(MESSAGE, &protocol::encode(message)?.into()))
    }

    /// Adds a value under `name`. A file is passed as a reference, without being read.
    #[must_use]
    pub fn with(self, name: &str, value: &JsValue) -> Self {
        // Setting a plain property of a plain object cannot fail.
        let _ = Reflect::set(&self.contents, &name.into(), value);
        self
    }

    /// Adds a buffer under `name`. It is *transferred*: the sender cannot use it afterwards.
    #[must_use]
    pub fn transferring(self, name: &str, buffer: &ArrayBuffer) -> Self {
        self.transferred.push(buffer);
        self.with(name, buffer)
    }

    /// The arguments of `postMessage`: the value, and the list of transferred buffers.
    pub fn parts(&self) -> (&JsValue, &JsValue) {
        (&self.contents, &self.transferred)
    }
}

/// The message in the data of a `message` event.
///
/// # Errors
/// If the data is not a message of this version.
pub fn open<T: DeserializeOwned>(data: &JsValue) -> Result<T, MessageError> {
    let text = beside(data, MESSAGE).as_string().unwrap_or_default();
    protocol::decode(&text)
}

/// The value sent under `name` with a message; undefined if there is none.
pub fn beside(data: &JsValue, name: &str) -> JsValue {
    Reflect::get(data, &name.into()).unwrap_or(JsValue::UNDEFINED)
}
