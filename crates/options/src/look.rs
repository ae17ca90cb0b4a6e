//! Defines the looks: named values of the options that decide what a picture looks like. The name describes what one
//! sees.
//!
//! A look says what of the painting is compared, and at which layers the photo is kept. How strongly it is kept is not part of
//! a look: the strength (`--content-weight`) acts on top of each. They are described in `docs/looks.md`.

use std::{fmt, str::FromStr};

use weights::Layer;

use crate::{
    choices::{Pyramid, StyleLoss, Turns, written_as},
    error::OptionsError,
    layers::WeightedLayer,
    preset::StyleLayers,
};

/// What a picture looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Look {
    /// Whole strokes of the painting, where the photo has forms for them.
    Brushwork,
    /// The same, but closer to the outlines of the photo, so that faces stay who they are.
    Portrait,
    /// The painting's colours and textures, spread evenly: the method of the paper.
    Texture,
    /// Calm areas and clear contours: little but the nearest features.
    Poster,
    /// Whole strokes that need not follow the photo.
    Free,
}

/// The values of a look.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Values {
    pub style_loss: StyleLoss,
    pub neighbors_weight: f32,
    pub neighbors_turns: Turns,
    pub content_layers: Vec<WeightedLayer>,
    pub style_layers: Vec<WeightedLayer>,
    pub pyramid: Option<Pyramid>,
}

impl Look {
    /// The look of the default options: the method of the paper.
    pub const DEFAULT: Self = Self::Texture;
    /// The look that the page begins with.
    pub const ON_PAGE: Self = Self::Brushwork;

    /// All looks.
    pub const ALL: [Self; 5] = [Self::Brushwork, Self::Portrait, Self::Texture, Self::Poster, Self::Free];

    /// The values of the options.
    pub(crate) fn values(self) -> Values {
        use Layer::{Conv1_1, Conv3_1, Conv4_2};
        let neighbors = Values {
            style_loss: StyleLoss::Neighbors,
            neighbors_weight: 1.0,
            neighbors_turns: Turns::None,
            content_layers: vec![(Conv4_2, 1.0)],
            style_layers: StyleLayers::Everything.layers(),
            pyramid: None,
        };
        // Outlines are at conv3_1: with half of the weight there, faces and buildings stay what they are.
        let outlines = |weight| vec![(Conv3_1, weight), (Conv4_2, weight)];
        match self {
            Self::Brushwork => Values { content_layers: outlines(0.5), ..neighbors },
            Self::Portrait => Values { content_layers: outlines(1.0), ..neighbors },
            Self::Texture => Values { style_loss: StyleLoss::Gram, ..neighbors },
            Self::Poster => Values { style_layers: vec![(Conv1_1, 0.2)], ..neighbors },
            Self::Free => Values { content_layers: vec![(Conv4_2, 0.4)], ..neighbors },
        }
    }
}

written_as!(Look is "look", one of "brushwork, portrait, texture, poster or free": Brushwork = "brushwork", Portrait = "portrait", Texture = "texture", Poster = "poster", Free = "free");
