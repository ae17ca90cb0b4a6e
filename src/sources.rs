//! Defines the inputs of a run: a photo with optional masks, and one painting or several. Checks them against the
//! options.

use options::{Color, Options, OptionsError, check_painting_weight};
use picture::{
    Picture,
    bleed::Bleed,
    color,
    grey::{grey, is_grey},
    mask::{Guide, Mask},
    rect::Remainder,
};
use weights::Layer;

/// The photo and its masks.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The photo; transparent pixels are blended with white.
    pub photo: Picture,
    /// The opacity of the photo, which the result gets as well. Of the size of the photo; `None`: opaque everywhere.
    pub opacity: Option<Mask>,
    /// 1 where the result is painted. Elsewhere the photo stays unchanged or, with two paintings, the second one is
    /// used. Of the size of the photo; `None`: painted everywhere.
    pub mask: Option<Mask>,
    /// How strongly the photo is kept: at 0.5 (mid grey) as the content weight says, at 1 (white) five times as strongly, at 0
    /// (black) a fifth as strongly. Of the size of the photo; `None`: 0.5 everywhere.
    pub content_map: Option<Mask>,
}

/// A painting, and its weight in the blend of styles.
#[derive(Clone, Debug)]
pub struct Painting {
    /// The pixels of the painting; transparent ones are blended with white.
    pub picture: Picture,
    /// Its opacity: only what is visible is its style. Of the size of the painting; `None`: opaque everywhere.
    pub opacity: Option<Mask>,
    /// The weight of its style relative to the other paintings, above 0.
    pub weight: f32,
}

/// The inputs of a run. Pictures are used at the size that they have: resize them first ([`Picture::fit`]).
#[derive(Clone, Debug)]
pub struct Sources {
    /// The photo and its masks.
    pub subject: Subject,
    /// The paintings. Their style statistics are blended. With a mask and two paintings they are not: the first
    /// applies where the mask is 1, the second where it is 0.
    pub paintings: Vec<Painting>,
}

/// A region of the picture (`None`: all of it) and its paintings.
pub(crate) struct Area<'a> {
    pub mask: Option<Mask>,
    pub paintings: Vec<&'a Painting>,
}

impl Painting {
    /// A painting without transparent pixels.
    pub const fn opaque(picture: Picture, weight: f32) -> Self {
        Self { picture, opacity: None, weight }
    }

    /// The weights of its features at `layer`, remainder dropped; `None` if all count alike.
    pub(crate) fn guide(&self, layer: Layer) -> Option<Guide> {
        self.opacity.as_ref()?.guide(layer.poolings(), Remainder::Dropped)
    }

    /// Checks that the opacity has the size of the painting, and that there is something to see.
    fn check_opacity(&self, options: &Options) -> Result<(), OptionsError> {
        let Some(opacity) = &self.opacity else { return Ok(()) };
        if opacity.size() != self.picture.size() {
            let (picture, mask) = (self.picture.size(), opacity.size());
            return Err(OptionsError::MaskSize { what: "opacity", of: "painting", picture, mask });
        }
        if options.style_layers.iter().any(|&(layer, _)| self.guide(layer).is_none()) {
            return Err(OptionsError::InvisiblePainting);
        }
        Ok(())
    }
}

impl Sources {
    /// One photo without masks, and one painting.
    pub fn new(photo: Picture, painting: Picture) -> Self {
        Self {
            subject: Subject { photo, opacity: None, mask: None, content_map: None },
            paintings: vec![Painting::opaque(painting, 1.0)],
        }
    }

    /// Checks that everything that the options need is there, that mask sizes match, and that pictures are large
    /// enough for the chosen layers.
    ///
    /// # Errors
    /// An [`OptionsError`] that says what is missing or does not fit.
    pub fn check(&self, options: &Options) -> Result<(), OptionsError> {
        let Subject { photo, opacity, mask, content_map } = &self.subject;
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
        for (what, mask) in [("mask", mask), ("opacity", opacity), ("content map", content_map)] {
            if let Some(mask) = mask.as_ref().filter(|mask| mask.size() != photo.size()) {
                let (picture, mask) = (photo.size(), mask.size());
                return Err(OptionsError::MaskSize { what, of: "photo", picture, mask });
            }
        }
        if !options.has_style() {
            return Ok(());
        }
        for painting in &self.paintings {
            large_enough("painting", &painting.picture, options.deepest_style_layer())?;
            painting.check_opacity(options)?;
            check_painting_weight(painting.weight)?;
        }
        match (mask, self.paintings.len()) {
            (_, 0) => return Err(OptionsError::NoPainting),
            (Some(_), paintings @ 3..) => return Err(OptionsError::TooManyForMask { paintings }),
            _ => {}
        }
        let layers = &options.style_layers;
        let is_seen = |mask: &Mask| {
            layers.iter().any(|(layer, _)| mask.guide(layer.poolings(), Remainder::Kept).is_some())
        };
        if !self.areas().iter().any(|area| area.mask.as_ref().is_none_or(is_seen)) {
            return Err(OptionsError::EmptyMask);
        }
        Ok(())
    }

    /// Gives each painting the colours of the part of the photo that it paints, or its light, as the options say.
    pub(crate) fn match_colors(&mut self, color: Color) {
        let matched = match color {
            Color::Match => color::matched,
            Color::Luminance => color::matched_light,
            Color::Painting | Color::Keep => return,
        };
        let visible: Vec<Option<Mask>> = self.areas().into_iter().map(|area| area.mask).collect();
        for (at, painting) in self.paintings.iter_mut().enumerate() {
            // All paintings share one area, or each has its own.
            let visible = visible.get(at).unwrap_or(&visible[0]).as_ref();
            let seen = (&painting.picture, painting.opacity.as_ref());
            painting.picture = matched(seen, (&self.subject.photo, visible));
        }
    }

    /// Whether photo and paintings are grey.
    pub(crate) fn are_grey(&self) -> bool {
        let mut paintings = self.paintings.iter().map(|painting| &painting.picture);
        is_grey(&self.subject.photo) && paintings.all(is_grey)
    }

    /// The same in grey.
    pub(crate) fn in_grey(mut self) -> Self {
        self.subject.photo = grey(&self.subject.photo);
        for painting in &mut self.paintings {
            painting.picture = grey(&painting.picture);
        }
        self
    }

    /// The same with a bleed around the photo and its masks.
    pub(crate) fn extended(mut self, bleed: Bleed) -> Self {
        // Most runs have none: nothing is copied then.
        if bleed == Bleed::default() {
            return self;
        }
        let Subject { photo, opacity, mask, content_map } = &mut self.subject;
        *photo = photo.extended(bleed);
        for mask in [opacity, mask, content_map].into_iter().flatten() {
            *mask = mask.extended(bleed);
        }
        self
    }

    /// The regions of the picture and their paintings.
    pub(crate) fn areas(&self) -> Vec<Area<'_>> {
        let Subject { opacity, mask, .. } = &self.subject;
        // Transparent pixels belong to no region.
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

    /// The mask, if pixels outside of it keep the photo: always, except with two paintings.
    pub(crate) fn protection(&self) -> Option<&Mask> {
        self.subject.mask.as_ref().filter(|_| self.paintings.len() < 2)
    }

    /// Width and height of the smallest painting. It limits how small the coarsest scale can be. Without paintings:
    /// those of the photo.
    pub(crate) fn least_painting(&self) -> (usize, usize) {
        let sizes = self.paintings.iter().map(|painting| painting.picture.size());
        sizes.min_by_key(|size| size.0.min(size.1)).unwrap_or_else(|| self.subject.photo.size())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_painting_gets_the_palette_of_what_it_paints() {
        let (photo, painting) = (Picture::noise(8, 6, 1), Picture::noise(8, 6, 2));
        let left: Vec<f32> = (0..48).map(|at| f32::from(at % 8 < 4)).collect();
        let mask = Mask::new(8, 6, left).unwrap();
        let mut sources = Sources::new(photo.clone(), painting.clone());
        sources.paintings.push(sources.paintings[0].clone());
        let matched = |sources: &Sources| {
            let mut sources = sources.clone();
            sources.match_colors(Color::Match);
            sources.paintings.into_iter().map(|painting| painting.picture).collect::<Vec<_>>()
        };
        let due = |mask: Option<&Mask>| color::matched((&painting, None), (&photo, mask));

        assert_eq!(matched(&sources), [due(None), due(None)], "a blend over all of the photo");
        sources.subject.opacity = Some(mask.clone());
        assert_eq!(matched(&sources), [due(Some(&mask)), due(Some(&mask))], "a blend over what is visible");
        sources.subject.opacity = None;
        sources.subject.mask = Some(mask.clone());
        assert_eq!(matched(&sources), [due(Some(&mask)), due(Some(&mask.inverted()))], "each its region");
        assert_ne!(due(Some(&mask)), due(None));
    }
}
