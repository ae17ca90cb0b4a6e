//! Gives options a look, and recognises the one that they have.

use crate::{
    look::{Look, Values},
    table::Options,
};

impl Look {
    /// The look that these options have; `None` if one of its values was changed.
    pub fn of(options: &Options) -> Option<Self> {
        Self::ALL.into_iter().find(|look| look.given_to(options) == *options)
    }

    /// These options with the values of this look; everything else is kept.
    #[must_use]
    pub fn given_to(self, options: &Options) -> Options {
        let Values { style_loss, neighbors_weight, neighbors_turns, content_layers, style_layers, pyramid } =
            self.values();
        Options {
            content_layers,
            style_layers,
            style_loss,
            neighbors_weight,
            neighbors_turns,
            pyramid,
            ..options.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use picture::Size;
    use weights::Layer;

    use super::*;
    use crate::{
        choices::{Color, StyleLoss},
        preset::StyleLayers,
        settings::content_weight,
    };

    #[test]
    fn the_default_options_have_the_default_look() {
        assert_eq!(Look::of(&Options::default()), Some(Look::DEFAULT));
    }

    #[test]
    fn each_look_is_recognised_whatever_else_is_chosen() {
        for look in Look::ALL {
            let options = look.given_to(&Options {
                size: Size::LongSide(384),
                steps: 60,
                content_weight: content_weight(0.5),
                color: Color::Keep,
                ..Options::default()
            });
            options.validate().unwrap();
            assert_eq!(Look::of(&options), Some(look));
            assert_eq!((options.steps, options.color), (60, Color::Keep));
            assert_eq!(look.to_string().parse::<Look>().unwrap(), look);
            // From any look to any other one nothing remains.
            for other in Look::ALL {
                assert_eq!(other.given_to(&options), other.given_to(&Look::DEFAULT.given_to(&options)));
            }
        }
    }

    #[test]
    fn another_value_is_no_look() {
        let changed: [fn(&mut Options); 4] = [
            |options| options.style_loss = StyleLoss::Moments,
            |options| options.style_layers = StyleLayers::Forms.layers(),
            |options| options.content_layers[0].1 += 0.01,
            |options| options.neighbors_weight = 0.5,
        ];
        for look in Look::ALL {
            for change in changed {
                let mut options = look.given_to(&Options::default());
                change(&mut options);
                assert_eq!(Look::of(&options), None, "{look}");
            }
        }
    }

    #[test]
    fn only_the_texture_of_the_paper_has_no_neighbors_and_no_pyramid() {
        for look in Look::ALL {
            let options = look.given_to(&Options::default());
            let has = look != Look::Texture;
            assert_eq!((options.has_neighbors(), options.has_pyramid()), (has, has), "{look}");
        }
    }

    /// The ratio ν/α decides how much of the photo is painted anew (`docs/looks.md`).
    #[test]
    fn looks_are_ordered_by_what_they_keep_of_the_photo() {
        let ratio = |look: Look| {
            let options = look.given_to(&Options::default());
            let content: f32 = options.content_layers.iter().map(|(_, weight)| weight).sum();
            options.neighbors_weight / (options.alpha() * content)
        };
        assert!(ratio(Look::Portrait) < ratio(Look::Brushwork));
        assert!(ratio(Look::Brushwork) < 3.0, "it keeps the photo");
        assert!((5.0..10.0).contains(&ratio(Look::Free)), "it paints the photo anew");
        let outlines = |look: Look| look.given_to(&Options::default()).content_layers[0].0 == Layer::Conv3_1;
        assert!(outlines(Look::Portrait) && outlines(Look::Brushwork) && !outlines(Look::Free));
    }
}
