//! The weights on their way into the worker: fetched shard by shard, verified, kept for the next visit.
//!
//! Nothing enters the cache that was not verified, and nothing leaves it unverified. The Cache API
//! exists only in secure contexts (https, localhost): elsewhere the browser's HTTP cache must do.

use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Cache, CacheStorage, ReadableStreamDefaultReader, Request, RequestCache, RequestInit, Response, Url,
    WorkerGlobalScope, console,
};

use super::spoken;
use crate::{
    message::Failure,
    weights::{Manifest, Pack, Shard, Weights},
};

/// The name in the Cache API; it says nothing about the pack, whose shards are told apart by hash.
const CACHE: &str = "impasto-weights";
/// Where the site keeps the pack, relative to the worker's own address.
const FOLDER: &str = "weights/vgg19/";

/// How to come by a pack, for whoever runs the site.
const HOW_TO: &str = "whoever runs this site makes the pack with `cargo xtask weights --from FILE` \
                      (a VGG-19 as .safetensors or .pth) or `cargo xtask weights --download`";

/// How much of the pack has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Bytes that are there.
    pub bytes: u64,
    /// Bytes of the whole pack.
    pub total: u64,
    /// Nothing of it came from the network so far.
    pub cached: bool,
}

/// Loads the network, from the cache as far as it is there. `report` is told about every piece that
/// arrives and says whether to go on; if not, the result is `None`, and what is complete stays cached.
///
/// # Errors
/// [`Failure::Weights`], naming the file and what to do.
pub async fn load(mut report: impl FnMut(Arrived) -> bool) -> Result<Option<Weights>, Failure> {
    let cache = open().await;
    let manifest = manifest(cache.as_ref()).await?;
    let shards: Vec<Shard> = manifest.shards().to_vec();
    let mut arrived = Arrived { bytes: 0, total: shards.iter().map(|shard| shard.bytes).sum(), cached: true };
    let mut pack = Pack::new(manifest);
    let mut keys = vec![address("manifest.json")?];

    for (index, shard) in shards.iter().enumerate() {
        if !report(arrived) {
            return Ok(None);
        }
        let key = address(&format!("{}?sha256={}", shard.file, shard.sha256))?;
        let before = arrived.bytes;
        if let Some(cache) = &cache
            && let Some(bytes) = cached(cache, &key).await
        {
            if pack.add_shard(index, bytes).is_ok() {
                arrived.bytes = before + shard.bytes;
                keys.push(key);
                continue;
            }
            // Damaged on this machine's disk: fetch it anew, once.
            forget(cache, &key).await;
        }
        arrived.cached = false;
        let fetched = fetch_shard(shard, cache.is_some(), |bytes| {
            arrived.bytes = before + bytes.min(shard.bytes);
            report(arrived)
        });
        let Some(bytes) = fetched.await? else { return Ok(None) };
        // Made before the bytes are given away; it is kept only if they are the right ones.
        let copy = cache.as_ref().map(|_| Uint8Array::from(bytes.as_slice()));
        pack.add_shard(index, bytes).map_err(|error| {
            Failure::Weights(format!(
                "shard {} of {} of the network's weights cannot be used: {error}",
                index + 1,
                shards.len()
            ))
        })?;
        if let (Some(cache), Some(copy)) = (&cache, copy) {
            keep(cache, &key, &copy).await;
        }
        keys.push(key);
    }
    report(arrived);
    if let Some(cache) = &cache {
        sweep(cache, &keys).await;
    }
    let weights = pack.into_weights();
    weights
        .map(Some)
        .map_err(|error| Failure::Weights(format!("the network's weights cannot be used: {error}")))
}

/// The manifest, always asked for anew so that a new pack is noticed; from the cache when offline.
async fn manifest(cache: Option<&Cache>) -> Result<Manifest, Failure> {
    let url = address("manifest.json")?;
    let response = match fetch(&url, RequestCache::NoCache).await {
        Ok(response) => response,
        Err(error) => {
            let kept = match cache {
                Some(cache) => cached(cache, &url).await,
                None => None,
            };
            let json = kept.ok_or_else(|| unreachable_file("manifest.json", &error))?;
            return parse(&json);
        }
    };
    if !response.ok() {
        return Err(missing(&format!("status {}", response.status())));
    }
    let bytes = read(&response, usize::MAX, |_| true)
        .await
        .map_err(|error| unreachable_file("manifest.json", &error))?;
    let bytes = bytes.unwrap_or_default();
    // A host that answers every unknown address with its start page.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<') {
        return Err(missing("a web page came instead"));
    }
    let manifest = parse(&bytes)?;
    if let Some(cache) = cache {
        keep(cache, &url, &Uint8Array::from(bytes.as_slice())).await;
    }
    Ok(manifest)
}

fn parse(json: &[u8]) -> Result<Manifest, Failure> {
    Manifest::parse(json).map_err(|error| {
        Failure::Weights(format!("the manifest of the network's weights cannot be used: {error}"))
    })
}

fn missing(why: &str) -> Failure {
    Failure::Weights(format!("the network's weights are not here ({FOLDER}manifest.json: {why}); {HOW_TO}"))
}

fn unreachable_file(file: &str, error: &JsValue) -> Failure {
    Failure::Weights(format!(
        "{FOLDER}{file} could not be fetched ({}); look at the connection and press Paint again, what has arrived is kept",
        spoken(error)
    ))
}

/// The bytes of a shard from the network; `None` if `report` says to stop.
async fn fetch_shard(
    shard: &Shard,
    kept_by_us: bool,
    report: impl FnMut(u64) -> bool,
) -> Result<Option<Vec<u8>>, Failure> {
    // What we keep ourselves need not lie in the HTTP cache as well.
    let mode = if kept_by_us { RequestCache::NoStore } else { RequestCache::Default };
    let url = address(&shard.file)?;
    let response = fetch(&url, mode).await.map_err(|error| unreachable_file(&shard.file, &error))?;
    if !response.ok() {
        return Err(Failure::Weights(format!(
            "the shard {} of the network's weights is not here (status {}); {HOW_TO}",
            shard.file,
            response.status()
        )));
    }
    // One byte more than promised is enough to see that the shard is too long.
    let most = shard.bytes as usize + 1;
    read(&response, most, report).await.map_err(|error| unreachable_file(&shard.file, &error))
}

async fn fetch(url: &str, mode: RequestCache) -> Result<Response, JsValue> {
    let init = RequestInit::new();
    init.set_cache(mode);
    let request = Request::new_with_str_and_init(url, &init)?;
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    Ok(JsFuture::from(scope.fetch_with_request(&request)).await?.unchecked_into())
}

/// Reads a body piece by piece, at most `most` bytes of it; `None` if `report` says to stop.
async fn read(
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

/// The absolute address of a file of the pack: relative to the worker, so that the site may lie in
/// any folder.
fn address(file: &str) -> Result<String, Failure> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    Url::new_with_base(&format!("{FOLDER}{file}"), &scope.location().href())
        .map(|url| url.href())
        .map_err(|error| Failure::Weights(format!("{FOLDER}{file} is no address ({})", spoken(&error))))
}

async fn open() -> Option<Cache> {
    // Undefined in an insecure context, and then the typed getter would throw.
    let storage = Reflect::get(&js_sys::global(), &"caches".into()).ok()?;
    let storage: CacheStorage = storage.dyn_into().ok()?;
    JsFuture::from(storage.open(CACHE)).await.ok().map(JsCast::unchecked_into)
}

async fn cached(cache: &Cache, key: &str) -> Option<Vec<u8>> {
    let found = JsFuture::from(cache.match_with_str(key)).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}

/// Keeps a file; a full disk or a private window only costs the next visit its head start.
async fn keep(cache: &Cache, key: &str, bytes: &Uint8Array) {
    let put = || -> Result<Promise, JsValue> {
        let response = Response::new_with_opt_js_u8_array(Some(bytes))?;
        Ok(cache.put_with_str(key, &response))
    };
    let kept = match put() {
        Ok(promise) => JsFuture::from(promise).await.map(drop),
        Err(error) => Err(error),
    };
    if let Err(error) = kept {
        console::warn_2(&"The weights could not be kept for the next visit:".into(), &error);
    }
}

async fn forget(cache: &Cache, key: &str) {
    let _ = JsFuture::from(cache.delete_with_str(key)).await;
}

/// Removes what belongs to no file of this pack: shards of an earlier one.
async fn sweep(cache: &Cache, keys: &[String]) {
    let Ok(kept) = JsFuture::from(cache.keys()).await else { return };
    for request in js_sys::Array::from(&kept) {
        let request: Request = request.unchecked_into();
        if !keys.contains(&request.url()) {
            forget(cache, &request.url()).await;
        }
    }
}
