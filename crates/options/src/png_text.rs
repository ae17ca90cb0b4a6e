//! Reads and writes text in a PNG file: an uncompressed `iTXt` chunk (PNG specification, third edition, section
//! 11.3.3.4). The other chunks are kept as they are. The file is not decoded: the page, which reads such texts,
//! contains no PNG decoder.

use crc32fast::hash as crc32;

/// Why a file is not a complete PNG.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PngError {
    /// The file does not begin with the PNG signature.
    #[error("it is no PNG file, and only those carry how they were painted: name the .png as it was saved")]
    NotPng,
    /// The file is truncated, or a chunk's length is wrong.
    #[error("the PNG file is damaged: take another copy of it")]
    Damaged,
}

pub(crate) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The signature and the `IHDR` chunk: length, type, 13 bytes of data, checksum.
const HEADER: usize = SIGNATURE.len() + 4 + 4 + 13 + 4;

/// The PNG file with this text under this keyword. An existing text under the keyword is replaced.
///
/// # Errors
/// [`PngError`] if `png` is not a complete PNG file.
pub fn insert(png: &[u8], keyword: &str, text: &str) -> Result<Vec<u8>, PngError> {
    // Null-terminated keyword, not compressed, no language, no translated keyword.
    let mut data = keyword.as_bytes().to_vec();
    data.extend([0, 0, 0, 0, 0]);
    data.extend(text.as_bytes());

    let mut file = SIGNATURE.to_vec();
    for chunk in chunks(png)? {
        if chunk.text(keyword).is_none() {
            file.extend(chunk.whole);
        }
        if file.len() == HEADER {
            let start = file.len() + 4;
            file.extend((data.len() as u32).to_be_bytes());
            file.extend(b"iTXt");
            file.extend(&data);
            let sum = crc32(&file[start..]);
            file.extend(sum.to_be_bytes());
        }
    }
    Ok(file)
}

/// The text under this keyword, if there is one.
///
/// # Errors
/// [`PngError`] if `png` is not a complete PNG file.
pub fn find<'a>(png: &'a [u8], keyword: &str) -> Result<Option<&'a [u8]>, PngError> {
    Ok(chunks(png)?.iter().find_map(|chunk| chunk.text(keyword)))
}

/// A chunk of a PNG file.
pub(crate) struct Chunk<'a> {
    pub kind: &'a [u8],
    pub data: &'a [u8],
    /// The bytes of the chunk with length, type and checksum.
    pub whole: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// The text, if the chunk has this keyword and the form that [`insert`] writes.
    fn text(&self, keyword: &str) -> Option<&'a [u8]> {
        let rest = self.data.strip_prefix(keyword.as_bytes())?;
        // The first 1 of the flags would mean compressed text, which [`insert`] never writes.
        rest.strip_prefix(&[0, 0, 0, 0, 0]).filter(|_| self.kind == b"iTXt")
    }
}

pub(crate) fn chunks(png: &[u8]) -> Result<Vec<Chunk<'_>>, PngError> {
    let mut rest = png.strip_prefix(SIGNATURE).ok_or(PngError::NotPng)?;
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let (length, _) = rest.split_first_chunk::<4>().ok_or(PngError::Damaged)?;
        let length = u32::from_be_bytes(*length) as usize;
        let end = length.checked_add(12).ok_or(PngError::Damaged)?;
        let (whole, after) = rest.split_at_checked(end).ok_or(PngError::Damaged)?;
        chunks.push(Chunk { kind: &whole[4..8], data: &whole[8..8 + length], whole });
        rest = after;
    }
    match (chunks.first(), chunks.last()) {
        (Some(first), Some(last))
            if first.kind == b"IHDR" && first.data.len() == 13 && last.kind == b"IEND" =>
        {
            Ok(chunks)
        }
        _ => Err(PngError::Damaged),
    }
}
