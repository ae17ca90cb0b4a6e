//! Writes packs. The output is deterministic, and the folder is replaced as a whole or not at all.

use std::{
    borrow::Cow,
    fs, io,
    path::{Path, PathBuf},
    process,
};

use crate::{
    error::PackError,
    format::{ENCODING, FORMAT, MAX_SHARD_BYTES, NETWORK, VERSION},
    import::error::WeightsError,
    manifest::{Manifest, Shard, Written, WrittenLayer},
    pack::{Pack, sha256_hex},
    quantize::quantize,
    source::{Kernel, Source},
};

/// The contents of a pack's files, in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct EncodedPack {
    /// The bytes of `manifest.json`.
    pub manifest: Vec<u8>,
    /// The bytes of each shard, in the order of the manifest.
    pub shards: Vec<Vec<u8>>,
}

/// The result of writing a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenPack {
    /// The folder.
    pub folder: PathBuf,
    /// The number of shards.
    pub shards: usize,
    /// The length of manifest and shards together, in bytes.
    pub bytes: u64,
}

/// Encodes a network as a pack: f32 kernels are quantised to u8, quantised kernels are kept as they are.
///
/// # Errors
/// The [`PackError`] for which a reader would refuse the pack, for example a value too large to quantise.
pub fn encode_pack(source: &Source) -> Result<EncodedPack, PackError> {
    let mut stream = Vec::new();
    for conv in &source.convs {
        let quantized = match &conv.kernel {
            Kernel::F32(weight) => Cow::Owned(quantize(weight, conv.out_channels)),
            Kernel::U8(quantized) => Cow::Borrowed(quantized),
        };
        stream.extend(quantized.scale.iter().flat_map(|scale| scale.to_le_bytes()));
        stream.extend_from_slice(&quantized.zero_point);
        stream.extend(conv.bias.iter().flat_map(|bias| bias.to_le_bytes()));
        stream.extend_from_slice(&quantized.codes);
    }
    let shards: Vec<Vec<u8>> = stream.chunks(MAX_SHARD_BYTES as usize).map(<[u8]>::to_vec).collect();
    let listed = shards.iter().enumerate().map(|(index, bytes)| Shard {
        file: format!("shard-{index}.bin"),
        bytes: bytes.len() as u64,
        sha256: sha256_hex(bytes),
    });
    let layers = source.convs.iter().map(|conv| WrittenLayer {
        layer: conv.layer.to_string(),
        in_channels: conv.in_channels as u64,
        out_channels: conv.out_channels as u64,
        encoding: ENCODING.to_owned(),
    });
    let written = Written {
        format: FORMAT.to_owned(),
        version: VERSION,
        name: source.name.clone(),
        network: NETWORK.to_owned(),
        provenance: source.provenance.clone(),
        mean: source.mean,
        balance: source.balance.written(),
        layers: layers.collect(),
        shards: listed.collect(),
    };
    let mut manifest =
        serde_json::to_vec_pretty(&written).map_err(|error| PackError::Json(error.to_string()))?;
    manifest.push(b'\n');
    let encoded = EncodedPack { manifest, shards };
    encoded.read()?;
    Ok(encoded)
}

impl EncodedPack {
    /// Reads the pack with all the checks of a reader.
    ///
    /// # Errors
    /// The [`PackError`] for which the pack is refused.
    pub fn read(&self) -> Result<Source, PackError> {
        let mut pack = Pack::new(Manifest::parse(&self.manifest)?);
        for (index, bytes) in self.shards.iter().enumerate() {
            pack.add_shard(index, bytes.clone())?;
        }
        pack.into_source()
    }
}

/// Writes a network as a pack into the folder `out`. An existing pack is replaced.
///
/// The encoded pack is read back in memory, written to a sibling folder, and renamed to `out`.
///
/// # Errors
/// [`WeightsError::Pack`] if the network cannot be encoded as a valid pack, [`WeightsError::FolderInUse`] if `out`
/// contains other files than a pack, [`WeightsError::Unwritable`].
pub fn write_pack(source: &Source, out: &Path) -> Result<WrittenPack, WeightsError> {
    let encoded = encode_pack(source)
        .map_err(|source| WeightsError::Pack { path: out.join("manifest.json"), source })?;
    if let Some(found) = foreign_file(out)? {
        return Err(WeightsError::FolderInUse { path: out.to_owned(), found });
    }
    let unwritable = |path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| WeightsError::Unwritable { path, source }
    };
    // `.` and `..` have no file name. They always exist, and their canonical path has one.
    let out = match out.file_name() {
        Some(_) => out.to_owned(),
        None => out.canonicalize().map_err(unwritable(out))?,
    };
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    let beside = |what: &str| out.with_file_name(format!(".{name}.{what}-{}", process::id()));
    let (new, old) = (beside("new"), beside("old"));

    fs::create_dir_all(&new).map_err(unwritable(&new))?;
    let result = write_files(&encoded, &new)
        .map_err(|(path, source)| WeightsError::Unwritable { path, source })
        .and_then(|bytes| swap(&new, &out, &old).map_err(unwritable(&out)).map(|()| bytes));
    if result.is_err() {
        // The first error is reported, not one from the removal of the temporary folder.
        let _ = fs::remove_dir_all(&new);
    }
    Ok(WrittenPack { folder: out, shards: encoded.shards.len(), bytes: result? })
}

/// Renames `new` to `out`, which may exist. On failure the former `out` is restored.
fn swap(new: &Path, out: &Path, old: &Path) -> io::Result<()> {
    if !out.exists() {
        return fs::rename(new, out);
    }
    fs::rename(out, old)?;
    if let Err(error) = fs::rename(new, out) {
        fs::rename(old, out)?;
        return Err(error);
    }
    fs::remove_dir_all(old)
}

fn write_files(encoded: &EncodedPack, folder: &Path) -> Result<u64, (PathBuf, io::Error)> {
    let manifest = ("manifest.json".to_owned(), &encoded.manifest);
    let shards =
        encoded.shards.iter().enumerate().map(|(index, bytes)| (format!("shard-{index}.bin"), bytes));
    let mut total = 0;
    for (file, bytes) in shards.chain([manifest]) {
        let path = folder.join(file);
        fs::write(&path, bytes).map_err(|error| (path, error))?;
        total += bytes.len() as u64;
    }
    Ok(total)
}

/// The first file in `folder` that is not part of a pack.
fn foreign_file(folder: &Path) -> Result<Option<String>, WeightsError> {
    let unreadable = |source| WeightsError::Unreadable { path: folder.to_owned(), source };
    if !folder.exists() {
        return Ok(None);
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        names.push(entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    let is_shard = |name: &str| {
        let number = name.strip_prefix("shard-").and_then(|rest| rest.strip_suffix(".bin"));
        number.is_some_and(|number| number.parse::<u32>().is_ok())
    };
    let belongs = |name: &str| name == "manifest.json" || is_shard(name);
    Ok(names.into_iter().find(|name| !belongs(name)))
}
