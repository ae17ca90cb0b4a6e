//! Reads picture files: the visitor's own, and those that are fetched by URL.

use browser::{fetch::fetch, spoken};
use js_sys::{Array, Uint8Array};
use leptos::prelude::{LocalStorage, StoredValue, UpdateValue, WithValue};
use options::link::is_on_the_web;
use protocol::Failure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, FilePropertyBag, RequestCache, Url};

use crate::{
    model::choice::{Choice, name_at},
    services::elsewhere,
};

/// The visitor's own files. They are kept until the page is closed, since an earlier result may need one for its
/// triptych.
#[derive(Clone, Copy)]
pub struct OwnFiles(StoredValue<Vec<File>, LocalStorage>);

impl OwnFiles {
    /// No files.
    pub fn new() -> Self {
        Self(StoredValue::new_local(Vec::new()))
    }

    /// Stores a picture file of this size in pixels.
    ///
    /// # Errors
    /// If the browser cannot make an object URL for it.
    pub fn keep(self, file: File, (width, height): (u32, u32)) -> Result<Choice, JsValue> {
        let (url, name) = (Url::create_object_url_with_blob(&file)?, file.name());
        self.0.update_value(|files| files.push(file));
        let number = self.0.with_value(Vec::len) as u32;
        Ok(Choice::own(number, name, url, (width as usize, height as usize)))
    }

    fn get(self, number: u32) -> Option<File> {
        self.0.with_value(|files| files.get(number as usize - 1).cloned())
    }

    /// The file of a chosen picture.
    ///
    /// # Errors
    /// [`Failure::Fetch`] if a sample, or a picture on another site, cannot be fetched.
    pub async fn read(self, choice: &Choice) -> Result<Blob, Failure> {
        if let Some(file) = choice.own_file.and_then(|number| self.get(number)) {
            return Ok(file.into());
        }
        fetch_blob(&choice.url).await.map_err(|error| {
            // Browsers report a CORS refusal and a missing connection alike.
            let hint = if is_on_the_web(&choice.url) && elsewhere::allows(&choice.url) {
                "; its site has to allow others to read it, by CORS"
            } else {
                ""
            };
            Failure::Fetch(format!("{}: {}{hint}", choice.url, spoken(&error)))
        })
    }
}

impl Default for OwnFiles {
    fn default() -> Self {
        Self::new()
    }
}

/// The picture at an address on the web, as a file of its name there.
///
/// # Errors
/// If it cannot be fetched, or its site does not allow that (CORS), or this one does not.
pub async fn fetch_file(address: &str) -> Result<File, JsValue> {
    let blob = fetch_blob(address).await?;
    let name = name_at(address);
    // Where it is no percent-encoded UTF-8, the name as it is will do.
    let name = js_sys::decode_uri_component(name).map_or_else(|_| name.to_owned(), String::from);
    let type_ = FilePropertyBag::new();
    type_.set_type(&blob.type_());
    File::new_with_blob_sequence_and_options(&Array::of1(&blob), &name, &type_)
}

async fn fetch_blob(url: &str) -> Result<Blob, JsValue> {
    if is_on_the_web(url) && !elsewhere::allows(url) {
        return Err(elsewhere::REFUSED.into());
    }
    let response = fetch(url, RequestCache::Default).await?;
    if !response.ok() {
        return Err(JsValue::from(format!("status {}", response.status())));
    }
    Ok(JsFuture::from(response.blob()?).await?.unchecked_into())
}

/// The first `most` bytes of a file.
///
/// # Errors
/// If the file cannot be read.
pub async fn read_start(file: &File, most: i32) -> Result<Vec<u8>, JsValue> {
    let buffer = JsFuture::from(file.slice_with_i32_and_i32(0, most)?.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}
