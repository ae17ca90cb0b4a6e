//! Tests of the download, against a real HTTP server on this machine: connections that break, and files that change.

use std::{
    collections::{HashMap, VecDeque},
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use safetensors::{Dtype, tensor::TensorView};
use tempfile::TempDir;
use tiny_http::{Header, Response};
use weights::{
    Download, DownloadError, DownloadProgress, Downloaded, Layer, WeightsError, download, open_source,
};

/// A safetensors file of a VGG-19 with 8 channels in each layer, all values `value`, between tensors that are not
/// needed.
fn model(value: f32) -> Vec<u8> {
    let mut given = 3;
    let mut tensors = vec![
        ("classifier.0.weight".to_owned(), vec![300, 300], 9.0),
        ("features.100.weight".to_owned(), vec![300, 300], 9.0), // is stored between features.10 and features.12
    ];
    for layer in Layer::ALL {
        let base = format!("features.{}", layer.torchvision_index());
        tensors.push((format!("{base}.weight"), vec![8, given, 3, 3], value));
        tensors.push((format!("{base}.bias"), vec![8], value));
        given = 8;
    }
    let bytes: Vec<(String, Vec<usize>, Vec<u8>)> = tensors
        .into_iter()
        .map(|(name, shape, value): (_, Vec<usize>, f32)| {
            let bytes = value.to_le_bytes().repeat(shape.iter().product());
            (name, shape, bytes)
        })
        .collect();
    let views = bytes
        .iter()
        .map(|(name, shape, bytes)| (name, TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap()));
    let notes = [("format", "pt"), ("a", "b"), ("c", "d")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    safetensors::serialize(views, Some(HashMap::from(notes))).unwrap()
}

/// The length of the needed tensors in bytes.
const WANTED: u64 = 4 * (8 * 3 * 9 + 12 * 8 * 8 * 9 + 13 * 8);

/// The behaviour of the server.
struct Site {
    body: Vec<u8>,
    etag: Option<String>,
    /// Whether the `ETag` changes with each response.
    restless: bool,
    ranges: bool,
    /// Added to the range in `Content-Range`.
    shift: u64,
    /// Statuses of the next responses, before the regular ones.
    statuses: VecDeque<u16>,
    /// The requested ranges.
    asked: Vec<(usize, usize)>,
}

/// A file on a real HTTP server on this machine.
struct Server {
    url: String,
    site: Arc<Mutex<Site>>,
    http: Arc<tiny_http::Server>,
}

impl Server {
    fn start(body: Vec<u8>) -> Self {
        let http = Arc::new(tiny_http::Server::http("127.0.0.1:0").unwrap());
        let url = format!("http://{}/model.safetensors", http.server_addr().to_ip().unwrap());
        let site = Arc::new(Mutex::new(Site {
            body,
            etag: Some("\"one\"".to_owned()),
            restless: false,
            ranges: true,
            shift: 0,
            statuses: VecDeque::new(),
            asked: Vec::new(),
        }));
        let (server, shared) = (Arc::clone(&http), Arc::clone(&site));
        thread::spawn(move || {
            for request in server.incoming_requests() {
                let range = request.headers().iter().find(|header| header.field.equiv("Range"));
                let response = shared.lock().unwrap().answer(range.map(|header| header.value.as_str()));
                let _ = request.respond(response); // the client may have closed the connection
            }
        });
        Self { url, site, http }
    }

    fn set(&self, change: impl FnOnce(&mut Site)) {
        change(&mut self.site.lock().unwrap());
    }

    fn asked(&self) -> Vec<(usize, usize)> {
        std::mem::take(&mut self.site.lock().unwrap().asked)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.http.unblock();
    }
}

impl Site {
    fn answer(&mut self, range: Option<&str>) -> Response<std::io::Cursor<Vec<u8>>> {
        if let Some(status) = self.statuses.pop_front() {
            return Response::from_data("no").with_status_code(status);
        }
        if self.restless {
            self.etag = Some(format!("\"{}\"", self.asked.len()));
        }
        let header = |name: &str, value: &str| Header::from_bytes(name, value).unwrap();
        let range = range.filter(|_| self.ranges).and_then(|range| {
            let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
            Some((from.parse::<usize>().ok()?, to.parse::<usize>().ok()?))
        });
        let mut response = if let Some((from, to)) = range {
            self.asked.push((from, to + 1));
            if to >= self.body.len() {
                return Response::from_data("outside").with_status_code(416);
            }
            let said = format!("bytes {}-{to}/{}", from as u64 + self.shift, self.body.len());
            Response::from_data(&self.body[from..=to])
                .with_status_code(206)
                .with_header(header("Content-Range", &said))
        } else {
            Response::from_data(self.body.clone())
        };
        if let Some(etag) = &self.etag {
            response.add_header(header("ETag", etag));
        }
        response
    }
}

/// A proxy whose connections break: each ends after a given number of bytes from the server. The last limit applies to
/// all further connections.
struct BadLine {
    url: String,
    limits: Arc<Mutex<VecDeque<u64>>>,
}

impl BadLine {
    fn to(server: &Server, limits: &[u64]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/model.safetensors", listener.local_addr().unwrap());
        let limits = Arc::new(Mutex::new(VecDeque::from(limits.to_vec())));
        let (shared, behind) = (Arc::clone(&limits), server.http.server_addr().to_ip().unwrap());
        thread::spawn(move || {
            for client in listener.incoming() {
                let mut limits = shared.lock().unwrap();
                let limit = if limits.len() > 1 { limits.pop_front().unwrap() } else { limits[0] };
                let client = client.unwrap();
                if limit == 0 {
                    continue; // closes the connection before the request reaches the server
                }
                let server = TcpStream::connect(behind).unwrap();
                thread::spawn(move || carry(&client, &server, limit));
            }
        });
        Self { url, limits }
    }

    fn mend(&self) {
        *self.limits.lock().unwrap() = VecDeque::from([u64::MAX]);
    }
}

fn carry(client: &TcpStream, server: &TcpStream, limit: u64) {
    let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
    let (mut from_server, mut to_client) = (server.take(limit), client);
    let mut buffer = [0; 512];
    while let Ok(count @ 1..) = from_server.read(&mut buffer) {
        if to_client.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

fn request<'a>(url: &'a str, cache: &'a TempDir) -> Download<'a> {
    Download { attempts: 3, pause: Duration::ZERO, ..Download::new(url, cache.path()) }
}

fn fetch(request: &Download<'_>) -> Result<Downloaded, DownloadError> {
    let mut last = None;
    let result = download(request, &mut |progress| last = Some(progress));
    if let (Ok(_), Some(last)) = (&result, last) {
        assert_eq!(last, DownloadProgress { done: WANTED, total: WANTED });
    }
    result
}

/// Checks that the file contains the network with all values `value`, and nothing else.
fn assert_holds(path: &Path, value: f32) {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.safetensors");
    fs::write(&whole, model(value)).unwrap();
    assert_eq!(open_source(path, false).unwrap().convs, open_source(&whole, false).unwrap().convs);
    let file = fs::read(path).unwrap();
    let (_, header) = safetensors::SafeTensors::read_metadata(&file).unwrap();
    assert_eq!(header.tensors().len(), 26);
    assert_eq!(header.metadata().as_ref().unwrap().len(), 3, "the notes of the original are kept");
}

#[test]
fn only_the_convolutions_are_fetched() {
    let server = Server::start(model(1.5));
    let cache = tempfile::tempdir().unwrap();
    let downloaded = fetch(&request(&server.url, &cache)).unwrap();
    assert_holds(&downloaded.path, 1.5);
    let asked = server.asked();
    let header = asked[0].1 - asked[0].0 + asked[1].1 - asked[1].0;
    let data: usize = asked[2..].iter().map(|(from, to)| to - from).sum();
    assert_eq!(data as u64, WANTED, "{asked:?}");
    assert!(header < 4096, "{asked:?}");
    assert_eq!(
        asked.len(),
        4,
        "length, header, and the tensors before and behind the unwanted one: {asked:?}"
    );
    assert_eq!(downloaded.bytes, fs::metadata(&downloaded.path).unwrap().len());
}

#[test]
fn a_finished_download_is_not_fetched_again() {
    let server = Server::start(model(1.5));
    let cache = tempfile::tempdir().unwrap();
    let first = fetch(&request(&server.url, &cache)).unwrap();
    server.asked();
    assert_eq!(fetch(&request(&server.url, &cache)).unwrap(), first);
    assert_eq!(server.asked(), []);
}

#[test]
fn the_same_file_gives_the_same_bytes_anywhere() {
    let (here, there) = (Server::start(model(0.5)), Server::start(model(0.5)));
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let sha256 = fetch(&request(&here.url, &one)).unwrap().sha256;
    assert_eq!(fetch(&request(&there.url, &two)).unwrap().sha256, sha256);
}

#[test]
fn cut_connections_are_taken_up_again() {
    let server = Server::start(model(-2.0));
    let line = BadLine::to(&server, &[400, 900, 3000, 0, 5000, 1200, 0, 0, 9000, u64::MAX]);
    let cache = tempfile::tempdir().unwrap();
    let downloaded = fetch(&request(&line.url, &cache)).unwrap();
    assert_holds(&downloaded.path, -2.0);
    assert!(server.asked().len() > 8, "the line was not cut");
}

#[test]
fn a_later_run_goes_on_where_this_one_stopped() {
    let server = Server::start(model(3.0));
    let line = BadLine::to(&server, &[12_000, 0]);
    let cache = tempfile::tempdir().unwrap();
    let mut seen = Vec::new();
    let error = download(&request(&line.url, &cache), &mut |progress| seen.push(progress.done)).unwrap_err();
    assert!(matches!(error, DownloadError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("run the command again"), "{error}");
    let stopped = *seen.last().unwrap();
    assert!((1..WANTED).contains(&stopped), "{stopped}");
    assert!(seen.is_sorted(), "{seen:?}");

    line.mend();
    server.asked();
    let mut seen = Vec::new();
    let downloaded = download(&request(&line.url, &cache), &mut |progress| seen.push(progress.done)).unwrap();
    assert_holds(&downloaded.path, 3.0);
    assert_eq!((seen[0], seen.last()), (stopped, Some(&WANTED)));
    let fetched: usize = server.asked().iter().map(|(from, to)| to - from).sum();
    assert_eq!(fetched as u64, WANTED - stopped, "nothing is fetched twice, not even the header");
}

#[test]
fn a_file_that_changed_in_between_is_fetched_anew() {
    let mut longer = model(5.0);
    let header = u64::from_le_bytes(longer[..8].try_into().unwrap());
    longer[..8].copy_from_slice(&(header + 8).to_le_bytes());
    longer.splice(8 + header as usize..8 + header as usize, *b"        ");
    let same_length = model(5.0);
    for (body, etag) in [(same_length, Some("\"two\"".to_owned())), (longer, None)] {
        let server = Server::start(model(4.0));
        server.set(|site| site.etag = etag.as_ref().map(|_| "\"one\"".to_owned()));
        let line = BadLine::to(&server, &[12_000, 0]);
        let cache = tempfile::tempdir().unwrap();
        fetch(&request(&line.url, &cache)).unwrap_err();
        server.set(|site| (site.body, site.etag) = (body, etag));
        line.mend();
        let downloaded = fetch(&request(&line.url, &cache)).unwrap();
        assert_holds(&downloaded.path, 5.0);
    }
}

#[test]
fn a_file_that_keeps_changing_is_given_up() {
    let server = Server::start(model(1.0));
    server.set(|site| site.restless = true);
    let cache = tempfile::tempdir().unwrap();
    let error = fetch(&request(&server.url, &cache)).unwrap_err();
    assert!(matches!(error, DownloadError::Changed { .. }), "{error:?}");
}

#[test]
fn a_server_without_ranges_is_refused_before_the_whole_file_comes() {
    let server = Server::start(model(1.0));
    server.set(|site| site.ranges = false);
    let cache = tempfile::tempdir().unwrap();
    let error = fetch(&request(&server.url, &cache)).unwrap_err();
    assert!(matches!(error, DownloadError::NoRanges { .. }), "{error:?}");
    assert!(error.to_string().contains("--from FILE"), "{error}");
}

#[test]
fn a_server_that_sends_another_range_is_refused() {
    let server = Server::start(model(1.0));
    server.set(|site| site.shift = 1);
    let cache = tempfile::tempdir().unwrap();
    let error = fetch(&request(&server.url, &cache)).unwrap_err();
    assert!(matches!(error, DownloadError::WrongRange { .. }), "{error:?}");
}

#[test]
fn a_busy_server_is_asked_again_and_a_refusal_is_not() {
    let server = Server::start(model(1.0));
    server.set(|site| site.statuses = VecDeque::from([503, 429]));
    let cache = tempfile::tempdir().unwrap();
    assert_holds(&fetch(&request(&server.url, &cache)).unwrap().path, 1.0);

    let server = Server::start(model(1.0));
    server.set(|site| site.statuses = VecDeque::from([404]));
    let error = fetch(&request(&server.url, &cache)).unwrap_err();
    assert!(matches!(error, DownloadError::Status { status: 404, .. }), "{error:?}");
}

#[test]
fn the_expected_hash_is_insisted_on() {
    let server = Server::start(model(2.0));
    let cache = tempfile::tempdir().unwrap();
    let right = fetch(&request(&server.url, &cache)).unwrap();
    let pinned = Download { sha256: Some(&right.sha256), ..request(&server.url, &cache) };
    assert_eq!(fetch(&pinned).unwrap(), right);

    let other = "0".repeat(64);
    let error = fetch(&Download { sha256: Some(&other), ..request(&server.url, &cache) }).unwrap_err();
    assert!(matches!(&error, DownloadError::WrongHash { found, .. } if *found == right.sha256), "{error:?}");
    assert!(!right.path.exists(), "a file with the wrong hash must not be used later");
    assert_eq!(fetch(&pinned).unwrap(), right);
}

#[test]
fn files_that_hold_no_network_are_refused() {
    let check = |body: Vec<u8>, is_right: &dyn Fn(&DownloadError) -> bool| {
        let server = Server::start(body);
        let cache = tempfile::tempdir().unwrap();
        let error = fetch(&request(&server.url, &cache)).unwrap_err();
        assert!(is_right(&error), "{error:?}");
        assert!(!fs::read_dir(cache.path()).unwrap().any(|entry| {
            entry.unwrap().path().extension().is_some_and(|extension| extension == "safetensors")
        }));
    };
    let not_safetensors = |error: &DownloadError| matches!(error, DownloadError::NotSafetensors { .. });
    check(b"<html>Sign in to go on</html>".repeat(40), &not_safetensors);
    check([&u64::MAX.to_le_bytes()[..], b"{}"].concat(), &not_safetensors);
    check(model(1.0)[..90_000].to_vec(), &not_safetensors);
    let text = model(1.0);
    let place = text.windows(16).position(|window| window == b"features.14.bias").unwrap();
    let mut renamed = text.clone();
    renamed[place..place + 8].copy_from_slice(b"Features");
    check(renamed, &|error| {
        matches!(error, DownloadError::Weights { source: WeightsError::MissingTensor { .. }, .. })
    });
    check(model(f32::NAN), &|error| {
        matches!(error, DownloadError::Weights { source: WeightsError::NotFinite { .. }, .. })
    });
}

#[test]
fn two_downloads_do_not_write_to_the_same_parts() {
    let server = Server::start(model(1.0));
    server.set(|site| site.ranges = false);
    let cache = tempfile::tempdir().unwrap();
    fetch(&request(&server.url, &cache)).unwrap_err();
    let parts = fs::read_dir(cache.path()).unwrap().next().unwrap().unwrap().path();
    let lock = fs::File::open(parts.join("lock")).unwrap();
    lock.lock().unwrap();
    let error = fetch(&request(&server.url, &cache)).unwrap_err();
    assert!(matches!(error, DownloadError::Busy(_)), "{error:?}");
}

#[test]
fn no_server_at_all() {
    let url = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/model.safetensors", listener.local_addr().unwrap())
    };
    let cache = tempfile::tempdir().unwrap();
    let error = fetch(&request(&url, &cache)).unwrap_err();
    assert!(matches!(error, DownloadError::Unreachable { .. }), "{error:?}");
}
