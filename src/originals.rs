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
    paintings: Vec<Hung>,
}

/// A painting at full size.
#[derive(Clone, Debug)]
struct Hung {
    picture: Scalable,
    opacity: Option<Mask>,
    weight: f32,
}

impl Originals {
    pub(crate) fn new(Sources { subject, paintings }: Sources) -> Self {
        let Subject { photo, opacity, mask, content_map } = subject;
        let paintings = paintings.into_iter().map(|Painting { picture, opacity, weight }| Hung {
            picture: Scalable::new(picture),
            opacity,
            weight,
        });
        Self { photo: Scalable::new(photo), opacity, mask, content_map, paintings: paintings.collect() }
    }

    /// Photo, masks and paintings resized to `scale`.
    pub(crate) fn resized(&self, scale: &Scale, plan: &Plan) -> Sources {
        let Scale { width, height, .. } = *scale;
        let resized =
            |mask: &Option<Mask>, (width, height)| mask.as_ref().map(|mask| mask.resize(width, height));
        let subject = Subject {
            photo: self.photo.resize(width, height),
            opacity: resized(&self.opacity, (width, height)),
            mask: resized(&self.mask, (width, height)),
            content_map: resized(&self.content_map, (width, height)),
        };
        let paintings = self.paintings.iter().map(|Hung { picture, opacity, weight }| {
            let (width, height) = scale.painting(plan.last(), picture.picture().size());
            let opacity = resized(opacity, (width, height));
            Painting { picture: picture.resize(width, height), opacity, weight: *weight }
        });
        Sources { subject, paintings: paintings.collect() }
    }
}
