//! Recognises picture files that some browsers cannot read, so that the page can say what they are.

/// The number of bytes that are looked at.
pub const START: i32 = 12;

/// The name of a file's format, by its first bytes; `None` for those that every browser reads, and for all that are unknown.
pub fn uncommon(start: &[u8]) -> Option<&'static str> {
    // A codestream, or a box of ISO/IEC 18181-2.
    if start.starts_with(&[0xff, 0x0a]) || start.starts_with(b"\0\0\0\x0cJXL ") {
        return Some("JPEG XL");
    }
    if start.starts_with(b"II*\0") || start.starts_with(b"MM\0*") {
        return Some("TIFF");
    }
    // ISO/IEC 14496-12: the length of the first box, "ftyp", and a brand.
    match (start.get(4..8)?, start.get(8..12)?) {
        (b"ftyp", b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"mif1" | b"msf1") => Some("HEIC"),
        (b"ftyp", b"avif" | b"avis") => Some("AVIF"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        assert_eq!(uncommon(b"\0\0\0\x24ftypheic\0\0"), Some("HEIC"));
        assert_eq!(uncommon(b"\0\0\0\x1cftypavif"), Some("AVIF"));
        assert_eq!(uncommon(&[0xff, 0x0a, 0xfa]), Some("JPEG XL"));
        assert_eq!(uncommon(b"\0\0\0\x0cJXL \r\n\x87\n"), Some("JPEG XL"));
        assert_eq!(uncommon(b"MM\0*\0\0"), Some("TIFF"));
        for known in [&b"\xff\xd8\xff\xe0"[..], b"\x89PNG\r\n\x1a\n", b"a letter", b"\0\0\0\x20ftypmp42", b""]
        {
            assert_eq!(uncommon(known), None, "{known:?}");
        }
    }
}
