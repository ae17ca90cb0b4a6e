//! Defines the triptych: photo, paintings and result side by side.

use crate::picture::Picture;

/// Photo, painting (or paintings) and result side by side on white, each at the height of the result, with a small
/// gap between them.
///
/// A panorama, more than four times as wide as high and wider than the result, is scaled to that width instead and
/// centred vertically. It would otherwise make the sheet far too wide.
pub fn triptych(sources: &[Picture], result: &Picture) -> Picture {
    let height = result.height();
    let widest = result.width().max((4 * height).min(Picture::MAX_PIXELS / height));
    let gap = (height / 32).max(1);
    let scaled = |panel: &Picture| {
        let full = (panel.width() as f64 * height as f64 / panel.height() as f64).round() as usize;
        if full <= widest {
            panel.resize(full, height)
        } else {
            let low = (panel.height() as f64 * widest as f64 / panel.width() as f64).round() as usize;
            panel.resize(widest, low)
        }
    };
    let panels: Vec<Picture> = sources.iter().chain([result]).map(scaled).collect();

    let width = panels.iter().map(Picture::width).sum::<usize>() + sources.len() * gap;
    let mut rgb = vec![1.0; width * height * 3];
    let mut left = 0;
    for panel in &panels {
        let top = (height - panel.height()) / 2;
        for (row, values) in panel.rgb().chunks_exact(panel.width() * 3).enumerate() {
            let start = ((top + row) * width + left) * 3;
            rgb[start..start + values.len()].copy_from_slice(values);
        }
        left += panel.width() + gap;
    }
    Picture::from_checked(width, height, rgb)
}
