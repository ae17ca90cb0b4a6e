//! What a picture is painted from: a photo, perhaps only a part of it, and one painting or several.

use options::{Options, OptionsError, check_painting_weight};
use picture::{Picture, mask::Mask};
use weights::Layer;

/// What is painted.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The photo, laid over white where it is transparent.
    pub photo: Picture,
    /// How opaque it is, if it is not so everywhere; so will the result be. Of the photo's size.
    pub opacity: Option<Mask>,
    /// Where it is painted; elsewhere it stays as it is, or is painted like the second painting if there is one. Of the
    /// photo's size.
    pub mask: Option<Mask>,
}

/// In whose manner.
#[derive(Clone, Debug)]
pub struct Painting {
    /// What it looks like.
    pub picture: Picture,
    /// How much of its style is in the blend, next to the others; above 0.
    pub weight: f32,
}

/// What a picture is painted from. The pictures are taken as they are: scale them first ([`Picture::fit`]).
#[derive(Clone, Debug)]
pub struct Sources {
    /// What is painted.
    pub subject: Subject,
    /// In whose manner: their Gram matrices are blended, but for a mask and two paintings, of which the first is for
    /// where the mask applies and the second for elsewhere.
    pub paintings: Vec<Painting>,
}

/// A part of the picture, all of it without a mask, and in whose manner it is painted.
pub(crate) struct Area<'a> {
    pub mask: Option<Mask>,
    pub paintings: Vec<&'a Painting>,
}

impl Sources {
    /// All of a photo, in the manner of one painting.
    pub fn new(photo: Picture, painting: Picture) -> Self {
        Self {
            subject: Subject { photo, opacity: None, mask: None },
            paintings: vec![Painting { picture: painting, weight: 1.0 }],
        }
    }

    /// Checks that there is what the options need, and that it is large enough for their layers.
    ///
    /// # Errors
    /// An [`OptionsError`] that says what is missing or does not fit.
    pub fn check(&self, options: &Options) -> Result<(), OptionsError> {
        let Subject { photo, opacity, mask } = &self.subject;
        let least = |layer: Layer| 1 << layer.poolings();
        let large_enough = |what, picture: &Picture, layer: Layer| {
            if picture.width().min(picture.height()) < least(layer) {
                let (width, height) = picture.size();
                return Err(OptionsError::TooSmallForLayer {
                    what,
                    width,
                    height,
                    layer,
                    least: least(layer),
                });
            }
            Ok(())
        };
        large_enough("photo", photo, options.deepest_layer())?;
        for (what, mask) in [("mask", mask), ("opacity", opacity)] {
            if let Some(mask) = mask.as_ref().filter(|mask| mask.size() != photo.size()) {
                let (photo, mask) = (photo.size(), mask.size());
                return Err(OptionsError::MaskSize { what, photo, mask });
            }
        }
        if !options.has_style() {
            return Ok(());
        }
        for painting in &self.paintings {
            large_enough("painting", &painting.picture, options.deepest_style_layer())?;
            check_painting_weight(painting.weight)?;
        }
        match (mask, self.paintings.len()) {
            (_, 0) => return Err(OptionsError::NoPainting),
            (Some(_), paintings @ 3..) => return Err(OptionsError::TooManyForMask { paintings }),
            _ => {}
        }
        let layers = &options.style_layers;
        let is_seen = |mask: &Mask| layers.iter().any(|(layer, _)| mask.guide(layer.poolings()).is_some());
        if !self.areas().iter().any(|area| area.mask.as_ref().is_none_or(is_seen)) {
            return Err(OptionsError::EmptyMask);
        }
        Ok(())
    }

    /// The parts of the picture, each with the paintings in whose manner it is painted.
    pub(crate) fn areas(&self) -> Vec<Area<'_>> {
        let Subject { opacity, mask, .. } = &self.subject;
        // What is transparent belongs to no area.
        let opaque = |mask: Option<Mask>| match (mask, opacity) {
            (Some(mask), Some(opacity)) => Some(mask.and(opacity)),
            (mask, opacity) => mask.or_else(|| opacity.clone()),
        };
        match (mask, self.paintings.as_slice()) {
            (Some(mask), [first, second]) => vec![
                Area { mask: opaque(Some(mask.clone())), paintings: vec![first] },
                Area { mask: opaque(Some(mask.inverted())), paintings: vec![second] },
            ],
            (mask, paintings) => {
                vec![Area { mask: opaque(mask.clone()), paintings: paintings.iter().collect() }]
            }
        }
    }

    /// The mask, if it says which part of the photo stays as it is.
    pub(crate) fn protection(&self) -> Option<&Mask> {
        self.subject.mask.as_ref().filter(|_| self.paintings.len() < 2)
    }

    /// Width and height of the painting that is smallest: it decides how small all of them may become.
    pub(crate) fn least_painting(&self) -> (usize, usize) {
        let sizes = self.paintings.iter().map(|painting| painting.picture.size());
        sizes.min_by_key(|size| size.0.min(size.1)).unwrap_or_else(|| self.subject.photo.size())
    }
}

impl Subject {
    /// The same at this size, in pixels.
    #[must_use]
    pub fn resize(&self, width: usize, height: usize) -> Self {
        let scaled = |mask: &Option<Mask>| mask.as_ref().map(|mask| mask.resize(width, height));
        Self {
            photo: self.photo.resize(width, height),
            opacity: scaled(&self.opacity),
            mask: scaled(&self.mask),
        }
    }
}
