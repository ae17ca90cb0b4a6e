//! The result of a run: its frames, and what it was made from.

use crate::{
    picture::Picture,
    recipe::Recipe,
    timeline::Timeline,
    web::page::model::{choice::Choice, run::Run},
};

/// The frame on the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// How many steps it has behind it.
    pub step: u32,
}

/// A result and what it was made from; `P` is how the pixels of a frame are kept.
#[derive(Clone, Debug)]
pub struct PaintedResult<P> {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// The photo.
    pub content: Choice,
    /// The painting.
    pub style: Choice,
    /// The second painting, if there was one.
    pub second: Option<Choice>,
    /// The photo at the result's size, once its colours were asked for.
    pub photo: Option<Picture>,
    /// Its frames (RGBA) as they were painted, the last one the result.
    pub timeline: Timeline<P>,
    /// How it was painted. `None` where no recipe gives the same picture: it was stopped, the strength was changed on the
    /// way, or it was continued from an earlier result.
    pub recipe: Option<Recipe>,
}

impl<P> PaintedResult<P> {
    /// No frames yet, of a picture of this size in pixels.
    fn new(run: &Run, (width, height): (usize, usize)) -> Self {
        Self {
            width,
            height,
            content: run.content.clone(),
            style: run.style.clone(),
            second: run.second.clone(),
            timeline: Timeline::new(width * height * 4),
            recipe: None,
            photo: None,
        }
    }

    /// The result that has the next frame of a run as its latest one: `earlier` continued, or a new one where this is the
    /// `first` frame of a run that does not go on from it. `size` in pixels.
    #[must_use]
    pub fn with_frame(
        earlier: Option<Self>,
        run: &Run,
        first: bool,
        size: (usize, usize),
        step: u32,
        pixels: P,
    ) -> Self {
        let kept = earlier.filter(|result| !first || (run.goes_on && (result.width, result.height) == size));
        let mut result = kept.unwrap_or_else(|| Self::new(run, size));
        if result.content.id != run.content.id {
            result.photo = None;
        }
        (result.content, result.style) = (run.content.clone(), run.style.clone());
        result.second.clone_from(&run.second);
        // It described the picture before this frame.
        result.recipe = None;
        result.timeline.push(step, pixels);
        result
    }
}
