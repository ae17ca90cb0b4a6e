//! Reads a pack: shards are added in any order, from any source; the weights are returned once all shards are there.

use sha2::{Digest, Sha256};

use crate::{
    error::PackError,
    manifest::{LayerShape, Manifest},
    network::Weights,
    quantize::Quantized,
    source::{Kernel, Source, SourceConv},
};

/// A manifest and the shards added so far, each verified.
///
/// Memory grows only with the bytes that are added, not with the sizes that the manifest states.
#[derive(Clone, Debug)]
pub struct Pack {
    manifest: Manifest,
    shards: Vec<Option<Vec<u8>>>,
}

impl Pack {
    /// A pack without shards.
    pub fn new(manifest: Manifest) -> Self {
        let shards = vec![None; manifest.shards().len()];
        Self { manifest, shards }
    }

    /// The manifest, which lists the expected shards.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Verifies the bytes of shard number `index` (from 0) against the manifest, and keeps them.
    ///
    /// # Errors
    /// [`PackError::NoSuchShard`], [`PackError::ShardTruncated`], [`PackError::ShardTooLong`] or
    /// [`PackError::ShardDamaged`]. The shard can then be added again.
    pub fn add_shard(&mut self, index: usize, bytes: Vec<u8>) -> Result<(), PackError> {
        let count = self.shards.len();
        let (Some(shard), Some(place)) = (self.manifest.shards().get(index), self.shards.get_mut(index))
        else {
            return Err(PackError::NoSuchShard { index, count });
        };
        let (file, expected, found) = (shard.file.clone(), shard.bytes, bytes.len() as u64);
        if found < expected {
            return Err(PackError::ShardTruncated { file, expected, found });
        }
        if found > expected {
            return Err(PackError::ShardTooLong { file, expected, found });
        }
        let digest = sha256_hex(&bytes);
        if digest != shard.sha256 {
            return Err(PackError::ShardDamaged { file, expected: shard.sha256.clone(), found: digest });
        }
        *place = Some(bytes);
        Ok(())
    }

    /// The network with f32 kernels.
    ///
    /// # Errors
    /// [`PackError::MissingShard`], [`PackError::BadScale`] or [`PackError::BadBias`].
    pub fn into_weights(self) -> Result<Weights, PackError> {
        self.into_source().map(Source::into_weights)
    }

    /// The network with the quantised kernels of the pack.
    ///
    /// # Errors
    /// As [`Pack::into_weights`].
    pub fn into_source(self) -> Result<Source, PackError> {
        let mut shards = Vec::with_capacity(self.shards.len());
        for (bytes, shard) in self.shards.into_iter().zip(self.manifest.shards()) {
            shards.push(bytes.ok_or_else(|| PackError::MissingShard(shard.file.clone()))?);
        }
        let mut stream = Stream::new(shards);
        let convs = self.manifest.layers().iter().map(|&shape| read_conv(&mut stream, shape));
        Ok(Source {
            convs: convs.collect::<Result<_, _>>()?,
            name: self.manifest.name().to_owned(),
            provenance: self.manifest.provenance().to_owned(),
            mean: self.manifest.mean(),
            balance: self.manifest.balance().clone(),
        })
    }
}

/// Reads one layer: scales, zero points, biases, codes.
fn read_conv(stream: &mut Stream, shape: LayerShape) -> Result<SourceConv, PackError> {
    let LayerShape { layer, out_channels, in_channels } = shape;
    let scale = stream.take_f32(out_channels);
    // The largest dequantised value must be finite too, not only the scale. (A NaN scale fails the comparison.)
    let is_sound = |scale: f32| scale > 0.0 && (scale * 255.0).is_finite();
    if let Some((channel, &scale)) = scale.iter().enumerate().find(|(_, scale)| !is_sound(**scale)) {
        return Err(PackError::BadScale { layer, channel, scale });
    }
    let zero_point = stream.take(out_channels);
    let bias = stream.take_f32(out_channels);
    if let Some((channel, &bias)) = bias.iter().enumerate().find(|(_, bias)| !bias.is_finite()) {
        return Err(PackError::BadBias { layer, channel, bias });
    }
    let codes = stream.take(shape.kernel_len());
    let kernel = Kernel::U8(Quantized { codes, scale, zero_point });
    Ok(SourceConv { layer, out_channels, in_channels, kernel, bias })
}

/// The shards as one byte stream: a layer may begin in one shard and end in another.
///
/// The manifest guarantees that the layers need exactly as many bytes as the shards have.
struct Stream {
    shards: std::vec::IntoIter<Vec<u8>>,
    current: Vec<u8>,
    at: usize,
}

impl Stream {
    fn new(shards: Vec<Vec<u8>>) -> Self {
        Self { shards: shards.into_iter(), current: Vec::new(), at: 0 }
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let mut taken = Vec::with_capacity(count);
        while taken.len() < count {
            let rest = &self.current[self.at..];
            let part = &rest[..rest.len().min(count - taken.len())];
            taken.extend_from_slice(part);
            self.at += part.len();
            if self.at == self.current.len() {
                // Each shard is freed once it is read, so that the whole pack and the whole network are never in memory
                // at once.
                let Some(next) = self.shards.next() else { break };
                self.current = next;
                self.at = 0;
            }
        }
        taken
    }

    fn take_f32(&mut self, count: usize) -> Vec<f32> {
        let bytes = self.take(count * 4);
        bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
    }
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
        }
        text
    })
}
