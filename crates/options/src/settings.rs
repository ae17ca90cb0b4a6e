//! Defines the state of the page's controls, and its conversion to and from options.

use picture::Size;

use crate::{
    ranges::{SIZES, STEPS, STRENGTHS, STROKES},
    table::Options,
};

/// The content weight α at the middle of the strength's slider.
const BALANCED: f64 = 0.1;

/// The content weight α of the paper for a position of the strength's slider. Each unit to the right (closer to the
/// painting) divides it by 10.
pub fn content_weight(strength: f64) -> f32 {
    (BALANCED * 10_f64.powf(-strength)) as f32
}

/// The position of the strength's slider for a content weight α; `None` outside the range of the slider. At its ends α
/// may have been rounded to three digits.
pub fn strength(content_weight: f32) -> Option<f64> {
    let exact = -(f64::from(content_weight) / BALANCED).log10();
    let nearest = exact.clamp(*STRENGTHS.start(), *STRENGTHS.end());
    // A position that was written with three digits is read back exactly. Adding zero turns a negative zero into a
    // positive one.
    let written = (nearest * 1000.0).round() / 1000.0 + 0.0;
    let same = self::content_weight(written).to_bits() == content_weight.to_bits();
    ((exact - nearest).abs() < 0.01).then_some(if same { written } else { nearest })
}

/// The long side of the painting for a long side of the result and one of [`STROKES`]; `None` where both are the same.
pub fn style_size(size: u32, strokes: u32) -> Option<Size> {
    let painting = size * strokes / 100;
    (painting != size).then_some(Size::LongSide(painting))
}

/// The positions of the page's controls.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The long side of the result in pixels, one of [`SIZES`].
    pub size: u32,
    /// The long side of the painting in percent of `size`, one of [`STROKES`].
    pub strokes: u32,
    /// The position of the strength's slider, one of [`STRENGTHS`].
    pub strength: f64,
    /// The number of steps, one of [`STEPS`].
    pub steps: u32,
    /// All other options. Those that the fields above determine are not read from here.
    pub base: Options,
}

impl Settings {
    /// The options that these controls stand for.
    pub fn options(self) -> Options {
        Options {
            size: Size::LongSide(self.size),
            style_size: style_size(self.size, self.strokes),
            steps: self.steps,
            content_weight: content_weight(self.strength),
            ..self.base
        }
    }

    /// The nearest positions of the controls for some options, and the names of the controls that cannot show their
    /// value exactly.
    pub fn nearest(options: &Options) -> (Self, Vec<&'static str>) {
        let mut off = Vec::new();
        let mut check = |control, is_exact: bool| {
            if !is_exact {
                off.push(control);
            }
        };
        let size = match options.size {
            Size::LongSide(side) => side.clamp(*SIZES.start(), *SIZES.end()),
            Size::Original => *SIZES.end(),
        };
        check("size", options.size == Size::LongSide(size));

        let painting = options.style_size.unwrap_or(options.size);
        let strokes = match (options.size, painting) {
            (Size::LongSide(side), Size::LongSide(painting)) => {
                let distance = |strokes: u32| looked_at(side, strokes).abs_diff(painting.into());
                let nearest = STROKES.into_iter().min_by_key(|&strokes| distance(strokes)).unwrap_or(100);
                check("strokes", distance(nearest) == 0);
                nearest
            }
            (size, painting) => {
                check("strokes", size == painting);
                100
            }
        };

        let strength = strength(options.content_weight);
        check("strength", strength.is_some());
        let end =
            if f64::from(options.content_weight) > BALANCED { *STRENGTHS.start() } else { *STRENGTHS.end() };
        let steps = options.steps.clamp(*STEPS.start(), *STEPS.end());
        check("steps", steps == options.steps);
        let strength = strength.unwrap_or(end);
        (Self { size, strokes, strength, steps, base: options.clone() }, off)
    }
}

/// The long side of the painting in pixels, for a long side `side` of the result. `u64`, since `side` may come from a
/// file and the product may exceed `u32`.
fn looked_at(side: u32, strokes: u32) -> u64 {
    u64::from(side) * u64::from(strokes) / 100
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        choices::{Color, Init, Until},
        preset::StyleLayers,
    };

    #[test]
    fn what_can_be_chosen_comes_back_exactly() {
        let base = Options {
            color: Color::Keep,
            init: Init::Noise,
            seed: 7,
            until: Until::Loss(0.05),
            style_layers: StyleLayers::Forms.layers(),
            ..Options::default()
        };
        for size in [64, 200, 256, 512] {
            for strokes in STROKES {
                for strength in [-1.5, -0.35, 0.0, 0.5, 1.5] {
                    let settings = Settings { size, strokes, strength, steps: 60, base: base.clone() };
                    let options = settings.options();
                    let (again, off) = Settings::nearest(&options);
                    assert_eq!(off, [""; 0]);
                    assert_eq!((again.size, again.strokes, again.steps), (size, strokes, 60));
                    assert!((again.strength - strength).abs() < 1e-6, "{} for {strength}", again.strength);
                    assert_eq!(again.options(), options);
                }
            }
        }
        let (usual, off) = Settings::nearest(&Options::default());
        assert_eq!((usual.options(), off), (Options::default(), Vec::new()));
    }

    #[test]
    fn what_cannot_be_chosen_is_brought_near_and_named() {
        let usual = Options::default();
        let large =
            Options { size: Size::LongSide(4096), steps: 2000, content_weight: 50.0, ..usual.clone() };
        let (settings, off) = Settings::nearest(&large);
        assert_eq!(off, ["size", "strength", "steps"]);
        assert_eq!((settings.size, settings.strokes, settings.steps), (2048, 100, 300));
        assert!((settings.strength - -1.5).abs() < 1e-9);

        let small = Options { size: Size::LongSide(16), steps: 1, content_weight: 0.0, ..usual.clone() };
        let (settings, off) = Settings::nearest(&small);
        assert_eq!(off, ["size", "strength", "steps"]);
        assert_eq!((settings.size, settings.steps), (64, 10));
        assert!((settings.strength - 1.5).abs() < 1e-9);

        let cases: [(Size, Option<Size>, u32, &[&str]); 7] = [
            (Size::Original, None, 100, &["size"]),
            (Size::Original, Some(Size::Original), 100, &["size"]),
            (Size::Original, Some(Size::LongSide(300)), 100, &["size", "strokes"]),
            (Size::LongSide(200), Some(Size::Original), 100, &["strokes"]),
            (Size::LongSide(200), Some(Size::LongSide(200)), 100, &[]),
            (Size::LongSide(200), Some(Size::LongSide(270)), 140, &["strokes"]),
            (Size::LongSide(u32::MAX), Some(Size::LongSide(16)), 60, &["size", "strokes"]),
        ];
        for (size, style_size, strokes, wanted) in cases {
            let (settings, off) = Settings::nearest(&Options { size, style_size, ..usual.clone() });
            assert_eq!((settings.strokes, &off[..]), (strokes, wanted), "{size}, {style_size:?}");
        }
    }

    #[test]
    fn the_strength_and_its_weight_are_two_names_of_one_thing() {
        assert_eq!(content_weight(0.0).to_string(), "0.1");
        assert!(strength(0.1).unwrap().abs() < 1e-7);
        assert!((strength(1.0).unwrap() - -1.0).abs() < 1e-7);
        for weight in [0.003_16, 0.02, 0.05, 0.1, 0.777, 3.16] {
            let there_and_back = content_weight(strength(weight).unwrap());
            assert!((there_and_back / weight - 1.0).abs() < 0.001, "{weight} became {there_and_back}");
        }
        assert_eq!(content_weight(strength(0.0512).unwrap()).to_string(), "0.0512");
        for weight in [0.0, -1.0, 0.003, 3.3, f32::INFINITY, f32::NAN] {
            assert_eq!(strength(weight), None, "{weight}");
        }
    }
}
