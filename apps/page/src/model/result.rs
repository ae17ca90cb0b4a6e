//! Defines the result of a run: its frames, and the inputs.

use options::recipe::Recipe;
use picture::Picture;

use crate::model::{choice::Choice, run::Run, timeline::Timeline};

/// The frame on the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// The number of steps.
    pub step: u32,
}

/// A result and its inputs; `P` is the type that holds a frame's pixels.
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
    /// The photo at the result's size, once its colours are needed.
    pub photo: Option<Picture>,
    /// The frames (RGBA) in the order of their steps; the last one is the result.
    pub timeline: Timeline<P>,
    /// What the controls said when it was painted.
    pub settings: Recipe,
    /// The recipe. `None` if it would not reproduce the picture: the run was stopped, its strength was changed, or it
    /// continued an earlier result.
    pub recipe: Option<Recipe>,
}

impl<P> PaintedResult<P> {
    /// A result without frames; the size in pixels.
    fn new(run: &Run, (width, height): (usize, usize)) -> Self {
        Self {
            width,
            height,
            content: run.content.clone(),
            style: run.style.clone(),
            second: run.second.clone(),
            timeline: Timeline::new(width * height * 4),
            settings: run.recipe.clone(),
            recipe: None,
            photo: None,
        }
    }

    /// The result after the next frame of a run: `earlier` with the frame added, or a new result if this is the `first`
    /// frame of a run that does not continue it. `size` in pixels.
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
        result.settings.clone_from(&run.recipe);
        // The recipe described the picture before this frame.
        result.recipe = None;
        result.timeline.push(step, pixels);
        result
    }

    /// The number of bytes of the kept frames' pixels.
    pub fn bytes(&self) -> usize {
        self.timeline.frames().len() * self.width * self.height * 4
    }

    /// The captions of the photo and of the paintings.
    pub fn captions(&self) -> (String, String) {
        captions(&self.content, &self.style, self.second.as_ref())
    }
}

/// The caption: the photo's title, and titles and painters of the paintings.
pub fn captions(content: &Choice, style: &Choice, second: Option<&Choice>) -> (String, String) {
    let styles = [Some(style), second].into_iter().flatten().map(Choice::label);
    (content.title.clone(), styles.collect::<Vec<_>>().join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::choice::Role;

    const SIZE: (usize, usize) = (4, 3);

    fn run(goes_on: bool) -> Run {
        Run::example(goes_on)
    }

    /// A complete result of two frames with the photo loaded.
    fn result() -> PaintedResult<u8> {
        let result = PaintedResult::with_frame(None, &run(false), true, SIZE, 0, 1);
        let result = PaintedResult::with_frame(Some(result), &run(false), false, SIZE, 5, 2);
        let photo = Picture::from_rgba8(1, 1, &[0, 0, 0, 255]).ok();
        PaintedResult { recipe: Some(run(false).recipe), photo, ..result }
    }

    fn steps(result: &PaintedResult<u8>) -> Vec<u32> {
        result.timeline.frames().iter().map(|frame| frame.step).collect()
    }

    #[test]
    fn a_run_from_the_photo_begins_a_new_result() {
        let result = PaintedResult::with_frame(Some(result()), &run(false), true, SIZE, 0, 3);
        assert_eq!(steps(&result), [0]);
        assert!(result.photo.is_none() && result.recipe.is_none());
    }

    #[test]
    fn a_run_that_goes_on_continues_the_result() {
        let next = PaintedResult::with_frame(Some(result()), &run(true), true, SIZE, 6, 3);
        assert_eq!(steps(&next), [0, 5, 6]);
        // The photo is unchanged; the recipe was for the earlier picture.
        assert!(next.photo.is_some() && next.recipe.is_none());
        let other_size = PaintedResult::with_frame(Some(result()), &run(true), true, (8, 6), 6, 3);
        assert_eq!((steps(&other_size), other_size.width), (vec![6], 8));
    }

    #[test]
    fn another_photo_has_other_colours() {
        let content = Choice::samples(Role::Photo).swap_remove(1);
        let other = Run { content: content.clone(), ..run(true) };
        let next = PaintedResult::with_frame(Some(result()), &other, true, SIZE, 6, 3);
        assert_eq!((next.content, next.photo.is_none()), (content, true));
    }
}
