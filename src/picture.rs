//! A picture as the engine sees it: gamma-encoded sRGB values in 0..1.

/// Pixels of gamma-encoded sRGB, 0..1, rows top to bottom, red, green, blue interleaved.
///
/// VGG-19 was trained on gamma-encoded values: never feed it linear light. Linear light exists
/// only inside [`Picture::resize`].
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<f32>,
}
