//! Paints one frame of a film.

use impasto::{
    StyleTransfer,
    sources::{Painting, Sources, Subject},
};
use options::{Options, Schedule};
use picture::{Frame, Picture};

use super::{motion::Motion, report::Report};
use crate::stylize::{
    error::StylizeError,
    interrupt,
    paint::{READ_EVERY, checked},
    studio::Studio,
};

/// How frames are painted.
pub struct Painter<'a> {
    pub studio: &'a Studio,
    /// Those of the first frame and of frames after a cut.
    pub options: &'a Options,
    pub steps_after: u32,
    pub steadiness: f32,
    pub paintings: &'a [Painting],
}

impl Painter<'_> {
    /// What is painted: a frame as a photo.
    pub fn sources(&self, frame: Picture) -> Sources {
        let subject = Subject { photo: frame, opacity: None, mask: None, content_map: None };
        Sources { subject, paintings: self.paintings.to_vec() }
    }

    /// Paints a frame, so that it follows the one before if there is a motion. `None` if that was interrupted.
    ///
    /// # Errors
    /// If the device fails, or the losses are no numbers any more.
    pub async fn paint(
        &self,
        frame: Picture,
        motion: Option<Motion>,
        report: &Report,
    ) -> Result<Option<Frame>, StylizeError> {
        let mut options = self.options.clone();
        if motion.is_some() {
            // What is painted already must not be made coarse again.
            options.schedule = Schedule::Single;
            options.steps = self.steps_after;
        }
        let mut transfer = StyleTransfer::of(self.studio.vgg.clone(), self.sources(frame), &options).await?;
        if let Some(Motion { warped, trust }) = &motion {
            transfer.follow(warped, trust, self.steadiness).await?;
        }
        for step in 0..options.steps {
            transfer.next_scale().await?;
            transfer.step().await?;
            if step.is_multiple_of(READ_EVERY) || transfer.needs_losses() {
                let (read, _) = checked(transfer.read(false).await?, step)?;
                if transfer.is_good_enough(&read) {
                    break;
                }
            }
            report.step(step + 1, options.steps);
            if interrupt::is_asked() && step + 1 < options.steps {
                return Ok(None);
            }
        }
        let (width, height) = transfer.size();
        Ok(Some(transfer.frame().await?.enlarged(width, height)))
    }
}
