//! Any bytes are read as a manifest or refused, and what it promises is bounded. The rest of the bytes as its shard, with the hash
//! that it asks for, make a network or are refused.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use weights::{MAX_SHARD_BYTES, MAX_SHARDS, Manifest, Pack};

/// Reads bytes as a manifest, and what follows as its shard.
///
/// # Panics
/// If a property does not hold.
pub fn pack(bytes: &[u8]) {
    // The manifest ends at the first zero byte, which JSON cannot have.
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (manifest, shard) = (&bytes[..end], bytes.get(end + 1..).unwrap_or_default());
    if let Ok(manifest) = Manifest::parse(manifest) {
        assert!(manifest.shards().len() <= MAX_SHARDS);
        assert!(manifest.bytes() <= MAX_SHARDS as u64 * MAX_SHARD_BYTES);
        assert!(Pack::new(manifest).into_weights().is_err(), "a network without shards");
    }
    let Ok(mut json) = serde_json::from_slice::<Value>(manifest) else { return };
    let Some(Value::Object(first)) = json.get_mut("shards").and_then(|shards| shards.get_mut(0)) else {
        return;
    };
    let digest = Sha256::digest(shard).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    first.insert("bytes".to_owned(), json!(shard.len()));
    first.insert("sha256".to_owned(), json!(digest));
    let Ok(manifest) = Manifest::parse(json.to_string().as_bytes()) else { return };
    let mut pack = Pack::new(manifest);
    if pack.add_shard(0, shard.to_vec()).is_ok() {
        let _ = pack.into_weights();
    }
}
