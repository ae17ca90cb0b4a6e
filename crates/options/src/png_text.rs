//! Text in a PNG file: an uncompressed `iTXt` chunk (PNG specification, third edition, section 11.3.3.4), read and written without
//! touching the other chunks. No decoder: the page, which reads such texts, has none.

use crc32fast::hash as crc32;

/// Why a file is no whole PNG.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PngError {
    /// The file is of another kind.
    #[error("it is no PNG file, and only those carry how they were painted: name the .png as it was saved")]
    NotPng,
    /// The file ends early, or a length in it is wrong.
    #[error("the PNG file is damaged: take another copy of it")]
    Damaged,
}

pub(crate) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Length, type, 13 bytes, check sum.
const HEADER: usize = SIGNATURE.len() + 4 + 4 + 13 + 4;

/// The PNG file with this text under this keyword, instead of one that it may carry already.
///
/// # Errors
/// [`PngError`] if `png` is no whole PNG file.
pub fn insert(png: &[u8], keyword: &str, text: &str) -> Result<Vec<u8>, PngError> {
    // Null-terminated keyword, uncompressed, no language, no translated keyword.
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

/// The text under this keyword, if the PNG file has one.
///
/// # Errors
/// [`PngError`] if `png` is no whole PNG file.
pub fn find<'a>(png: &'a [u8], keyword: &str) -> Result<Option<&'a [u8]>, PngError> {
    Ok(chunks(png)?.iter().find_map(|chunk| chunk.text(keyword)))
}

/// A piece of a PNG file.
pub(crate) struct Chunk<'a> {
    pub kind: &'a [u8],
    pub data: &'a [u8],
    /// With length, type and check sum.
    pub whole: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// The text, if it stands under this keyword as [`insert`] writes it.
    fn text(&self, keyword: &str) -> Option<&'a [u8]> {
        let rest = self.data.strip_prefix(keyword.as_bytes())?;
        // Compressed text (first 1) is never written.
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
