//! Files from the host, read piece by piece and never more of them than is wanted, on the page and in the worker alike.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Request, RequestCache, RequestInit, Response, WorkerGlobalScope};

/// Asks for a file. The address may be relative to the page or to the worker.
///
/// # Errors
/// Where no answer comes at all.
pub async fn fetch(url: &str, mode: RequestCache) -> Result<Response, JsValue> {
    let init = RequestInit::new();
    init.set_cache(mode);
    let request = Request::new_with_str_and_init(url, &init)?;
    // On the page it is a `Window`, which has the same function, but shares no type with it.
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    Ok(JsFuture::from(scope.fetch_with_request(&request)).await?.unchecked_into())
}

/// Reads a body piece by piece, at most `most` bytes of it; `None` if `report` says to stop.
///
/// # Errors
/// Where the connection breaks off.
pub async fn read(
    response: &Response,
    most: usize,
    mut report: impl FnMut(u64) -> bool,
) -> Result<Option<Vec<u8>>, JsValue> {
    let Some(body) = response.body() else { return Ok(Some(Vec::new())) };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        let piece = JsFuture::from(reader.read()).await?;
        if Reflect::get(&piece, &"done".into())?.is_truthy() {
            return Ok(Some(bytes));
        }
        let piece: Uint8Array = Reflect::get(&piece, &"value".into())?.unchecked_into();
        let wanted = (piece.length() as usize).min(most - bytes.len());
        let start = bytes.len();
        bytes.resize(start + wanted, 0);
        piece.subarray(0, wanted as u32).copy_to(&mut bytes[start..]);
        let go_on = report(bytes.len() as u64);
        if !go_on || bytes.len() >= most {
            // Not waited for: whether the rest is dropped gracefully changes nothing here.
            let _ = reader.cancel();
            return Ok(go_on.then_some(bytes));
        }
    }
}

/// Whether a file is a web page: some hosts answer every unknown address with their start page.
pub fn is_web_page(bytes: &[u8]) -> bool {
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}
