//! Defines the inputs of a run at full size, from which those of each scale are resized.

use picture::{Scalable, mask::Mask};
use schedule::{Plan, Scale};

use crate::sources::{Painting, Sources, Subject};

/// Photo, masks and paintings at full size.
#[derive(Clone, Debug)]
pub(crate) struct Originals {
    photo: Scalable,
    opacity: Option<Mask>,
    mask: Option<Mask>,
    content_map: Option<Mask>,
    /// With their weights.
    paintings: Vec<(Scalable, f32)>,
}

impl Originals {
    pub(crate) fn new(Sources { subject, paintings }: Sources) -> Self {
        let Subject { photo, opacity, mask, content_map } = subject;
        let paintings =
            paintings.into_iter().map(|Painting { picture, weight }| (Scalable::new(picture), weight));
        Self { photo: Scalable::new(photo), opacity, mask, content_map, paintings: paintings.collect() }
    }

    /// Photo, masks and paintings resized to `scale`.
    pub(crate) fn resized(&self, scale: &Scale, plan: &Plan) -> Sources {
        let Scale { width, height, .. } = *scale;
        let mask = |mask: &Option<Mask>| mask.as_ref().map(|mask| mask.resize(width, height));
        let subject = Subject {
            photo: self.photo.resize(width, height),
            opacity: mask(&self.opacity),
            mask: mask(&self.mask),
            content_map: mask(&self.content_map),
        };
        let paintings = self.paintings.iter().map(|(picture, weight)| {
            let (width, height) = scale.painting(plan.last(), picture.picture().size());
            Painting { picture: picture.resize(width, height), weight: *weight }
        });
        Sources { subject, paintings: paintings.collect() }
    }
}
