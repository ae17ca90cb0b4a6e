//! Reads the list of the networks that a host offers, `weights/packs.json`, and chooses among them.

use options::{Engine, link::is_folder};
use protocol::PackPlace;
use serde::Deserialize;
use weights::{MAX_SHARD_BYTES, MAX_SHARDS, PackName, PackNameError};

/// The version of the list that this program reads.
pub const LIST_VERSION: u64 = 1;
/// The most bytes that the list may have: 64 KiB.
pub const MAX_LIST_BYTES: usize = 64 << 10;
/// The most packs that the list may name: more than anyone wants to choose among.
pub const MAX_OFFERS: usize = 32;
/// The most characters that a pack's name may have in the list.
pub const MAX_NAME: usize = 200;

const LIST_FORMAT: &str = "impasto-packs";
const MAX_BYTES: u64 = MAX_SHARDS as u64 * MAX_SHARD_BYTES;

/// A network that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its folder in `weights/`.
    pub pack: PackName,
    /// What the pack calls itself.
    pub name: String,
    /// What a visitor downloads, in bytes; `None` where nobody has said.
    pub bytes: Option<u64>,
    /// The whole address of its folder, if it is not in the site's `weights/`.
    pub elsewhere: Option<String>,
}

impl Offer {
    /// Where the worker finds it.
    pub fn place(&self) -> PackPlace {
        PackPlace { name: self.pack.to_string(), elsewhere: self.elsewhere.clone() }
    }

    /// What the page calls it: known packs by their folder, others by their own name.
    pub fn title(&self) -> &str {
        match self.pack.as_str() {
            "fast" => "Fast",
            "tiny" => "Tiny",
            "vgg19" => "Full VGG-19",
            folder if self.name.trim().is_empty() => folder,
            _ => &self.name,
        }
    }

    /// One line about it: its size, and what one gets.
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

    /// Where it stands among the others.
    fn rank(&self) -> (usize, &str, &PackName) {
        let known = ["fast", "tiny", "vgg19"];
        let rank = known.iter().position(|name| *name == self.pack.as_str()).unwrap_or(known.len());
        (rank, &self.name, &self.pack)
    }
}

/// What every host has that keeps the repository's `weights/`.
pub fn bundled_offers() -> Vec<Offer> {
    [(PackName::fast(), "Impasto Fast"), (PackName::tiny(), "Impasto Tiny")]
        .map(|(pack, name)| Offer { pack, name: name.to_owned(), bytes: None, elsewhere: None })
        .to_vec()
}

/// What an engine paints with: what the visitor chose, if it is offered; else the fast network on a GPU and the tiny
/// one on the processor, or the first that there is. `None` only if there is none.
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

/// Why a list of packs is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The list is longer than [`MAX_LIST_BYTES`].
    #[error(
        "it has more than the {MAX_LIST_BYTES} bytes allowed: build the site again with `cargo xtask build`"
    )]
    TooLarge,
    /// The list is not JSON, or a field is missing or of the wrong type.
    #[error("it cannot be read ({0}): build the site again with `cargo xtask build`")]
    Json(String),
    /// The list is something else.
    #[error(
        "it is of the format \"{0}\", not \"impasto-packs\": build the site again with `cargo xtask build`"
    )]
    UnknownFormat(String),
    /// The list was made by a newer version.
    #[error("it has version {0}, this page reads version {LIST_VERSION}: reload the page")]
    UnsupportedVersion(u64),
    /// There is nothing to choose among.
    #[error("it names no pack: put one into weights/ and build the site again with `cargo xtask build`")]
    Empty,
    /// There is too much to choose among.
    #[error("it names {0} packs, more than the {MAX_OFFERS} allowed: move some out of weights/")]
    TooMany(usize),
    /// A folder's name could refer to another folder.
    #[error("it names a folder that cannot be one: {0}")]
    BadFolder(#[from] PackNameError),
    /// Two packs are said to lie in one folder.
    #[error("it names the pack {0} twice: build the site again with `cargo xtask build`")]
    Duplicate(PackName),
    /// A pack's name is longer than [`MAX_NAME`].
    #[error("the name of the pack {0} has more than {MAX_NAME} characters: give it a shorter one")]
    LongName(PackName),
    /// A pack is said to lie where nothing can be fetched from.
    #[error(
        "the pack {pack} is said to be at \"{address}\": that must be the address of a folder, https://…/"
    )]
    BadAddress {
        /// The pack.
        pack: PackName,
        /// What the list says.
        address: String,
    },
    /// A pack claims no bytes, or more than any pack can have.
    #[error(
        "the pack {pack} claims {bytes} bytes, outside 1..={MAX_BYTES}: build the site again with `cargo xtask build`"
    )]
    BadSize {
        /// The pack.
        pack: PackName,
        /// What the list claims.
        bytes: u64,
    },
}

/// What every version of the list must have, looked at before anything else.
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
    /// Unknown of one that lies elsewhere.
    bytes: Option<u64>,
    elsewhere: Option<String>,
}

/// Reads the bytes of a `packs.json`: at least one offer, in the order in which they are shown (fast, tiny, vgg19,
/// then the others by name), whatever the order in the file.
///
/// # Errors
/// The [`ListError`] that names the first thing wrong. It is all of the list or nothing.
pub fn parse_offers(json: &[u8]) -> Result<Vec<Offer>, ListError> {
    if json.len() > MAX_LIST_BYTES {
        return Err(ListError::TooLarge);
    }
    // From a `str`, as messages are decoded: deserialising from bytes would link a second parser into the page.
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
        // In its place at once: a sorting routine would be a good part of the page.
        let at = offers.partition_point(|other| other.rank() < offer.rank());
        offers.insert(at, offer);
    }
    Ok(offers)
}

fn from_json<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, ListError> {
    serde_json::from_str(json).map_err(|error| ListError::Json(error.to_string()))
}
