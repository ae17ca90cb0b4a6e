//! Finds networks: by path, or by name wherever packs are kept.

use std::{
    env,
    path::{Path, PathBuf},
};

use etcetera::BaseStrategy;
#[cfg(feature = "bundled")]
use weights::{Manifest, Pack};
use weights::{Weights, WeightsError};

/// The environment variable that names a folder of packs.
pub const VARIABLE: &str = "IMPASTO_WEIGHTS";

/// Where a network is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Network {
    /// In a pack (a folder) or a model file.
    At(PathBuf),
    /// In the program itself.
    #[cfg(feature = "bundled")]
    Bundled(&'static str),
}

impl Network {
    /// The network of this path or name: `fast`, `weights/fast` and `/somewhere/weights/fast` are the pack `fast` where there is
    /// none at that path. A name is looked for in `IMPASTO_WEIGHTS`, beside the program, in the user's data folder, and last
    /// among those in the program.
    pub fn find(asked: &Path) -> Option<Self> {
        if asked.exists() {
            return Some(Self::At(asked.to_owned()));
        }
        let name = asked.file_name()?;
        let parent = asked.parent().unwrap_or(Path::new(""));
        // Any other path means just that file.
        if !parent.as_os_str().is_empty() && parent.file_name()? != "weights" {
            return None;
        }
        let pack = folders().into_iter().map(|folder| folder.join(name)).find(|pack| pack.is_dir());
        pack.map(Self::At).or_else(|| bundled(name.to_str()?))
    }

    /// Reads it; `caffe` says that a model file takes BGR 0..255 minus a mean.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn open(&self, caffe: bool) -> Result<Weights, WeightsError> {
        match self {
            Self::At(path) => weights::open(path, caffe),
            #[cfg(feature = "bundled")]
            Self::Bundled(name) => {
                let (_, manifest, shard) =
                    BUNDLED.iter().find(|(other, ..)| other == name).expect("it was found by this name");
                let unpacked = Manifest::parse(manifest).and_then(|manifest| {
                    let mut pack = Pack::new(manifest);
                    pack.add_shard(0, shard.to_vec())?;
                    pack.into_weights()
                });
                unpacked.map_err(|source| WeightsError::Pack { path: PathBuf::from(name), source })
            }
        }
    }

    /// All packs that a name finds, each with its name.
    pub fn all() -> Vec<(String, Self)> {
        let mut found: Vec<(String, Self)> = Vec::new();
        let packs = folders().into_iter().filter_map(|folder| folder.read_dir().ok()).flatten().flatten();
        let packs = packs.filter(|pack| pack.path().join("manifest.json").is_file());
        let names = packs.filter_map(|pack| pack.file_name().into_string().ok());
        for name in names.chain(bundled_names()) {
            if let Some(network) =
                Self::find(Path::new(&name)).filter(|_| found.iter().all(|(other, _)| *other != name))
            {
                found.push((name, network));
            }
        }
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        found
    }
}

/// The folders in which packs are looked for, the first ones first.
pub fn folders() -> Vec<PathBuf> {
    let asked = env::var_os(VARIABLE).map(PathBuf::from);
    let program = env::current_exe().and_then(|program| program.canonicalize()).ok();
    let beside =
        program.iter().flat_map(|program| program.ancestors().skip(1).take(4)).map(|at| at.join("weights"));
    let shared =
        program.iter().filter_map(|program| Some(program.parent()?.parent()?.join("share/impasto/weights")));
    let data = data_folder();
    asked.into_iter().chain(beside).chain(shared).chain(data).collect()
}

/// The folder of packs in the user's data folder.
pub fn data_folder() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|folders| folders.data_dir().join("impasto/weights"))
}

/// Name, manifest and only shard of the networks in the program.
#[cfg(feature = "bundled")]
const BUNDLED: [(&str, &[u8], &[u8]); 2] = [
    (
        "fast",
        include_bytes!("../../../weights/fast/manifest.json"),
        include_bytes!("../../../weights/fast/shard-0.bin"),
    ),
    (
        "tiny",
        include_bytes!("../../../weights/tiny/manifest.json"),
        include_bytes!("../../../weights/tiny/shard-0.bin"),
    ),
];

#[cfg(feature = "bundled")]
fn bundled(name: &str) -> Option<Network> {
    BUNDLED.iter().find(|(other, ..)| *other == name).map(|(name, ..)| Network::Bundled(name))
}

#[cfg(feature = "bundled")]
fn bundled_names() -> impl Iterator<Item = String> {
    BUNDLED.iter().map(|(name, ..)| (*name).to_owned())
}

#[cfg(not(feature = "bundled"))]
fn bundled(_name: &str) -> Option<Network> {
    None
}

#[cfg(not(feature = "bundled"))]
fn bundled_names() -> impl Iterator<Item = String> {
    std::iter::empty()
}
