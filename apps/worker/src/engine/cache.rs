//! Loads the weights of a network: fetches each shard, verifies it, and stores it for the next visit.
//!
//! Shards are verified before they are stored and after they are read from the cache. The Cache API exists only in
//! secure contexts (https, localhost); elsewhere only the browser's HTTP cache is used.

use browser::{
    WEIGHTS_CACHE,
    fetch::{fetch, fetch_from, is_web_page, read, read_on},
    spoken,
};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Promise, Reflect, Uint8Array};
use options::link::is_folder;
use protocol::{Failure, PackPlace};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, CacheStorage, Request, RequestCache, Response, Url, WorkerGlobalScope, console};
use weights::{MAX_MANIFEST_BYTES, Manifest, Pack, PackName, PackNameError, Shard, Weights};

/// The number of attempts for a shard whose connection breaks, and the wait before the second attempt in milliseconds,
/// doubled for each further one.
const ATTEMPTS: u32 = 4;
const FIRST_WAIT: u32 = 500;
/// The HTTP status of a response to a range request.
const PARTIAL: u16 = 206;

/// The progress of loading a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Bytes received so far.
    pub bytes: u64,
    /// Bytes of the whole pack.
    pub total: u64,
    /// Whether everything so far came from the cache.
    pub cached: bool,
    /// Whether everything so far could be stored in the cache.
    pub kept: bool,
}

/// The folder of a pack.
struct Folder {
    pack: PackName,
    /// The absolute address, with a slash at the end.
    address: String,
    /// The name to show to the visitor.
    shown: String,
}

impl Folder {
    fn of(place: &PackPlace) -> Result<Self, Failure> {
        let pack: PackName =
            place.name.parse().map_err(|error: PackNameError| Failure::Weights(error.to_string()))?;
        let shown = match &place.elsewhere {
            None => format!("weights/{pack}/"),
            Some(address) if is_folder(address) => address.clone(),
            Some(address) => return Err(Failure::Weights(format!("{address} is no address of a folder"))),
        };
        // Relative to the worker, so that the site may be in any folder of the host.
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let address = Url::new_with_base(&shown, &scope.location().href())
            .map_err(|error| Failure::Weights(format!("{shown} is no address ({})", spoken(&error))))?;
        Ok(Self { pack, address: address.href(), shown })
    }

    fn file(&self, name: &str) -> String {
        format!("{}{name}", self.address)
    }

    /// Whether it is outside the site's own `weights/`.
    fn is_elsewhere(&self) -> bool {
        is_folder(&self.shown)
    }
}

/// Loads a network, from the cache where possible. `report` is called with the progress after each chunk; if it returns
/// false, loading stops and the result is `None`. Complete shards stay in the cache.
///
/// # Errors
/// [`Failure::Weights`], naming the file and what to do.
pub async fn load(
    place: &PackPlace,
    report: &mut dyn FnMut(Arrived) -> bool,
) -> Result<Option<Weights>, Failure> {
    let folder = Folder::of(place)?;
    let cache = open().await;
    let manifest = manifest(&folder, cache.as_ref()).await?;
    let shards: Vec<Shard> = manifest.shards().to_vec();
    let total = shards.iter().map(|shard| shard.bytes).sum();
    let mut arrived = Arrived { bytes: 0, total, cached: true, kept: true };
    let mut pack = Pack::new(manifest);
    let mut keys = vec![folder.file("manifest.json")];

    for (index, shard) in shards.iter().enumerate() {
        if !report(arrived) {
            return Ok(None);
        }
        let key = folder.file(&format!("{}?sha256={}", shard.file, shard.sha256));
        let before = arrived.bytes;
        if let Some(cache) = &cache
            && let Some(bytes) = cached(cache, &key).await
        {
            if pack.add_shard(index, bytes).is_ok() {
                arrived.bytes = before + shard.bytes;
                keys.push(key);
                continue;
            }
            // The cached copy is damaged: fetch the shard again, once.
            forget(cache, &key).await;
        }
        arrived.cached = false;
        let fetched = fetch_shard(&folder, shard, cache.is_some(), |bytes| {
            arrived.bytes = before + bytes.min(shard.bytes);
            report(arrived)
        });
        let Some(bytes) = fetched.await? else { return Ok(None) };
        // Copied before the bytes are moved; stored only after they have been verified.
        let copy = cache.as_ref().map(|_| Uint8Array::from(bytes.as_slice()));
        pack.add_shard(index, bytes).map_err(|error| {
            Failure::Weights(format!(
                "shard {} of {} of the network {} cannot be used: {error}",
                index + 1,
                shards.len(),
                folder.pack
            ))
        })?;
        if let (Some(cache), Some(copy)) = (&cache, copy) {
            arrived.kept &= keep(cache, &key, &copy).await;
        }
        keys.push(key);
    }
    report(arrived);
    if let Some(cache) = &cache {
        sweep(cache, &folder.address, &keys).await;
    }
    let weights = pack.into_weights();
    weights
        .map(Some)
        .map_err(|error| Failure::Weights(format!("the network {} cannot be used: {error}", folder.pack)))
}

/// The stored note under this name about a device, if any.
#[cfg(feature = "gpu")]
pub async fn note(name: &str) -> Option<Vec<u8>> {
    cached(&open().await?, &note_key(name)).await
}

/// Stores a note about a device, replacing an earlier one.
#[cfg(feature = "gpu")]
pub async fn keep_note(name: &str, text: &str) {
    if let Some(cache) = open().await {
        keep(&cache, &note_key(name), &Uint8Array::from(text.as_bytes())).await;
    }
}

/// An address in the site's folder that no file has: other sites may share the origin, and so its caches.
#[cfg(feature = "gpu")]
fn note_key(name: &str) -> String {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let relative = format!("notes/{}", js_sys::encode_uri_component(name));
    Url::new_with_base(&relative, &scope.location().href()).map_or(relative, |url| url.href())
}

/// Fetches the manifest past the HTTP cache, so that a new pack is noticed; offline, reads it from the cache.
async fn manifest(folder: &Folder, cache: Option<&Cache>) -> Result<Manifest, Failure> {
    const FILE: &str = "manifest.json";
    let pack = &folder.pack;
    let url = folder.file(FILE);
    let response = match fetch(&url, RequestCache::NoCache).await {
        Ok(response) => response,
        Err(error) => {
            let kept = match cache {
                Some(cache) => cached(cache, &url).await,
                None => None,
            };
            let json = kept.ok_or_else(|| unreachable_file(folder, FILE, &error))?;
            return parse(pack, &json);
        }
    };
    if !response.ok() {
        return Err(missing(folder, FILE, &format!("status {}", response.status())));
    }
    // One byte more than the limit is enough to detect a manifest that is too long.
    let bytes = read(&response, MAX_MANIFEST_BYTES + 1)
        .await
        .map_err(|error| unreachable_file(folder, FILE, &error))?;
    if is_web_page(&bytes) {
        return Err(missing(folder, FILE, "a web page came instead"));
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

/// The failure for a missing file: what the visitor and the operator of the site can do.
fn missing(folder: &Folder, file: &str, why: &str) -> Failure {
    let how_to = match folder.pack.as_str() {
        _ if folder.is_elsewhere() => "has to put it there".to_owned(),
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
        "the network {} is not here ({}{file}: {why}); choose another one, or ask whoever runs this site, who {how_to}",
        folder.pack, folder.shown
    ))
}

fn unreachable_file(folder: &Folder, file: &str, error: &JsValue) -> Failure {
    // Browsers do not distinguish a response refused by CORS from a missing connection.
    let hint = if folder.is_elsewhere() { "; its host has to allow others to read it, by CORS" } else { "" };
    Failure::Weights(format!(
        "{}{file} could not be fetched ({}{hint}); look at the connection and press Paint again, what has arrived is kept",
        folder.shown,
        spoken(error)
    ))
}

/// Fetches the bytes of a shard; `None` if `report` returned false. After a broken connection the rest is requested, if
/// the host supports ranges, and otherwise the whole shard.
async fn fetch_shard(
    folder: &Folder,
    shard: &Shard,
    kept_by_us: bool,
    mut report: impl FnMut(u64) -> bool,
) -> Result<Option<Vec<u8>>, Failure> {
    // A shard that is stored in our cache need not be in the HTTP cache too.
    let mode = if kept_by_us { RequestCache::NoStore } else { RequestCache::Default };
    let url = folder.file(&shard.file);
    // One byte more than expected is enough to detect a shard that is too long.
    let most = shard.bytes as usize + 1;
    let mut bytes = Vec::new();
    let mut attempt = 1;
    loop {
        let error = match fetch_from(&url, mode, bytes.len()).await {
            Ok(response) if response.ok() => {
                if response.status() != PARTIAL {
                    bytes.clear();
                }
                match read_on(&response, &mut bytes, most, &mut report).await {
                    Ok(go_on) => return Ok(go_on.then_some(bytes)),
                    Err(error) => error,
                }
            }
            Ok(response) if bytes.is_empty() => {
                return Err(missing(folder, &shard.file, &format!("status {}", response.status())));
            }
            // The host may refuse the range only: request the whole shard.
            Ok(response) => {
                bytes.clear();
                format!("status {}", response.status()).into()
            }
            Err(error) => {
                // Another origin may also refuse the `Range` header, by CORS.
                if folder.is_elsewhere() {
                    bytes.clear();
                }
                error
            }
        };
        if attempt == ATTEMPTS {
            return Err(unreachable_file(folder, &shard.file, &error));
        }
        TimeoutFuture::new(FIRST_WAIT << (attempt - 1)).await;
        attempt += 1;
        if !report(bytes.len() as u64) {
            return Ok(None);
        }
    }
}

async fn open() -> Option<Cache> {
    // Undefined in an insecure context, where the typed getter would throw.
    let storage = Reflect::get(&js_sys::global(), &"caches".into()).ok()?;
    let storage: CacheStorage = storage.dyn_into().ok()?;
    JsFuture::from(storage.open(WEIGHTS_CACHE)).await.ok().map(JsCast::unchecked_into)
}

async fn cached(cache: &Cache, key: &str) -> Option<Vec<u8>> {
    let found = JsFuture::from(cache.match_with_str(key)).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}

/// Stores a file; whether that succeeded. A failure (full disk, private window) only means a download on the next
/// visit.
async fn keep(cache: &Cache, key: &str, bytes: &Uint8Array) -> bool {
    let put = || -> Result<Promise, JsValue> {
        let response = Response::new_with_opt_js_u8_array(Some(bytes))?;
        Ok(cache.put_with_str(key, &response))
    };
    let kept = match put() {
        Ok(promise) => JsFuture::from(promise).await.map(drop),
        Err(error) => Err(error),
    };
    if let Err(error) = &kept {
        console::warn_2(&"This could not be kept for the next visit:".into(), error);
    }
    kept.is_ok()
}

async fn forget(cache: &Cache, key: &str) {
    let _ = JsFuture::from(cache.delete_with_str(key)).await;
}

/// Removes cached files of the pack's folder that do not belong to it: shards of an earlier version. Other packs are
/// kept, so that they need no download when chosen again.
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
