//! The engine as a library: paints a photo in the style of a painting, on the processor.
//!
//! `cargo run --example paint -- photo.jpg painting.jpg painted.png`

use std::{env, error::Error, path::Path};

use impasto::{StyleTransfer, Vgg, device};
use options::Options;
use picture::Picture;

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = env::args().skip(1).collect();
    let [photo, painting, out] = files.as_slice() else {
        return Err("name a photo, a painting and a result".into());
    };
    paint(photo.as_ref(), painting.as_ref(), out.as_ref(), &Options::default())
}

/// Paints with the bundled network *Tiny*.
pub fn paint(photo: &Path, painting: &Path, out: &Path, options: &Options) -> Result<(), Box<dyn Error>> {
    let [photo, painting] = [read(photo)?.fit(options.size), read(painting)?.fit(options.size)];
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("weights/tiny");
    let vgg = Vgg::new(&weights::open(&tiny, false)?, &device::cpu())?;
    let frame = pollster::block_on(async {
        let mut transfer = StyleTransfer::new(vgg, &photo, &painting, options).await?;
        for _ in 0..options.steps {
            transfer.next_scale().await?; // does nothing within a scale
            transfer.step().await?;
        }
        transfer.frame().await
    })?;
    let rgba = image::RgbaImage::from_raw(frame.width as u32, frame.height as u32, frame.rgba);
    Ok(rgba.ok_or("a frame has four bytes per pixel")?.save(out)?)
}

fn read(path: &Path) -> Result<Picture, Box<dyn Error>> {
    let image = image::open(path)?.into_rgba8();
    Ok(Picture::from_rgba8(image.width() as usize, image.height() as usize, &image)?)
}
