//! Reads the list of the host's networks, `weights/packs.json`.

use options::{Engine, link::is_folder};
use protocol::PackPlace;
use serde::Deserialize;
use weights::{MAX_SHARD_BYTES, MAX_SHARDS, PackName, PackNameError};

/// The supported version of the list.
pub const LIST_VERSION: u64 = 1;
/// The largest size of the list in bytes: 64 KiB.
pub const MAX_LIST_BYTES: usize = 64 << 10;
/// The largest number of packs in the list.
pub const MAX_OFFERS: usize = 32;
/// The largest length of a pack's name in characters.
pub const MAX_NAME: usize = 200;

const LIST_FORMAT: &str = "impasto-packs";
const MAX_BYTES: u64 = MAX_SHARDS as u64 * MAX_SHARD_BYTES;

/// A network that a visitor can choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its folder in `weights/`.
    pub pack: PackName,
    /// The pack's own name.
    pub name: String,
    /// The size of the download in bytes, if known.
    pub bytes: Option<u64>,
    /// The absolute URL of its folder, if it is not in the site's `weights/`.
    pub elsewhere: Option<String>,
}

impl Offer {
    /// Where the worker finds the pack.
    pub fn place(&self) -> PackPlace {
        PackPlace { name: self.pack.to_string(), elsewhere: self.elsewhere.clone() }
    }

    /// Its name on the page: fixed for known packs, the pack's own name otherwise.
    pub fn title(&self) -> &str {
        match self.pack.as_str() {
            "fast" => "Fast",
            "tiny" => "Tiny",
            "vgg19" => "Full VGG-19",
            folder if self.name.trim().is_empty() => folder,
            _ => &self.name,
        }
    }

    /// One line of description: the size and the quality.
    pub fn about(&self) -> String {
        let size = self.bytes.map(|bytes| match bytes {
            ..9_950_000 => format!("{:.1} MB", bytes as f64 / 1e6),
            _ => format!("{:.0} MB", bytes as f64 / 1e6),
        });
        let what = match self.pack.as_str() {
            "fast" => Some("a quarter of the work"),
            "tiny" => Some("for phones, or without WebGPU"),
            "vgg19" => Some("the paper's network"),
            _ => None,
        };
        [size.as_deref(), what].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// The sort key.
    fn rank(&self) -> (usize, &str, &PackName) {
        let known = ["fast", "tiny", "vgg19"];
        let rank = known.iter().position(|name| *name == self.pack.as_str()).unwrap_or(known.len());
        (rank, &self.name, &self.pack)
    }
}

/// The networks that are part of the repository.
pub fn bundled_offers() -> Vec<Offer> {
    [(PackName::fast(), "Impasto Fast"), (PackName::tiny(), "Impasto Tiny")]
        .map(|(pack, name)| Offer { pack, name: name.to_owned(), bytes: None, elsewhere: None })
        .to_vec()
}

/// The network for an engine: the visitor's choice, if it is available; otherwise the fast network on a GPU and the
/// tiny one on the CPU, or the first available one. `None` only if there is none.
pub fn choose_offer<'a>(
    offers: &'a [Offer],
    chosen: Option<&PackName>,
    engine: Option<Engine>,
) -> Option<&'a Offer> {
    let usual = match engine {
        Some(Engine::Cpu) => PackName::tiny(),
        Some(Engine::Gpu) | None => PackName::fast(),
    };
    let offered = |pack: &PackName| offers.iter().find(|offer| offer.pack == *pack);
    chosen.and_then(offered).or_else(|| offered(&usual)).or(offers.first())
}

/// Why a list of packs is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The list is longer than [`MAX_LIST_BYTES`].
    #[error(
        "it has more than the {MAX_LIST_BYTES} bytes allowed: build the site again with `cargo xtask build`"
    )]
    TooLarge,
    /// The list is not JSON, or a field is missing or has the wrong type.
    #[error("it cannot be read ({0}): build the site again with `cargo xtask build`")]
    Json(String),
    /// The file has another format.
    #[error(
        "it is of the format \"{0}\", not \"impasto-packs\": build the site again with `cargo xtask build`"
    )]
    UnknownFormat(String),
    /// The list was made by a newer version.
    #[error("it has version {0}, this page reads version {LIST_VERSION}: reload the page")]
    UnsupportedVersion(u64),
    /// The list names no pack.
    #[error("it names no pack: put one into weights/ and build the site again with `cargo xtask build`")]
    Empty,
    /// The list names more than [`MAX_OFFERS`] packs.
    #[error("it names {0} packs, more than the {MAX_OFFERS} allowed: move some out of weights/")]
    TooMany(usize),
    /// A folder's name could refer to another folder.
    #[error("it names a folder that cannot be one: {0}")]
    BadFolder(#[from] PackNameError),
    /// Two packs have the same folder.
    #[error("it names the pack {0} twice: build the site again with `cargo xtask build`")]
    Duplicate(PackName),
    /// A pack's name is longer than [`MAX_NAME`].
    #[error("the name of the pack {0} has more than {MAX_NAME} characters: give it a shorter one")]
    LongName(PackName),
    /// The address of a pack is not that of a folder.
    #[error(
        "the pack {pack} is said to be at \"{address}\": that must be the address of a folder, https://…/"
    )]
    BadAddress {
        /// The pack.
        pack: PackName,
        /// The address in the list.
        address: String,
    },
    /// The size of a pack is zero or exceeds the largest possible one.
    #[error(
        "the pack {pack} claims {bytes} bytes, outside 1..={MAX_BYTES}: build the site again with `cargo xtask build`"
    )]
    BadSize {
        /// The pack.
        pack: PackName,
        /// The size in the list.
        bytes: u64,
    },
}

/// The fields that every version of the list has, checked first.
#[derive(Deserialize)]
struct Kind {
    format: String,
    version: u64,
}

#[derive(Deserialize)]
struct Written {
    packs: Vec<WrittenOffer>,
}

#[derive(Deserialize)]
struct WrittenOffer {
    folder: String,
    name: String,
    /// Unknown for a pack on another host.
    bytes: Option<u64>,
    elsewhere: Option<String>,
}

/// Parses a `packs.json`: at least one network, in the order in which they are shown (fast, tiny, vgg19, then the
/// others by name), whatever the order in the file.
///
/// # Errors
/// The [`ListError`] that describes the first problem. A list is accepted as a whole or not at all.
pub fn parse_offers(json: &[u8]) -> Result<Vec<Offer>, ListError> {
    if json.len() > MAX_LIST_BYTES {
        return Err(ListError::TooLarge);
    }
    // From text, as messages are parsed: parsing bytes would add a second parser to the page's program.
    let json = std::str::from_utf8(json).map_err(|error| ListError::Json(error.to_string()))?;
    let kind: Kind = from_json(json)?;
    if kind.format != LIST_FORMAT {
        return Err(ListError::UnknownFormat(kind.format));
    }
    if kind.version != LIST_VERSION {
        return Err(ListError::UnsupportedVersion(kind.version));
    }
    let Written { packs } = from_json(json)?;
    if packs.is_empty() {
        return Err(ListError::Empty);
    }
    if packs.len() > MAX_OFFERS {
        return Err(ListError::TooMany(packs.len()));
    }
    let mut offers: Vec<Offer> = Vec::with_capacity(packs.len());
    for WrittenOffer { folder, name, bytes, elsewhere } in packs {
        let pack: PackName = folder.parse()?;
        if offers.iter().any(|offer| offer.pack == pack) {
            return Err(ListError::Duplicate(pack));
        }
        if name.chars().count() > MAX_NAME {
            return Err(ListError::LongName(pack));
        }
        if let Some(address) = elsewhere.as_ref().filter(|address| !is_folder(address)) {
            return Err(ListError::BadAddress { pack, address: address.clone() });
        }
        let bytes = bytes.or_else(|| elsewhere.is_none().then_some(0));
        if let Some(bytes) = bytes.filter(|bytes| !(1..=MAX_BYTES).contains(bytes)) {
            return Err(ListError::BadSize { pack, bytes });
        }
        let offer = Offer { pack, name, bytes, elsewhere };
        // Inserted in order: a sort routine would add noticeably to the size of the page's program.
        let at = offers.partition_point(|other| other.rank() < offer.rank());
        offers.insert(at, offer);
    }
    Ok(offers)
}

fn from_json<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, ListError> {
    serde_json::from_str(json).map_err(|error| ListError::Json(error.to_string()))
}
