//! Downloads the convolutions of a public safetensors file by HTTP range requests: first the header, then only their
//! bytes.
//!
//! For torchvision's VGG-19 (575 MB) that is 52 MB. Received bytes are kept in a cache folder, so that an interrupted
//! download resumes. The result is a small safetensors file, imported like any other.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    ops::Range,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use safetensors::tensor::{Metadata, TensorInfo};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ureq::{Agent, http::Response};

use super::{
    error::WeightsError,
    open::open_source,
    plan::{PlannedConv, plan},
    tensors::{MAX_HEADER_BYTES, catalogue, parse_header},
};
use crate::pack::{hex, sha256_hex};

/// torchvision's VGG-19 (ImageNet, first version) as the `timm` project hosts it.
pub const DEFAULT_URL: &str = "https://huggingface.co/timm/vgg19.tv_in1k/resolve/main/model.safetensors";

/// The maximum length of one request in bytes; it bounds what has to be requested again after a broken connection.
const MAX_REQUEST_BYTES: u64 = 4 << 20;

/// What to download, and the limits for retries.
#[derive(Clone, Debug)]
pub struct Download<'a> {
    /// The URL of a safetensors file. The server must support range requests.
    pub url: &'a str,
    /// The folder for partial and complete downloads.
    pub cache: &'a Path,
    /// The expected SHA-256 (hexadecimal) of the resulting file, if known.
    pub sha256: Option<&'a str>,
    /// The number of consecutive failed attempts, none of which received a byte, after which the download fails.
    pub attempts: u32,
    /// The wait after the first failed attempt; doubled after each further one.
    pub pause: Duration,
    /// The maximum time without data from a connection.
    pub timeout: Duration,
}

impl<'a> Download<'a> {
    /// A download with default limits and no expected hash.
    pub fn new(url: &'a str, cache: &'a Path) -> Self {
        Self {
            url,
            cache,
            sha256: None,
            attempts: 5,
            pause: Duration::from_secs(1),
            timeout: Duration::from_mins(1),
        }
    }
}

/// The progress of a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DownloadProgress {
    /// Tensor bytes in the cache, those of earlier runs included.
    pub done: u64,
    /// Tensor bytes to download in total.
    pub total: u64,
}

/// A finished download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downloaded {
    /// A safetensors file with the convolutions and the metadata of the original.
    pub path: PathBuf,
    /// Its SHA-256 in hexadecimal, to be set as [`Download::sha256`] from now on.
    pub sha256: String,
    /// Its length in bytes.
    pub bytes: u64,
}

/// Why a download failed. The received bytes are kept unless the variant says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The server cannot be reached, or the connection failed repeatedly.
    #[error(
        "{url} cannot be fetched ({detail}): check the connection and run the command again, it goes on where it stopped"
    )]
    Unreachable {
        /// The URL.
        url: String,
        /// The last error.
        detail: String,
    },
    /// The server refuses the request.
    #[error(
        "{url} answers with HTTP status {status}: check the URL in a browser, or give another with --url"
    )]
    Status {
        /// The URL.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The server does not support range requests: it sends the whole file.
    #[error(
        "the server of {url} does not answer range requests: download the whole file with a browser and use --from FILE"
    )]
    NoRanges {
        /// The URL.
        url: String,
    },
    /// The server answers with another range than requested.
    #[error("{url} answers a request for bytes {asked} with \"{answered}\": give another server with --url")]
    WrongRange {
        /// The URL.
        url: String,
        /// The requested range.
        asked: String,
        /// The answer's `Content-Range`.
        answered: String,
    },
    /// The file on the server changed during the download; the received bytes were deleted.
    #[error(
        "the file at {url} changes while it is being fetched: try again later, or give another with --url"
    )]
    Changed {
        /// The URL.
        url: String,
    },
    /// The file is not a safetensors file.
    #[error("{url} is not a safetensors file ({detail}): give the URL of one with --url")]
    NotSafetensors {
        /// The URL.
        url: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The file contains no VGG-19, or its values are unusable.
    #[error("the file at {url} does not serve: {source}")]
    Weights {
        /// The URL.
        url: String,
        /// The reason.
        source: WeightsError,
    },
    /// The SHA-256 of the result is not the expected one; the file was deleted.
    #[error(
        "what {url} holds has SHA-256 {found} instead of the expected {expected}, and was thrown away: check --sha256, and do not use this server if that is right"
    )]
    WrongHash {
        /// The URL.
        url: String,
        /// The expected SHA-256 in hexadecimal.
        expected: String,
        /// The SHA-256 of the result in hexadecimal.
        found: String,
    },
    /// Another download uses the same cache folder.
    #[error("another download of the same file is running (it holds {path}): wait for it", path = .0.display())]
    Busy(PathBuf),
    /// A file of the cache cannot be read or written.
    #[error("{path} cannot be used ({source}): check the permissions and the free space", path = path.display())]
    Cache {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

/// Downloads the convolutions of a safetensors file, resuming an earlier run that was interrupted.
///
/// All parts must come from the same version of the file: every answer must state the same length and the same `ETag`
/// (or else `Last-Modified`). If the file has changed since an earlier run, the cached parts are deleted and the
/// download starts again. Without [`Download::sha256`], nothing else is checked but the shapes and that all values are
/// finite.
///
/// `progress` is called whenever bytes have arrived.
///
/// # Errors
/// A [`DownloadError`] that says what to do.
pub fn download(
    request: &Download<'_>,
    progress: &mut dyn FnMut(DownloadProgress),
) -> Result<Downloaded, DownloadError> {
    let key = &sha256_hex(request.url.as_bytes())[..16];
    let result = request.cache.join(format!("{key}.safetensors"));
    if !result.exists() {
        let parts = Parts::open(request.cache.join(format!("{key}.part")))?;
        match fetch(request, &parts, &result, progress) {
            Err(DownloadError::Changed { .. }) => {
                parts.clear()?;
                fetch(request, &parts, &result, progress)
            }
            outcome => outcome,
        }
        .inspect_err(|error| {
            if matches!(error, DownloadError::Changed { .. }) {
                // If this fails, the next run detects the change again.
                let _ = parts.clear();
            }
        })?;
    }
    finish(request, &result)
}

/// Checks a complete file, and deletes it if the check fails.
fn finish(request: &Download<'_>, result: &Path) -> Result<Downloaded, DownloadError> {
    let url = || request.url.to_owned();
    let (found, bytes) = hash_file(result).map_err(cache_error(result))?;
    let checked = match request.sha256 {
        Some(expected) if !expected.eq_ignore_ascii_case(&found) => {
            Err(DownloadError::WrongHash { url: url(), expected: expected.to_owned(), found: found.clone() })
        }
        _ => open_source(result, false)
            .map_err(|source| DownloadError::Weights { url: url(), source })
            .map(drop),
    };
    if checked.is_err() {
        fs::remove_file(result).map_err(cache_error(result))?;
    }
    checked.map(|()| Downloaded { path: result.to_owned(), sha256: found, bytes })
}

/// The version of the file on the server that all parts must belong to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Remote {
    url: String,
    bytes: u64,
    /// The value of `ETag`, or else of `Last-Modified`.
    stamp: Option<String>,
}

/// The partial download on disk: `remote.json` (URL and version), `header` (JSON), `data` (tensor bytes so far).
struct Parts {
    folder: PathBuf,
    /// Locked until this download ends.
    _lock: File,
}

impl Parts {
    fn open(folder: PathBuf) -> Result<Self, DownloadError> {
        fs::create_dir_all(&folder).map_err(cache_error(&folder))?;
        let path = folder.join("lock");
        let lock = File::create(&path).map_err(cache_error(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DownloadError::Busy(path)),
            Err(TryLockError::Error(error)) => Err(cache_error(&path)(error)),
        }
    }

    fn remote(&self) -> PathBuf {
        self.folder.join("remote.json")
    }

    fn header(&self) -> PathBuf {
        self.folder.join("header")
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn clear(&self) -> Result<(), DownloadError> {
        // `remote.json` is removed first: without it the other files are ignored.
        for path in [self.remote(), self.header(), self.data()] {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(cache_error(&path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The parts of an earlier run, if they are consistent and from the same URL.
    fn resume(&self, url: &str) -> Option<(Remote, Vec<u8>)> {
        let remote: Remote = serde_json::from_slice(&fs::read(self.remote()).ok()?).ok()?;
        let header = fs::read(self.header()).ok()?;
        (remote.url == url).then_some((remote, header))
    }
}

/// Downloads the missing parts and assembles the result.
fn fetch(
    request: &Download<'_>,
    parts: &Parts,
    result: &Path,
    progress: &mut dyn FnMut(DownloadProgress),
) -> Result<(), DownloadError> {
    let mut server = Server::new(request);
    let json = if let Some((remote, json)) = parts.resume(request.url) {
        server.remote = Some(remote);
        json
    } else {
        parts.clear()?;
        let json = fetch_header(&mut server)?;
        fs::write(parts.header(), &json).map_err(cache_error(&parts.header()))?;
        let remote = serde_json::to_vec(&server.remote).map_err(io::Error::from);
        remote.and_then(|remote| fs::write(parts.remote(), remote)).map_err(cache_error(&parts.remote()))?;
        json
    };
    let broken = |detail: String| DownloadError::NotSafetensors { url: request.url.to_owned(), detail };
    let header = parse_header(&json).map_err(broken)?;
    let data_start = 8 + json.len() as u64;
    let (held, promised) =
        (server.remote.as_ref().map_or(0, |r| r.bytes), data_start + header.data_len() as u64);
    if held != promised {
        return Err(broken(format!("it has {held} bytes where its header promises {promised}")));
    }
    let wanted = wanted(request.url, &header)?;
    let ranges: Vec<Range<u64>> =
        coalesce(wanted.iter().map(|tensor| data_start + tensor.from..data_start + tensor.to));

    let path = parts.data();
    let mut data = OpenOptions::new().append(true).create(true).open(&path).map_err(cache_error(&path))?;
    let mut done = data.metadata().map_err(cache_error(&path))?.len();
    let total = ranges.iter().map(|range| range.end - range.start).sum();
    if done > total {
        data.set_len(0).map_err(cache_error(&path))?;
        done = 0;
    }
    progress(DownloadProgress { done, total });
    let mut skip = done;
    for range in ranges {
        let have = skip.min(range.end - range.start);
        skip -= have;
        server.read(range.start + have..range.end, &mut |bytes| {
            data.write_all(bytes).map_err(cache_error(&path))?;
            done += bytes.len() as u64;
            progress(DownloadProgress { done, total });
            Ok(())
        })?;
    }
    assemble(&header, &wanted, &path, result).map_err(cache_error(result))?;
    parts.clear()
}

/// The JSON header of the file.
fn fetch_header(server: &mut Server<'_>) -> Result<Vec<u8>, DownloadError> {
    let mut length = Vec::new();
    server.read(0..8, &mut |bytes| {
        length.extend_from_slice(bytes);
        Ok(())
    })?;
    let length = length.iter().rev().fold(0, |length, &byte| length << 8 | u64::from(byte));
    let most =
        server.remote.as_ref().map_or(0, |remote| remote.bytes.saturating_sub(8)).min(MAX_HEADER_BYTES);
    if length > most {
        let detail = format!("its header would have {length} bytes");
        return Err(DownloadError::NotSafetensors { url: server.request.url.to_owned(), detail });
    }
    let mut json = Vec::new();
    server.read(8..8 + length, &mut |bytes| {
        json.extend_from_slice(bytes);
        Ok(())
    })?;
    Ok(json)
}

/// A tensor to download, and its position in the data of the file.
struct Wanted {
    name: String,
    from: u64,
    to: u64,
}

/// The tensors that the import needs, in the order of their positions.
fn wanted(url: &str, header: &Metadata) -> Result<Vec<Wanted>, DownloadError> {
    let convs =
        plan(&catalogue(header)).map_err(|source| DownloadError::Weights { url: url.to_owned(), source })?;
    let names = convs.iter().flat_map(PlannedConv::tensors);
    let mut wanted: Vec<Wanted> = names
        .filter_map(|name| {
            let (from, to) = header.info(name)?.data_offsets;
            Some(Wanted { name: name.to_owned(), from: from as u64, to: to as u64 })
        })
        .collect();
    wanted.sort_by_key(|tensor| tensor.from);
    Ok(wanted)
}

/// Merges adjacent ranges.
fn coalesce(ranges: impl Iterator<Item = Range<u64>>) -> Vec<Range<u64>> {
    let mut joined: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => joined.push(range),
        }
    }
    joined
}

/// A safetensors header in a canonical form, which depends only on its contents.
#[derive(Serialize)]
struct Header<'a> {
    #[serde(rename = "__metadata__", skip_serializing_if = "BTreeMap::is_empty")]
    notes: BTreeMap<&'a String, &'a String>,
    #[serde(flatten)]
    tensors: BTreeMap<&'a String, TensorInfo>,
}

/// Writes the downloaded tensors as a safetensors file. The output is deterministic.
fn assemble(header: &Metadata, wanted: &[Wanted], data: &Path, result: &Path) -> io::Result<()> {
    let mut tensors = BTreeMap::new();
    let mut at = 0;
    for tensor in wanted {
        let Some(info) = header.info(&tensor.name) else { continue };
        let (from, to) = info.data_offsets;
        let data_offsets = (at, at + to - from);
        at = data_offsets.1;
        tensors.insert(&tensor.name, TensorInfo { data_offsets, ..info.clone() });
    }
    let notes = header.metadata().iter().flatten().collect();
    let mut json = serde_json::to_vec(&Header { notes, tensors })?;
    json.resize(json.len().next_multiple_of(8), b' ');
    let new = result.with_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(&(json.len() as u64).to_le_bytes())?;
    file.write_all(&json)?;
    io::copy(&mut File::open(data)?, &mut file)?;
    file.sync_all()?;
    fs::rename(new, result)
}

/// A client for range requests with retries, to a file that must not change.
struct Server<'a> {
    request: &'a Download<'a>,
    agent: Agent,
    /// The version of the file according to the first answer.
    remote: Option<Remote>,
}

/// Why a single request failed.
enum Trouble {
    /// A temporary failure: the request is repeated.
    Passing(String),
    /// A permanent failure.
    Lasting(DownloadError),
}

type Sink<'s> = dyn FnMut(&[u8]) -> Result<(), DownloadError> + 's;

impl<'a> Server<'a> {
    fn new(request: &'a Download<'a>) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(request.timeout))
            .timeout_per_read(Some(request.timeout))
            .accept_encoding("identity") // byte ranges of a compressed body could not be decoded
            .build();
        Self { request, agent: config.into(), remote: None }
    }

    /// Passes the bytes of `range` to `sink`, in order, each once.
    fn read(&mut self, mut range: Range<u64>, sink: &mut Sink<'_>) -> Result<(), DownloadError> {
        let mut failures = 0;
        while !range.is_empty() {
            let end = range.end.min(range.start + MAX_REQUEST_BYTES);
            let before = range.start;
            let mut counting = |bytes: &[u8]| {
                range.start += bytes.len() as u64;
                sink(bytes)
            };
            match self.read_once(before..end, &mut counting) {
                Ok(()) => failures = 0,
                Err(Trouble::Lasting(error)) => return Err(error),
                Err(Trouble::Passing(detail)) => {
                    failures = if range.start > before { 0 } else { failures + 1 };
                    if failures >= self.request.attempts {
                        return Err(DownloadError::Unreachable { url: self.request.url.to_owned(), detail });
                    }
                    thread::sleep(
                        self.request.pause * 2u32.saturating_pow(failures.saturating_sub(1)).min(60),
                    );
                }
            }
        }
        Ok(())
    }

    fn read_once(&mut self, range: Range<u64>, sink: &mut Sink<'_>) -> Result<(), Trouble> {
        let asked = format!("bytes={}-{}", range.start, range.end - 1);
        let mut response = self
            .agent
            .get(self.request.url)
            .header("Range", &asked)
            .call()
            .map_err(|error| self.trouble(&error))?;
        self.check(&response, &range)?;
        let mut body = response.body_mut().as_reader();
        let mut left = range.end - range.start;
        let mut buffer = vec![0; 64 << 10];
        while left > 0 {
            let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            match body.read(&mut buffer[..most]) {
                Ok(0) => return Err(Trouble::Passing("the connection was cut".to_owned())),
                Ok(count) => {
                    left -= count as u64;
                    sink(&buffer[..count]).map_err(Trouble::Lasting)?;
                }
                Err(error) => return Err(Trouble::Passing(error.to_string())),
            }
        }
        // The connection can be reused only after the body has been read to its end.
        let _ = body.read(&mut buffer[..1]);
        Ok(())
    }

    /// Checks that the answer is the requested range of the expected version of the file.
    fn check<B>(&mut self, response: &Response<B>, range: &Range<u64>) -> Result<(), Trouble> {
        let url = self.request.url.to_owned();
        let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        match response.status().as_u16() {
            206 => {}
            200 => return Err(Trouble::Lasting(DownloadError::NoRanges { url })),
            // The range is outside the file, which has become shorter.
            416 if self.remote.is_some() => return Err(Trouble::Lasting(DownloadError::Changed { url })),
            status @ (408 | 429 | 500..) => return Err(Trouble::Passing(format!("HTTP status {status}"))),
            status => return Err(Trouble::Lasting(DownloadError::Status { url, status })),
        }
        let answered = text("content-range").unwrap_or_default();
        let asked = format!("{}-{}", range.start, range.end - 1);
        let Some(bytes) = answered
            .strip_prefix("bytes ")
            .and_then(|rest| rest.split_once('/'))
            .and_then(|(part, bytes)| if part == asked { bytes.parse().ok() } else { None })
        else {
            let answered = answered.to_owned();
            return Err(Trouble::Lasting(DownloadError::WrongRange { url, asked, answered }));
        };
        let stamp = text("etag").or(text("last-modified")).map(str::to_owned);
        let found = Remote { url: url.clone(), bytes, stamp };
        match &self.remote {
            Some(known) if *known != found => Err(Trouble::Lasting(DownloadError::Changed { url })),
            Some(_) => Ok(()),
            None => {
                self.remote = Some(found);
                Ok(())
            }
        }
    }

    fn trouble(&self, error: &ureq::Error) -> Trouble {
        let detail = error.to_string();
        match error {
            ureq::Error::Io(_)
            | ureq::Error::Timeout(_)
            | ureq::Error::ConnectionFailed
            | ureq::Error::Protocol(_) => Trouble::Passing(detail),
            _ => Trouble::Lasting(DownloadError::Unreachable { url: self.request.url.to_owned(), detail }),
        }
    }
}

fn cache_error(path: &Path) -> impl FnOnce(io::Error) -> DownloadError {
    let path = path.to_owned();
    move |source| DownloadError::Cache { path, source }
}

/// SHA-256 (hexadecimal) and length of a file.
fn hash_file(path: &Path) -> io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    let length = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((hex(&hasher.finalize()), length)),
            count => hasher.update(&buffer[..count]),
        }
    }
}
