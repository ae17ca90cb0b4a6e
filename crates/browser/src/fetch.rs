//! Fetches files from the host, in chunks and up to a maximum length, on the page and in workers.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Headers, ReadableStreamDefaultReader, Request, RequestCache, RequestInit, Response, WorkerGlobalScope,
};

/// Requests a file. The address may be relative to the page or the worker.
///
/// # Errors
/// If there is no response.
pub async fn fetch(url: &str, mode: RequestCache) -> Result<Response, JsValue> {
    fetch_from(url, mode, 0).await
}

/// Requests the rest of a file, from byte `start`. A host without support for ranges responds with the whole file
/// (status 200 instead of 206).
///
/// # Errors
/// If there is no response.
pub async fn fetch_from(url: &str, mode: RequestCache, start: usize) -> Result<Response, JsValue> {
    let init = RequestInit::new();
    init.set_cache(mode);
    if start > 0 {
        let headers = Headers::new()?;
        headers.set("Range", &format!("bytes={start}-"))?;
        init.set_headers(&headers);
    }
    let request = Request::new_with_str_and_init(url, &init)?;
    // On the page it is a `Window`, which has the same function, but no common type in web-sys.
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    Ok(JsFuture::from(scope.fetch_with_request(&request)).await?.unchecked_into())
}

/// Reads a response body, at most `most` bytes.
///
/// # Errors
/// If the connection fails.
pub async fn read(response: &Response, most: usize) -> Result<Vec<u8>, JsValue> {
    let mut bytes = Vec::new();
    read_on(response, &mut bytes, most, |_| true).await?;
    Ok(bytes)
}

/// Reads a response body in chunks and appends them to `bytes`, up to a total length of `most`. `report` is called with
/// the length after each chunk; the result is false if it returned false, which stops reading.
///
/// # Errors
/// If the connection fails. The received bytes are in `bytes`.
pub async fn read_on(
    response: &Response,
    bytes: &mut Vec<u8>,
    most: usize,
    mut report: impl FnMut(u64) -> bool,
) -> Result<bool, JsValue> {
    let Some(body) = response.body() else { return Ok(true) };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    loop {
        let piece = JsFuture::from(reader.read()).await?;
        if Reflect::get(&piece, &"done".into())?.is_truthy() {
            return Ok(true);
        }
        let piece: Uint8Array = Reflect::get(&piece, &"value".into())?.unchecked_into();
        let wanted = (piece.length() as usize).min(most - bytes.len());
        let start = bytes.len();
        bytes.resize(start + wanted, 0);
        piece.subarray(0, wanted as u32).copy_to(&mut bytes[start..]);
        let go_on = report(bytes.len() as u64);
        if !go_on || bytes.len() >= most {
            // Not awaited: nothing depends on the result of the cancellation.
            let _ = reader.cancel();
            return Ok(go_on);
        }
    }
}

/// Whether a file looks like HTML: some hosts respond to every unknown address with their start page.
pub fn is_web_page(bytes: &[u8]) -> bool {
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}
