//! Any bytes are read as a picture or refused, and no picture has more pixels than allowed.

use decoding::read_up_to;

/// Few, so that many files can be tried in a second.
const MOST_PIXELS: usize = 1 << 12;

/// Reads bytes as a picture.
///
/// # Panics
/// If a property does not hold.
pub fn pictures(bytes: &[u8]) {
    if let Ok(read) = read_up_to(MOST_PIXELS, bytes) {
        let (width, height) = read.picture.size();
        assert!((1..=MOST_PIXELS).contains(&(width * height)), "{width}×{height}");
        assert!(read.picture.rgb().iter().all(|value| (0.0..=1.0).contains(value)));
    }
}
