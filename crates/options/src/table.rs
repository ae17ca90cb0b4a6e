//! Defines every option of a run in one table. Each entry has a name, a type, a default, one sentence of help, the
//! accepted values, and the interfaces that offer it.
//!
//! These entries generate [`Options`] itself, the flags of the command line and their help, the reader and the writer
//! of addresses ([`crate::link`]), the attributes of the embedded demonstration, and the tables in the documents
//! (`cargo xtask docs`). To add an option, add an entry to [`Options`] below, and use the new field where it takes
//! effect. Alternative forms of the same options are in [`crate::other_ways`].

use picture::{Size, crop::Crop};
use serde::{Deserialize, Serialize};

use crate::{
    choices::{
        Color, Enlarged, Init, Optimizer, Padding, Pooling, Pyramid, Schedule, StyleLoss, Turns, Until,
    },
    error::OptionsError,
    layers::WeightedLayer,
    look::Look,
    number::Number,
    ranges::{MOST_PASSES, SIZES, STEPS},
    value::Value,
};

/// An option, or an alternative form of one.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The name of the flag (`--name`), of the parameter in an address, and of the attribute.
    pub name: &'static str,
    /// Other names with the same meaning.
    pub aliases: &'static [&'static str],
    /// The accepted values, in the notation of the command line: `N|original`, `max|avg`.
    pub values: &'static str,
    /// The help, one sentence.
    pub help: &'static str,
    /// Whether the command line has a flag for it.
    pub command_line: bool,
    /// The accepted values on the page, in addresses and in attributes; `None` where it is not offered there.
    pub page: Option<OnPage>,
    /// The names of the flags that it cannot be combined with.
    pub conflicts: &'static [&'static str],
    /// The written form of its value in these options; `None` where the options do not determine one.
    pub get: fn(&Options) -> Option<String>,
    /// Parses a written value and stores it in the options.
    pub set: fn(&mut Options, &str) -> Result<(), OptionsError>,
}

/// The values of an option that can be chosen on the page.
#[derive(Clone, Copy, Debug)]
pub struct OnPage {
    /// The range in words: `64 to 2048`.
    pub range: &'static str,
    /// Whether a written value is within the range. The result for a value that cannot be parsed does not matter.
    pub allows: fn(&str) -> bool,
}

impl Entry {
    /// An option of the command line only.
    pub(crate) const fn new(
        name: &'static str,
        values: &'static str,
        help: &'static str,
        get: fn(&Options) -> Option<String>,
        set: fn(&mut Options, &str) -> Result<(), OptionsError>,
    ) -> Self {
        Self { name, aliases: &[], values, help, command_line: true, page: None, conflicts: &[], get, set }
    }

    /// All names, the preferred one first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// The written form of the default; `None` where there is none.
    pub fn default(&self) -> Option<String> {
        (self.get)(&Options::default())
    }
}

/// On the page every value is accepted that can be parsed.
pub(crate) const fn all(range: &'static str) -> OnPage {
    OnPage { range, allows: |_| true }
}

/// A field of [`Options`], or of the nested struct named in brackets.
macro_rules! field {
    ($options:ident, [], $field:ident) => {
        $options.$field
    };
    ($options:ident, [$part:ident], $field:ident) => {
        $options.$part.$field
    };
}

/// Defines a struct of options, its defaults and its entries.
macro_rules! options {
    (
        $(#[$about:meta])*
        pub struct $name:ident at $part:tt $(with ($inner:ident: $inner_type:ty = $inner_default:expr))? {
            $($option:literal $field:ident: $type:ty = $default:expr, $values:literal, $help:literal $({ $($more:tt)+ })?;)+
        }
    ) => {
        $(#[$about])*
        pub struct $name {
            $(#[doc = $help] pub $field: $type,)+
            $(
                /// The constants of Adam.
                pub $inner: $inner_type,
            )?
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)+ $($inner: $inner_default,)? }
            }
        }

        impl $name {
            pub(crate) const ENTRIES: [Entry; [$($option),+].len()] = [$(Entry {
                $($($more)+,)?
                ..Entry::new(
                    $option,
                    $values,
                    $help,
                    |options| field!(options, $part, $field).write(),
                    |options, text| {
                        field!(options, $part, $field) = Value::read(text)?;
                        Ok(())
                    },
                )
            }),+];
        }
    };
}

options! {
    /// All options of a run.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    pub struct Options at [] with (adam: AdamOptions = AdamOptions::default()) {
        "size" size: Size = Size::LongSide(256), "N|original",
            "Long side of the result in pixels, or \"original\" to resample neither picture; nothing is enlarged"
            { page: Some(OnPage { range: "64 to 2048", allows: |text| text.parse().is_ok_and(|size| SIZES.contains(&size)) }) };
        "style-size" style_size: Option<Size> = None, "N|original",
            "The same for the painting [default: as --size]";
        "style-crop" style_crop: Option<Crop> = None, "LEFT,TOP,WIDTH,HEIGHT",
            "The part of each painting that gives the style, in hundredths of its sides [default: all of it]"
            { aliases: &["part"], page: Some(all("left,top,width,height in hundredths")) };
        "steps" steps: u32 = 100, "N",
            "Number of optimiser steps, at all scales together"
            { page: Some(OnPage { range: "10 to 300", allows: |text| text.parse().is_ok_and(|steps| STEPS.contains(&steps)) }) };
        "until" until: Until = Until::Steps, "steps|level|LOSS",
            "What ends the run before the last step: nothing (steps), a loss that hardly falls any more (level), or a low one"
            // A loss is not offered: its scale means nothing to a visitor who has not seen the results.
            { page: Some(OnPage { range: "steps or level", allows: |text| matches!(text, "steps" | "level") }) };
        "schedule" schedule: Schedule = Schedule::CoarseToFine, "single|coarse-to-fine",
            "Sizes on the way: coarse-to-fine paints small first, single at the wanted size from the start"
            { page: Some(all("single or coarse-to-fine")) };
        "finish-from" finish_from: Option<u32> = None, "N",
            "Long side in pixels up to which the picture is painted; beyond it a few steps at each doubled size only sharpen the strokes [default: painted up to --size]"
            { page: Some(OnPage { range: "64 to 2048", allows: |text| text.parse().is_ok_and(|size| SIZES.contains(&size)) }) };
        "enlarged" enlarged: Enlarged = Enlarged::Difference, "difference|picture",
            "What is enlarged from size to size: the difference from the photo, whose detail is thus added at each size (difference), or the picture itself, of which everything is painted (picture)"
            { page: Some(all("difference or picture")) };
        "content-weight" content_weight: f32 = 0.1, "WEIGHT",
            "α: how strongly the photo is kept; with --style-loss neighbors, which is the stronger style, 3.5 times as strongly";
        "content-falloff" content_falloff: f32 = 1.0, "FACTOR",
            "How many times as strongly as at the next larger size the photo is kept on the way to the result: 2 halves the content weight from size to size, 1 leaves it (--schedule coarse-to-fine)"
            { page: Some(OnPage { range: "1 to 4", allows: |text| f32::of(text).is_some_and(|factor| (1.0..=4.0).contains(&factor)) }) };
        "style-weight" style_weight: f32 = 1.0, "WEIGHT",
            "β: how strongly the painting's style is taken on";
        "tv-weight" tv_weight: f32 = 0.3, "WEIGHT",
            "τ: how strongly speckle is smoothed (total variation)";
        "content-layers" content_layers: Vec<WeightedLayer> = Look::DEFAULT.values().content_layers, "LAYER=WEIGHT,…",
            "Layers of the content loss with their weights (1 where left out), or \"none\"";
        "style-layers" style_layers: Vec<WeightedLayer> = Look::DEFAULT.values().style_layers, "LAYER=WEIGHT,…",
            "Layers of the style loss with their weights (1 where left out), or \"none\"";
        "style-loss" style_loss: StyleLoss = Look::DEFAULT.values().style_loss, "gram|moments|neighbors",
            "What about a layer's features is the style: their Gram matrix (gram), or their means and covariances (moments), which leaves calm places calmer and keeps the painting's colours truer, or Gram matrix and nearest features (neighbors), with whole strokes and few cracks"
            { page: Some(all("gram, moments or neighbors")) };
        "neighbors-weight" neighbors_weight: f32 = Look::DEFAULT.values().neighbors_weight, "WEIGHT",
            "ν: how strongly each feature is drawn to the nearest one of the painting, relative to the Gram matrices (--style-loss neighbors)"
            { page: Some(OnPage { range: "0 to 4", allows: |text| f32::of(text).is_some_and(|weight| (0.0..=4.0).contains(&weight)) }) };
        "neighbors-turns" neighbors_turns: Turns = Look::DEFAULT.values().neighbors_turns, "none|quarters",
            "Orientations of the painting that give neighbours: as it hangs (none), or the three quarter turns as well"
            { page: Some(all("none or quarters")) };
        "pooling" pooling: Pooling = Pooling::Max, "max|avg",
            "How feature maps are halved between the blocks: by the maximum or by the mean of 2×2"
            { page: Some(all("max or avg")) };
        "padding" padding: Option<Padding> = None, "bleed|zero",
            "What the network sees beyond the picture's edges: 16 pixels that are painted along and cut off (bleed), so that the edges are painted as the rest, or zeros (zero) [default: bleed with --init noise, else zero]";
        "tile" tile: Option<u32> = None, "N",
            "Side of the tiles in which large pictures pass through the network, in pixels, a multiple of 16 [default: 512, or 432 beyond 2048×1536, where the device has no memory for the whole picture, else no tiles]";
        "init" init: Init = Init::Content, "content|noise|mixture",
            "What the optimisation starts from: content (the photo), noise, or a mixture of both"
            { page: Some(all("content, noise or mixture")) };
        "color" color: Color = Color::Painting, "painting|match|keep|luminance",
            "Whose colours: the painting's, the painting's with the photo's palette (match), or the photo's (keep, and luminance, which looks at both pictures in grey)"
            { page: Some(all("painting, match, keep or luminance")) };
        "smooth-colors" smooth_colors: u32 = 2, "PASSES",
            "How often the colours of the result are smoothed along its light, by 3×3 pixels each time; its light stays. It removes coloured specks"
            { page: Some(OnPage { range: "0 to 8", allows: |text| text.parse().is_ok_and(|passes: u32| passes <= MOST_PASSES) }) };
        "seed" seed: u64 = 0, "N",
            "Seeds the noise of --init noise and --init mixture, and the positions and features that --style-loss neighbors compares";
        "optimizer" optimizer: Optimizer = Optimizer::Adam, "adam|lbfgs",
            "How the picture is changed: adam by small even steps, lbfgs by long ones towards where the loss seems least"
            { page: Some(all("adam or lbfgs")) };
        "pyramid" pyramid: Option<Pyramid> = Look::DEFAULT.values().pyramid, "off|on",
            "Whether Adam also makes steps at five coarser levels, with which large areas change together; L-BFGS makes none [default: on with --style-loss neighbors]"
            { page: Some(all("off or on")) };
    }
}

options! {
    /// The constants of Adam (Kingma and Ba 2015), for a picture with values in 0..1.
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    pub struct AdamOptions at [adam] {
        "learning-rate" learning_rate: f32 = 0.02, "RATE",
            "Adam's step size, in units of the 0..1 pixel range; with a pyramid 0.4 times as long, since the steps of its levels add up";
        "beta1" beta1: f32 = 0.9, "DECAY",
            "Adam's decay of the first moment; where the schedule is coarse-to-fine, 0.8 at most";
        "beta2" beta2: f32 = 0.99, "DECAY",
            "Adam's decay of the second moment; where the schedule is coarse-to-fine, 0.8 at most";
        "epsilon" epsilon: f32 = 1e-8, "EPSILON",
            "Adam's addition to the root of the second moment";
    }
}
