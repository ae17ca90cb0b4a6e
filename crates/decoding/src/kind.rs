//! Tells what a file is by its first bytes, whatever its name says: photos are often named by another format than theirs.

use std::fmt;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
    /// GIF.
    Gif,
    /// BMP.
    Bmp,
    /// TIFF.
    Tiff,
    /// A known format that only few programs read, or none.
    Other(&'static str),
}

/// The number of bytes at the beginning of a file that [`FileKind::of`] looks at.
pub const SNIFFED: usize = 1024;

/// Formats by the bytes that they begin with.
const BEGINNINGS: [(&[u8], FileKind); 20] = [
    (b"\xff\xd8\xff", FileKind::Jpeg),
    (b"\x89PNG\r\n\x1a\n", FileKind::Png),
    (b"GIF8", FileKind::Gif),
    (b"BM", FileKind::Bmp),
    // Raw files of Canon raw files begin like a TIFF; these come before it.
    (b"II*\0\x10\0\0\0CR", FileKind::Other("a Canon raw photo (CR2)")),
    (b"IIRO", FileKind::Other("an Olympus raw photo (ORF)")),
    (b"IIRS", FileKind::Other("an Olympus raw photo (ORF)")),
    (b"IIU\0", FileKind::Other("a Panasonic raw photo (RW2)")),
    (b"FUJIFILMCCD-RAW", FileKind::Other("a Fujifilm raw photo (RAF)")),
    (b"II*\0", FileKind::Tiff),
    (b"MM\0*", FileKind::Tiff),
    (b"II+\0", FileKind::Tiff),
    (b"MM\0+", FileKind::Tiff),
    (b"\xff\x0a", FileKind::Other("a JPEG XL picture")),
    (b"\0\0\0\x0cJXL \r\n\x87\n", FileKind::Other("a JPEG XL picture")),
    (b"\0\0\0\x0cjP  \r\n\x87\n", FileKind::Other("a JPEG 2000 picture")),
    (b"\xff\x4f\xff\x51", FileKind::Other("a JPEG 2000 picture")),
    (b"%PDF-", FileKind::Other("a PDF document")),
    (b"8BPS", FileKind::Other("a Photoshop document (PSD)")),
    (b"\x1a\x45\xdf\xa3", FileKind::Other("a video (WebM or Matroska)")),
];

/// What libheif reads: a still picture in the container of ISO/IEC 23008-12.
const HEIF: [&str; 3] = ["an AVIF picture", "a HEIC photo", "a HEIF picture"];

/// Brands of the container that HEIC, AVIF and MP4 share (ISO/IEC 14496-12).
const BRANDS: [(&[u8; 4], &str); 19] = [
    (b"avif", "an AVIF picture"),
    (b"avis", "an AVIF picture"),
    (b"heic", "a HEIC photo"),
    (b"heix", "a HEIC photo"),
    (b"heim", "a HEIC photo"),
    (b"heis", "a HEIC photo"),
    (b"hevc", "a HEIC photo"),
    (b"hevx", "a HEIC photo"),
    (b"mif1", "a HEIF picture"),
    (b"mif2", "a HEIF picture"),
    (b"msf1", "a HEIF picture"),
    (b"crx ", "a Canon raw photo (CR3)"),
    (b"qt  ", "a video (QuickTime)"),
    (b"isom", "a video (MP4)"),
    (b"iso2", "a video (MP4)"),
    (b"mp41", "a video (MP4)"),
    (b"mp42", "a video (MP4)"),
    (b"avc1", "a video (MP4)"),
    (b"M4V ", "a video (MP4)"),
];

impl FileKind {
    /// Whether it is HEIC or another still picture in its container.
    pub fn is_heif(self) -> bool {
        matches!(self, Self::Other(words) if HEIF.contains(&words))
    }

    /// The kind of a file with these bytes, of which the first [`SNIFFED`] are enough; `None` if it is not known.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Some(Self::WebP);
        }
        let by_beginning = BEGINNINGS.into_iter().find(|(beginning, _)| bytes.starts_with(beginning));
        if let Some((_, kind)) = by_beginning {
            return Some(if kind == Self::Tiff { raw_in_tiff(bytes).unwrap_or(kind) } else { kind });
        }
        container(bytes).or_else(|| text(bytes)).map(Self::Other)
    }
}

/// The raw photo in a TIFF: a digital negative says so, others begin with a small preview and have the photo in a part below it.
fn raw_in_tiff(bytes: &[u8]) -> Option<FileKind> {
    let start = &bytes[..bytes.len().min(SNIFFED)];
    let is_little = start.starts_with(b"II");
    let number = |at: usize, length: usize| {
        let bytes = start.get(at..at.checked_add(length)?)?.iter();
        let join = |sum: usize, byte: &u8| sum << 8 | usize::from(*byte);
        Some(if is_little { bytes.rev().fold(0, join) } else { bytes.fold(0, join) })
    };
    let directory = number(4, 4)?;
    let entries = (0..number(directory, 2)?).map(|entry| directory + 2 + 12 * entry);
    let (mut is_preview, mut has_parts) = (false, false);
    for entry in entries {
        match number(entry, 2) {
            Some(DNG_VERSION) => return Some(FileKind::Other("a digital negative (DNG)")),
            Some(NEW_SUBFILE_TYPE) => is_preview = number(entry + 8, 4) == Some(REDUCED),
            Some(SUB_DIRECTORIES) => has_parts = true,
            Some(_) => {}
            None => break,
        }
    }
    (is_preview && has_parts).then_some(FileKind::Other("a raw photo (such as NEF or ARW)"))
}

// Tags of TIFF 6.0, its supplement 1 and DNG, and the value of a preview.
const NEW_SUBFILE_TYPE: usize = 0x00fe;
const REDUCED: usize = 1;
const SUB_DIRECTORIES: usize = 0x014a;
const DNG_VERSION: usize = 0xc612;

/// What is in the container of ISO/IEC 14496-12: by its main brand, or else by the first known one of the compatible brands.
fn container(bytes: &[u8]) -> Option<&'static str> {
    if bytes.get(4..8) != Some(b"ftyp") {
        return None;
    }
    let length = u32::from_be_bytes(bytes[..4].try_into().ok()?) as usize;
    let brands = bytes.get(8..length.clamp(12, SNIFFED).min(bytes.len()))?;
    let known = |brand: &[u8]| BRANDS.iter().find(|(name, _)| *name == brand).map(|(_, words)| *words);
    let brands: Vec<&str> = brands.as_chunks::<4>().0.iter().filter_map(|brand| known(brand)).collect();
    // `mif1` is the frame of several formats: a brand that says more wins.
    let particular =
        brands.iter().find(|words| !words.starts_with("a HEIF") && !words.starts_with("a video"));
    Some(particular.or(brands.first()).copied().unwrap_or("a video"))
}

/// What begins as text does: pictures in XML, PostScript, and web pages that were saved in the place of a picture.
fn text(bytes: &[u8]) -> Option<&'static str> {
    let start = &bytes[..bytes.len().min(SNIFFED)];
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with("%!ps") {
        return Some("a PostScript document");
    }
    if !start.starts_with('<') {
        return None;
    }
    if start.contains("<svg") {
        return Some("an SVG drawing");
    }
    ["<!doctype html", "<html"].iter().any(|tag| start.contains(tag)).then_some("a web page")
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "a JPEG",
            Self::Png => "a PNG",
            Self::WebP => "a WebP picture",
            Self::Gif => "a GIF",
            Self::Bmp => "a BMP picture",
            Self::Tiff => "a TIFF",
            Self::Other(words) => words,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ftyp(brands: &[&[u8; 4]]) -> Vec<u8> {
        let length = 8 + 4 * brands.len() as u32;
        let mut bytes = length.to_be_bytes().to_vec();
        bytes.extend(b"ftyp");
        for (at, brand) in brands.iter().enumerate() {
            bytes.extend(*brand);
            if at == 0 {
                bytes.extend(b"\0\0\0\0");
            }
        }
        bytes[..4].copy_from_slice(&(length + 4).to_be_bytes());
        bytes
    }

    /// A TIFF with a directory of these tags.
    fn tiff(is_little: bool, tags: &[u16]) -> Vec<u8> {
        let two = |value: u16| if is_little { value.to_le_bytes() } else { value.to_be_bytes() };
        let four = |value: u32| if is_little { value.to_le_bytes() } else { value.to_be_bytes() };
        let mut bytes = if is_little { b"II*\0".to_vec() } else { b"MM\0*".to_vec() };
        bytes.extend(four(8));
        bytes.extend(two(tags.len() as u16));
        for tag in tags {
            bytes.extend(two(*tag));
            bytes.extend([0; 6]);
            bytes.extend(four(1));
        }
        bytes
    }

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let cases: [(Vec<u8>, &str); 15] = [
            (b"\xff\xd8\xff\xe0..".to_vec(), "a JPEG"),
            (b"\x89PNG\r\n\x1a\n..".to_vec(), "a PNG"),
            (b"RIFF\x10\0\0\0WEBPVP8 ".to_vec(), "a WebP picture"),
            (ftyp(&[b"heic", b"mif1"]), "a HEIC photo"),
            (ftyp(&[b"mif1", b"heic"]), "a HEIC photo"),
            (ftyp(&[b"mif1", b"avif", b"miaf"]), "an AVIF picture"),
            (ftyp(&[b"mif1", b"miaf"]), "a HEIF picture"),
            (ftyp(&[b"isom", b"mp42"]), "a video (MP4)"),
            (ftyp(&[b"????"]), "a video"),
            (b"\xef\xbb\xbf <?xml version=\"1.0\"?>\n<svg xmlns=\"\">".to_vec(), "an SVG drawing"),
            (b"<!DOCTYPE html><title>404</title>".to_vec(), "a web page"),
            (tiff(true, &[256, 257, 34675]), "a TIFF"),
            (tiff(false, &[254, 256, 0xc612]), "a digital negative (DNG)"),
            (tiff(false, &[254, 0x014a]), "a raw photo (such as NEF or ARW)"),
            (b"II*\0\x10\0\0\0CR\x02\0".to_vec(), "a Canon raw photo (CR2)"),
        ];
        for (bytes, words) in cases {
            assert_eq!(
                FileKind::of(&bytes).map(|kind| kind.to_string()).as_deref(),
                Some(words),
                "{bytes:?}"
            );
        }
        let is_heif = |brands: &[&[u8; 4]]| FileKind::of(&ftyp(brands)).unwrap().is_heif();
        assert!(is_heif(&[b"heic"]) && is_heif(&[b"mif1", b"avif"]) && is_heif(&[b"mif1"]));
        assert!(!is_heif(&[b"crx "]) && !is_heif(&[b"mp42"]) && !FileKind::Png.is_heif());
        for bytes in
            [&b""[..], b"\0", b"RIFF", b"RIFF\0\0\0\0WAVE", b"ftyp", b"hello", b"<note/>", &[0xff; 3]]
        {
            assert_eq!(FileKind::of(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_file_that_ends_early_is_no_trouble() {
        let whole = [ftyp(&[b"mif1", b"heic"]), tiff(true, &[256, 0xc612]), tiff(false, &[254, 0x014a])];
        for bytes in &whole {
            for length in 0..bytes.len() {
                let _ = FileKind::of(&bytes[..length]);
            }
        }
        // A directory beyond every file.
        assert_eq!(FileKind::of(b"II*\0\xff\xff\xff\xff"), Some(FileKind::Tiff));
        assert_eq!(
            FileKind::of(b"\xff\xff\xff\xffftypheic").map(|kind| kind.to_string()).unwrap(),
            "a HEIC photo"
        );
    }
}
