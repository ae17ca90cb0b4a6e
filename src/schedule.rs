//! Coarse to fine: at which sizes a picture is painted on the way to the one that is wanted, and how the steps are
//! spread over them.
//!
//! A step costs as much as the picture has pixels, and the network sees only some hundred pixels around each place: large
//! forms and colours are found sooner, and for less, where the whole picture is small. The next scale starts from
//! the enlarged result and refines its strokes (Gatys et al. 2017, "Controlling Perceptual Factors in Neural Style
//! Transfer", section 6; crowsonkb/style-transfer-pytorch). `docs/schedule.md` has what was measured.
//!
//! [`Options`] are what the visitor chose, a [`Plan`] is what will run.

use crate::{
    options::{AdamOptions, Options, Schedule},
    picture::size_to_fit,
};

/// One size of the picture, and how long it is worked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Of the picture, in pixels.
    pub width: usize,
    /// Of the picture, in pixels.
    pub height: usize,
    /// How many steps are made, at least 1.
    pub steps: u32,
    /// The optimiser's constants, once the bold steps are made.
    pub adam: AdamOptions,
    /// How many of the steps, the first ones, are made at twice the learning rate.
    pub bold: u32,
}

/// The scales of a run, the smallest first, the wanted size last.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    scales: Vec<Scale>,
}

/// The long side of the smallest scale in pixels, at least: below it, conv5_1 has less than eight places in a row and
/// nothing to say about style.
const COARSEST: usize = 128;
/// No scale gets fewer steps, since the optimiser has to find its feet first: short runs have fewer scales.
const LEAST_STEPS: u32 = 5;
/// The second moment's decay, at most, where there is more than one scale: gradients of some ten steps ago are those of
/// a much worse picture, and hold this one back.
const FORGETFUL: f32 = 0.9;
/// What the learning rate is multiplied by for bold steps.
const BOLDNESS: f32 = 2.0;

impl Plan {
    /// What will run for a photo and a painting of these sizes in pixels, as they are when they are scaled to the wanted
    /// size.
    ///
    /// One scale, at that size and with the optimiser as it was chosen, where [`Schedule::Single`] asks for it, where
    /// the photo's long side is below 181 pixels, and for very short runs.
    pub fn new(options: &Options, photo: (usize, usize), painting: (usize, usize)) -> Self {
        let mut sizes = match options.schedule {
            Schedule::Single => vec![photo],
            Schedule::CoarseToFine => sizes(photo, painting),
        };
        let mut steps = spread(options.steps, &sizes);
        while sizes.len() > 1 && steps.iter().any(|&steps| steps < LEAST_STEPS) {
            sizes.remove(0);
            steps = spread(options.steps, &sizes);
        }
        let mut adam = options.adam;
        if sizes.len() > 1 {
            adam.beta2 = adam.beta2.min(FORGETFUL);
        }
        let scale = |((width, height), steps)| Scale { width, height, steps, adam, bold: steps };
        let mut scales: Vec<_> = sizes.into_iter().zip(steps).map(scale).collect();
        // The last steps of all are small ones, so that the strokes come to rest.
        let boldest = if scales.len() > 1 { 0.7 } else { 0.0 };
        if let Some(last) = scales.last_mut() {
            last.bold = (f64::from(last.steps) * boldest).round() as u32;
        }
        Self { scales }
    }

    /// The scales, the smallest first, at least one.
    pub fn scales(&self) -> &[Scale] {
        &self.scales
    }

    /// The wanted size.
    ///
    /// # Panics
    /// Never: a plan has at least one scale.
    pub fn last(&self) -> &Scale {
        self.scales.last().expect("a plan has at least one scale")
    }

    /// What the first `steps` steps cost, in steps at the wanted size; those beyond the plan are made there.
    ///
    /// For showing how far a run is and how long it will take: the number of steps does not tell, the last ones take
    /// longest.
    pub fn work(&self, steps: u32) -> f64 {
        let mut left = steps;
        let mut work = 0.0;
        for scale in &self.scales {
            let here = left.min(scale.steps);
            work += f64::from(here) * scale.pixels() / self.last().pixels();
            left -= here;
        }
        work + f64::from(left)
    }
}

impl Scale {
    /// The optimiser's constants for a step, after `made` ones at this scale.
    pub fn adam(&self, made: u32) -> AdamOptions {
        let boldness = if made < self.bold { BOLDNESS } else { 1.0 };
        AdamOptions { learning_rate: self.adam.learning_rate * boldness, ..self.adam }
    }

    fn pixels(&self) -> f64 {
        self.width as f64 * self.height as f64
    }

    /// The size of a painting at this scale that has the size `painting` at the scale `full`: it shrinks with the
    /// picture, so that its strokes are always as large in it.
    pub fn painting(&self, full: &Self, painting: (usize, usize)) -> (usize, usize) {
        shrunk(painting, (full.width, full.height), (self.width, self.height))
    }
}

/// The sizes of the picture: each has half the pixels of the next one, as long as both pictures are large enough there.
fn sizes(photo: (usize, usize), painting: (usize, usize)) -> Vec<(usize, usize)> {
    let long = photo.0.max(photo.1) as f64;
    let large_enough = |(width, height): (usize, usize)| width.min(height) >= Options::MIN_SIDE;
    let smaller = (1..).map(|halvings| (long / f64::from(halvings).exp2().sqrt()).round() as usize);
    let mut sizes: Vec<_> = smaller
        .take_while(|&long| long >= COARSEST)
        .map(|long| size_to_fit(photo, long))
        .take_while(|&size| large_enough(size) && large_enough(shrunk(painting, photo, size)))
        .collect();
    sizes.reverse();
    sizes.push(photo);
    sizes
}

/// How many steps are made at each size, as [`share`] says, in whole steps that add up to `steps`.
fn spread(steps: u32, sizes: &[(usize, usize)]) -> Vec<u32> {
    let shares: Vec<f64> = (0..sizes.len()).rev().map(share).collect();
    let sum: f64 = shares.iter().sum();
    // Each size ends where its share of the way ends: what is rounded here is made up for there.
    let mut past = 0.0;
    let mut made = 0;
    let mut spread = Vec::with_capacity(sizes.len());
    for share in shares {
        past += share;
        let end = (past / sum * f64::from(steps)).round() as u32;
        spread.push(end - made);
        made = end;
    }
    spread
}

/// How many steps a size gets that is so many halvings below the wanted one, compared with that.
fn share(halvings: usize) -> f64 {
    match halvings {
        0 => 1.0,
        1 => 0.6,
        _ => 0.4,
    }
}

/// `size` made smaller as `from` becomes `to`, by the long sides.
fn shrunk(size: (usize, usize), from: (usize, usize), to: (usize, usize)) -> (usize, usize) {
    let share = to.0.max(to.1) as f64 / from.0.max(from.1) as f64;
    size_to_fit(size, (size.0.max(size.1) as f64 * share).round() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Size;

    fn plan(steps: u32, photo: (usize, usize)) -> Plan {
        Plan::new(&Options { steps, size: Size::Original, ..Options::default() }, photo, photo)
    }

    fn long_sides(plan: &Plan) -> Vec<usize> {
        plan.scales().iter().map(|scale| scale.width.max(scale.height)).collect()
    }

    #[test]
    fn scales_double_the_pixels_from_128_up_to_the_wanted_size() {
        assert_eq!(long_sides(&plan(100, (512, 341))), [128, 181, 256, 362, 512]);
        assert_eq!(long_sides(&plan(100, (171, 256))), [128, 181, 256]);
        assert_eq!(long_sides(&plan(100, (181, 181))), [128, 181]);
        let scales = plan(100, (512, 341));
        let sizes: Vec<_> = scales.scales().iter().map(|scale| (scale.width, scale.height)).collect();
        assert_eq!(sizes, [(128, 85), (181, 121), (256, 171), (362, 241), (512, 341)]);
    }

    #[test]
    fn small_pictures_and_single_runs_have_one_scale_and_the_optimiser_as_it_was_chosen() {
        let single = Options { schedule: Schedule::Single, ..Options::default() };
        for plan in [plan(100, (128, 96)), plan(100, (180, 96)), Plan::new(&single, (512, 341), (512, 512))] {
            let [scale] = plan.scales() else { panic!("{plan:?}") };
            assert_eq!((scale.steps, scale.adam(0)), (100, Options::default().adam));
        }
    }

    #[test]
    fn steps_are_bold_but_for_the_last_ones_and_those_beyond_the_plan() {
        let plan = plan(100, (256, 256));
        let rate = Options::default().adam.learning_rate;
        let rates: Vec<u32> = plan
            .scales()
            .iter()
            .map(|scale| {
                (0..scale.steps).filter(|&made| scale.adam(made).learning_rate > 1.5 * rate).count() as u32
            })
            .collect();
        assert_eq!(rates, [20, 30, 35]);
        let beyond = plan.last().adam(plan.last().steps);
        assert!(
            (beyond.learning_rate - rate).abs() < 1e-9 && (beyond.beta2 - 0.9).abs() < 1e-9,
            "{beyond:?}"
        );
        // A choice of one's own is kept where it is forgetful enough.
        let adam = AdamOptions { beta2: 0.5, ..AdamOptions::default() };
        let own = Plan::new(&Options { adam, ..Options::default() }, (256, 256), (256, 256));
        assert!(own.scales().iter().all(|scale| (scale.adam(0).beta2 - 0.5).abs() < 1e-9));
    }

    #[test]
    fn every_step_is_made_and_no_scale_gets_too_few() {
        for steps in 1..300 {
            let plan = plan(steps, (724, 500));
            let here: Vec<u32> = plan.scales().iter().map(|scale| scale.steps).collect();
            assert_eq!(here.iter().sum::<u32>(), steps, "{here:?}");
            assert!(here.len() == 1 || here.iter().all(|&here| here >= LEAST_STEPS), "{here:?}");
            assert_eq!((plan.last().width, plan.last().height), (724, 500));
        }
        assert_eq!(plan(9, (512, 512)).scales().len(), 1);
        assert_eq!(plan(100, (724, 500)).scales().len(), 6);
    }

    #[test]
    fn no_scale_is_too_small_for_the_network() {
        // A panorama is 16 pixels high at the third scale, and would be 11 at the second.
        assert_eq!(long_sides(&plan(100, (1024, 64))), [256, 362, 512, 724, 1024]);
        // The painting counts too.
        let options = Options::default();
        let narrow = Plan::new(&options, (512, 512), (512, 25));
        assert_eq!(long_sides(&narrow), [362, 512]);
        for scale in narrow.scales() {
            let (width, height) = scale.painting(narrow.last(), (512, 25));
            assert!(height >= Options::MIN_SIDE, "{width}×{height}");
        }
    }

    #[test]
    fn a_painting_shrinks_as_the_picture_does() {
        let plan = plan(100, (512, 341));
        let sizes: Vec<_> =
            plan.scales().iter().map(|scale| scale.painting(plan.last(), (300, 400))).collect();
        assert_eq!(sizes, [(75, 100), (106, 141), (150, 200), (212, 283), (300, 400)]);
    }

    #[test]
    fn work_is_counted_in_steps_at_the_wanted_size() {
        let plan = plan(100, (512, 512));
        let scales = plan.scales();
        assert!(plan.work(0).abs() < 1e-12);
        // 128 of 512: a sixteenth of the pixels.
        assert!((plan.work(scales[0].steps) - f64::from(scales[0].steps) / 16.0).abs() < 1e-9);
        assert!((plan.work(107) - plan.work(100) - 7.0).abs() < 1e-9);
        assert!(plan.work(100) < 65.0, "{}", plan.work(100));
    }
}
