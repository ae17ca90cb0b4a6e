//! Defines further entries that set the options of the table in another form: the look, style layers by their visible
//! effect, the strength by the position of its slider, the experiments of the paper.

use picture::Size;

use crate::{
    error::OptionsError,
    experiment::Experiment,
    look::Look,
    number::Number,
    preset::StyleLayers,
    ranges::{STRENGTHS, STROKES},
    settings,
    table::{AdamOptions, Entry, OnPage, Options, all},
    value::Value,
};

/// All entries, in the order in which they are applied: the look, those of [`Options`] and its parts, the alternative forms.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    LISTS.into_iter().flatten()
}

const LISTS: [&[Entry]; 4] = [&LOOKS, &Options::ENTRIES, &AdamOptions::ENTRIES, &OTHER_WAYS];

/// What an address needs of an entry to be read.
#[derive(Clone, Copy)]
pub(crate) struct Parameter {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub page: OnPage,
    pub set: fn(&mut Options, &str) -> Result<(), OptionsError>,
}

/// What is needed of an entry to write its value: [`Entry`] has the fields' meanings.
#[derive(Clone, Copy)]
pub(crate) struct Written {
    pub name: &'static str,
    pub command_line: bool,
    pub page: Option<OnPage>,
    pub conflicts: &'static [&'static str],
    pub get: fn(&Options) -> Option<String>,
}

/// The entries that can be chosen on the page. They and [`WRITTEN`] are picked at compile time, so that the page's program contains
/// neither the others nor the help, which only the command line and the documents need.
pub(crate) static PARAMETERS: [Parameter; parameters::<1>().1] = parameters().0;

/// All entries but the look, as they are written.
pub(crate) static WRITTEN: [Written; written::<1>().1] = written().0;

/// The first `N` parameters, and how many there are.
const fn parameters<const N: usize>() -> ([Parameter; N], usize) {
    const NONE: Parameter = Parameter { name: "", aliases: &[], page: all(""), set: |_, _| Ok(()) };
    let mut found = [NONE; N];
    let mut count = 0;
    let mut list = 0;
    while list < LISTS.len() {
        let mut at = 0;
        while at < LISTS[list].len() {
            let Entry { name, aliases, page, set, .. } = LISTS[list][at];
            if let Some(page) = page {
                if count < N {
                    found[count] = Parameter { name, aliases, page, set };
                }
                count += 1;
            }
            at += 1;
        }
        list += 1;
    }
    (found, count)
}

/// The first `N` entries after the list with the look, and how many there are.
const fn written<const N: usize>() -> ([Written; N], usize) {
    const NONE: Written =
        Written { name: "", command_line: false, page: None, conflicts: &[], get: |_| None };
    let mut found = [NONE; N];
    let mut count = 0;
    let mut list = 1;
    while list < LISTS.len() {
        let mut at = 0;
        while at < LISTS[list].len() {
            let Entry { name, command_line, page, conflicts, get, .. } = LISTS[list][at];
            if count < N {
                found[count] = Written { name, command_line, page, conflicts, get };
            }
            count += 1;
            at += 1;
        }
        list += 1;
    }
    (found, count)
}

/// The look. It is applied before the options, so that each of them can be given beside it and counts.
const LOOKS: [Entry; 1] = [Entry {
    page: Some(all("brushwork, portrait, texture, poster or free")),
    ..Entry::new(
        LOOK,
        "brushwork|portrait|texture|poster|free",
        "What the picture looks like: whole strokes (brushwork), the same with true faces (portrait), even texture as in the paper (texture), calm areas and clear contours (poster), strokes that need not follow the photo (free); the style loss, its weights and the layers of both losses can be given beside it",
        |options| Look::of(options).map(|look| look.to_string()),
        |options, text| {
            *options = text.parse::<Look>()?.given_to(options);
            Ok(())
        },
    )
}];

/// Alternative forms of the options. They are applied after the options, since some depend on them.
const OTHER_WAYS: [Entry; 4] = [
    Entry {
        conflicts: &["style-layers", "mode"],
        page: Some(all("everything, strokes or forms")),
        ..Entry::new(
            "layers",
            "everything|strokes|forms",
            "Layers of the style loss by what one sees: everything, strokes (fine ones) or forms (big ones)",
            |options| StyleLayers::of(&options.style_layers).map(|layers| layers.to_string()),
            |options, text| {
                options.style_layers = text.parse::<StyleLayers>()?.layers();
                Ok(())
            },
        )
    },
    Entry {
        conflicts: &["content-weight", "style-weight", "content-layers", "style-layers", "init"],
        page: Some(all("content=LAYER or texture=LAYER")),
        ..Entry::new(
            EXPERIMENT,
            "content=LAYER|texture=LAYER",
            "An experiment of the paper from noise: what a layer keeps of the photo (content), or the painting's style as far down as this layer, without a photo in it (texture)",
            |_| None,
            |options, text| {
                *options = text.parse::<Experiment>()?.of(options.clone());
                Ok(())
            },
        )
    },
    Entry {
        command_line: false,
        page: Some(OnPage {
            range: "-1.5 to 1.5",
            allows: |text| f64::of(text).is_some_and(|strength| STRENGTHS.contains(&strength)),
        }),
        ..Entry::new(
            "strength",
            "N",
            "From the photo (-1.5) to the painting (1.5); each unit divides α by ten",
            |options| settings::strength(options.content_weight).map(|strength| strength.to_string()),
            |options, text| {
                let strength = Number::of(text)
                    .ok_or_else(|| OptionsError::NoNumber { found: text.to_owned(), wanted: "a number" })?;
                options.content_weight = settings::content_weight(strength);
                Ok(())
            },
        )
    },
    Entry {
        command_line: false,
        page: Some(OnPage {
            range: "60, 100 or 140",
            allows: |text| text.parse().is_ok_and(|strokes| STROKES.contains(&strokes)),
        }),
        ..Entry::new(
            "strokes",
            "60|100|140",
            "Size of the painting in hundredths of the result's: 60 gives finer strokes, 140 broader ones",
            |options| Some(settings::Settings::nearest(options).0.strokes.to_string()),
            |options, text| {
                let strokes = u32::read(text)?;
                if let Size::LongSide(side) = options.size {
                    options.style_size = settings::style_size(side, strokes);
                }
                Ok(())
            },
        )
    },
];

/// The name of the entry for the look.
pub const LOOK: &str = "look";
/// The name of the entry for the paper's experiments, which the page shows as a separate control.
pub const EXPERIMENT: &str = "mode";
