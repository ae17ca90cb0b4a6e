//! What the repository has to paint with and to paint: the sample pictures and the smallest network.

use std::path::Path;

use burn::tensor::Device;
use impasto::network::Vgg;
use picture::{Picture, Size};

/// The network *Tiny*.
pub fn tiny(device: &Device) -> Vgg {
    Vgg::new(&weights::open(&root().join("weights/tiny"), false).unwrap(), device).unwrap()
}

/// A sample with so many pixels on its long side.
pub fn sample(path: &str, long_side: u32) -> Picture {
    let image = image::open(root().join("www/samples").join(path)).unwrap().into_rgba8();
    let picture = Picture::from_rgba8(image.width() as usize, image.height() as usize, &image).unwrap();
    picture.fit(Size::LongSide(long_side))
}

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
