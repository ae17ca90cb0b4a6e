//! A network's weights on their way into the worker: fetched shard by shard, verified, kept for the next visit.
//!
//! Nothing enters the cache that was not verified, and nothing leaves it unverified. The Cache API
//! exists only in secure contexts (https, localhost): elsewhere the browser's HTTP cache must do.

use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, CacheStorage, Request, RequestCache, Response, Url, WorkerGlobalScope, console};

use super::{
    fetch::{fetch, is_web_page, read},
    spoken,
};
use crate::{
    message::Failure,
    weights::{MAX_MANIFEST_BYTES, Manifest, Pack, PackName, Shard, Weights},
};

/// The name in the Cache API. All packs share it: their files are told apart by folder, name and hash.
const CACHE: &str = "impasto-weights";

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

/// Loads a network, from the cache as far as it is there. `report` is told about every piece that
/// arrives and says whether to go on; if not, the result is `None`, and what is complete stays cached.
///
/// # Errors
/// [`Failure::Weights`], naming the file and what to do.
pub async fn load(
    name: &PackName,
    mut report: impl FnMut(Arrived) -> bool,
) -> Result<Option<Weights>, Failure> {
    let cache = open().await;
    let manifest = manifest(name, cache.as_ref()).await?;
    let shards: Vec<Shard> = manifest.shards().to_vec();
    let mut arrived = Arrived { bytes: 0, total: shards.iter().map(|shard| shard.bytes).sum(), cached: true };
    let mut pack = Pack::new(manifest);
    let mut keys = vec![address(name, "manifest.json")?];

    for (index, shard) in shards.iter().enumerate() {
        if !report(arrived) {
            return Ok(None);
        }
        let key = address(name, &format!("{}?sha256={}", shard.file, shard.sha256))?;
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
        let fetched = fetch_shard(name, shard, cache.is_some(), |bytes| {
            arrived.bytes = before + bytes.min(shard.bytes);
            report(arrived)
        });
        let Some(bytes) = fetched.await? else { return Ok(None) };
        // Made before the bytes are given away; it is kept only if they are the right ones.
        let copy = cache.as_ref().map(|_| Uint8Array::from(bytes.as_slice()));
        pack.add_shard(index, bytes).map_err(|error| {
            Failure::Weights(format!(
                "shard {} of {} of the network {name} cannot be used: {error}",
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
        sweep(cache, &address(name, "")?, &keys).await;
    }
    let weights = pack.into_weights();
    weights.map(Some).map_err(|error| Failure::Weights(format!("the network {name} cannot be used: {error}")))
}

/// The manifest, always asked for anew so that a new pack is noticed; from the cache when offline.
async fn manifest(pack: &PackName, cache: Option<&Cache>) -> Result<Manifest, Failure> {
    let url = address(pack, "manifest.json")?;
    let response = match fetch(&url, RequestCache::NoCache).await {
        Ok(response) => response,
        Err(error) => {
            let kept = match cache {
                Some(cache) => cached(cache, &url).await,
                None => None,
            };
            let json = kept.ok_or_else(|| unreachable_file(pack, "manifest.json", &error))?;
            return parse(pack, &json);
        }
    };
    if !response.ok() {
        return Err(missing(pack, "manifest.json", &format!("status {}", response.status())));
    }
    // One byte more than allowed is enough to see that the manifest is too long.
    let bytes = read(&response, MAX_MANIFEST_BYTES + 1, |_| true)
        .await
        .map_err(|error| unreachable_file(pack, "manifest.json", &error))?;
    let bytes = bytes.unwrap_or_default();
    if is_web_page(&bytes) {
        return Err(missing(pack, "manifest.json", "a web page came instead"));
    }
    let manifest = parse(pack, &bytes)?;
    if let Some(cache) = cache {
        keep(cache, &url, &Uint8Array::from(bytes.as_slice())).await;
    }
    Ok(manifest)
}

fn parse(pack: &PackName, json: &[u8]) -> Result<Manifest, Failure> {
    Manifest::parse(json).map_err(|error| {
        Failure::Weights(format!("the manifest of the network {pack} cannot be used: {error}"))
    })
}

/// The host has no such file: what the visitor can do, and whoever runs the site.
fn missing(pack: &PackName, file: &str, why: &str) -> Failure {
    let how_to = match pack.as_str() {
        "fast" | "tiny" => "builds it again with `cargo xtask build`: the pack comes with Impasto".to_owned(),
        "vgg19" => {
            "makes the pack with `cargo xtask weights --from FILE` (a VGG-19 as .safetensors or .pth) or \
                    `cargo xtask weights --download`, and builds it again with `cargo xtask build`"
                .to_owned()
        }
        other => format!(
            "makes the pack with `cargo xtask weights --from FILE --out weights/{other}`, and builds it again \
             with `cargo xtask build`"
        ),
    };
    Failure::Weights(format!(
        "the network {pack} is not here ({}{file}: {why}); choose another one, or ask whoever runs this site, who {how_to}",
        folder(pack)
    ))
}

fn unreachable_file(pack: &PackName, file: &str, error: &JsValue) -> Failure {
    Failure::Weights(format!(
        "{}{file} could not be fetched ({}); look at the connection and press Paint again, what has arrived is kept",
        folder(pack),
        spoken(error)
    ))
}

/// The bytes of a shard from the network; `None` if `report` says to stop.
async fn fetch_shard(
    pack: &PackName,
    shard: &Shard,
    kept_by_us: bool,
    report: impl FnMut(u64) -> bool,
) -> Result<Option<Vec<u8>>, Failure> {
    // What we keep ourselves need not lie in the HTTP cache as well.
    let mode = if kept_by_us { RequestCache::NoStore } else { RequestCache::Default };
    let url = address(pack, &shard.file)?;
    let unreachable = |error: JsValue| unreachable_file(pack, &shard.file, &error);
    let response = fetch(&url, mode).await.map_err(unreachable)?;
    if !response.ok() {
        return Err(missing(pack, &shard.file, &format!("status {}", response.status())));
    }
    // One byte more than promised is enough to see that the shard is too long.
    let most = shard.bytes as usize + 1;
    read(&response, most, report).await.map_err(unreachable)
}

/// Where the site keeps a pack, relative to the worker's own address.
fn folder(pack: &PackName) -> String {
    format!("weights/{pack}/")
}

/// The absolute address of a file of a pack: relative to the worker, so that the site may lie in
/// any folder.
fn address(pack: &PackName, file: &str) -> Result<String, Failure> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let path = folder(pack) + file;
    Url::new_with_base(&path, &scope.location().href())
        .map(|url| url.href())
        .map_err(|error| Failure::Weights(format!("{path} is no address ({})", spoken(&error))))
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

/// Removes what lies in the pack's folder and is no file of it: shards of an earlier state. Other packs are left
/// alone, so that going back to one costs no download.
async fn sweep(cache: &Cache, folder: &str, keys: &[String]) {
    let Ok(kept) = JsFuture::from(cache.keys()).await else { return };
    for request in js_sys::Array::from(&kept) {
        let request: Request = request.unchecked_into();
        let url = request.url();
        if url.starts_with(folder) && !keys.contains(&url) {
            forget(cache, &url).await;
        }
    }
}
