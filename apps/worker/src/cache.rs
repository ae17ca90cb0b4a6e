//! A network's weights on their way into the worker: fetched shard by shard, verified, kept for the next visit.
//!
//! Nothing enters the cache that was not verified, and nothing leaves it unverified. The Cache API
//! exists only in secure contexts (https, localhost): elsewhere the browser's HTTP cache must do.

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

/// How often a shard's connection may break before the visitor has to press Paint again, and how long the first wait for
/// another one is, in milliseconds; each further one is twice as long.
const ATTEMPTS: u32 = 4;
const FIRST_WAIT: u32 = 500;
/// The status of an answer that brings the rest of a file only.
const PARTIAL: u16 = 206;

/// How much of the pack has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Bytes that are there.
    pub bytes: u64,
    /// Bytes of the whole pack.
    pub total: u64,
    /// Nothing of it came from the network so far.
    pub cached: bool,
    /// Nothing of it had to be left out of the cache for want of room.
    pub kept: bool,
}

/// The folder of a pack.
struct Folder {
    pack: PackName,
    /// The whole address, with a slash at the end.
    address: String,
    /// How it is called in words for the visitor.
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
        // Relative to the worker, so that the site may lie in any folder.
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let address = Url::new_with_base(&shown, &scope.location().href())
            .map_err(|error| Failure::Weights(format!("{shown} is no address ({})", spoken(&error))))?;
        Ok(Self { pack, address: address.href(), shown })
    }

    fn file(&self, name: &str) -> String {
        format!("{}{name}", self.address)
    }

    /// Whether it is not in the site's own `weights/`.
    fn is_elsewhere(&self) -> bool {
        is_folder(&self.shown)
    }
}

/// Loads a network, from the cache as far as it is there. `report` is told about every piece that
/// arrives and says whether to go on; if not, the result is `None`, and what is complete stays cached.
///
/// # Errors
/// [`Failure::Weights`], naming the file and what to do.
pub async fn load(
    place: &PackPlace,
    mut report: impl FnMut(Arrived) -> bool,
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
            // Damaged on this machine's disk: fetch it anew, once.
            forget(cache, &key).await;
        }
        arrived.cached = false;
        let fetched = fetch_shard(&folder, shard, cache.is_some(), |bytes| {
            arrived.bytes = before + bytes.min(shard.bytes);
            report(arrived)
        });
        let Some(bytes) = fetched.await? else { return Ok(None) };
        // Made before the bytes are given away; it is kept only if they are the right ones.
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

/// A note about a device that was kept beside the packs.
#[cfg(feature = "gpu")]
pub async fn note(name: &str) -> Option<Vec<u8>> {
    cached(&open().await?, &note_key(name)).await
}

/// Keeps a note about a device, in the place of the one before.
#[cfg(feature = "gpu")]
pub async fn keep_note(name: &str, text: &str) {
    if let Some(cache) = open().await {
        keep(&cache, &note_key(name), &Uint8Array::from(text.as_bytes())).await;
    }
}

/// An address that no file has, in the folder of the site: other sites may share its origin.
#[cfg(feature = "gpu")]
fn note_key(name: &str) -> String {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let relative = format!("notes/{}", js_sys::encode_uri_component(name));
    Url::new_with_base(&relative, &scope.location().href()).map_or(relative, |url| url.href())
}

/// The manifest, always asked for anew so that a new pack is noticed; from the cache when offline.
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
    // One byte more than allowed is enough to see that the manifest is too long.
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

/// The host has no such file: what the visitor can do, and whoever runs the site.
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
    // Browsers do not tell a refusal from a missing connection.
    let hint = if folder.is_elsewhere() { "; its host has to allow others to read it, by CORS" } else { "" };
    Failure::Weights(format!(
        "{}{file} could not be fetched ({}{hint}); look at the connection and press Paint again, what has arrived is kept",
        folder.shown,
        spoken(error)
    ))
}

/// The bytes of a shard from the network; `None` if `report` says to stop. A connection that breaks is taken up again
/// where it broke, if the host knows ranges, and otherwise from the beginning.
async fn fetch_shard(
    folder: &Folder,
    shard: &Shard,
    kept_by_us: bool,
    mut report: impl FnMut(u64) -> bool,
) -> Result<Option<Vec<u8>>, Failure> {
    // What we keep ourselves need not lie in the HTTP cache as well.
    let mode = if kept_by_us { RequestCache::NoStore } else { RequestCache::Default };
    let url = folder.file(&shard.file);
    // One byte more than promised is enough to see that the shard is too long.
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
            // It may be the range that is not liked: ask for all of it.
            Ok(response) => {
                bytes.clear();
                format!("status {}", response.status()).into()
            }
            Err(error) => {
                // So may another origin refuse it.
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
    // Undefined in an insecure context, and then the typed getter would throw.
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

/// Keeps a file and says whether it could: a full disk or a private window only costs the next visit its head start.
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
