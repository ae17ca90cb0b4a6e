//! A message on its way through `postMessage`: JSON text, with the big things laid beside it.

use js_sys::{Array, ArrayBuffer, Object, Reflect};
use protocol::MessageError;
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;

const MESSAGE: &str = "message";

/// A message and what travels beside it.
#[derive(Debug)]
pub struct Envelope {
    contents: Object,
    transferred: Array,
}

impl Envelope {
    /// An envelope with `message` in it.
    ///
    /// # Errors
    /// If the message holds a number that JSON cannot carry.
    pub fn new<T: Serialize>(message: &T) -> Result<Self, MessageError> {
        let envelope = Self { contents: Object::new(), transferred: Array::new() };
        Ok(envelope.with(MESSAGE, &protocol::encode(message)?.into()))
    }

    /// Lays a value beside the message; a file is passed on unread.
    #[must_use]
    pub fn with(self, name: &str, value: &JsValue) -> Self {
        // Setting a plain property of a plain object cannot fail.
        let _ = Reflect::set(&self.contents, &name.into(), value);
        self
    }

    /// Lays a buffer beside the message. It is *moved*: this side cannot use it afterwards.
    #[must_use]
    pub fn transferring(self, name: &str, buffer: &ArrayBuffer) -> Self {
        self.transferred.push(buffer);
        self.with(name, buffer)
    }

    /// What `postMessage` takes: the value, and the list of what is moved.
    pub fn parts(&self) -> (&JsValue, &JsValue) {
        (&self.contents, &self.transferred)
    }
}

/// The message in what `postMessage` delivered.
///
/// # Errors
/// If it is none of ours, or of another version.
pub fn open<T: DeserializeOwned>(data: &JsValue) -> Result<T, MessageError> {
    let text = beside(data, MESSAGE).as_string().unwrap_or_default();
    protocol::decode(&text)
}

/// What was laid beside the message under `name`; undefined if there is nothing.
pub fn beside(data: &JsValue, name: &str) -> JsValue {
    Reflect::get(data, &name.into()).unwrap_or(JsValue::UNDEFINED)
}
