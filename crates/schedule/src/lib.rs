//! Coarse to fine: at which sizes a picture is painted on the way to the one that is wanted, and how the steps are
//! spread over them.
//!
//! A step costs as much as the picture has pixels, and the network sees only some hundred pixels around each place: large
//! forms and colours are found sooner, and for less, where the whole picture is small. The next scale starts from
//! the enlarged result and refines its strokes (Gatys et al. 2017, "Controlling Perceptual Factors in Neural Style
//! Transfer", section 6; crowsonkb/style-transfer-pytorch). `docs/schedule.md` has what was measured.
//!
//! [`Options`] are what the visitor chose, a [`Plan`] is what will run.

use options::{AdamOptions, Options, Schedule};
use picture::size_to_fit;

/// One size of the picture, and how long it is worked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Of the picture, in pixels.
    pub width: usize,
    /// Of the picture, in pixels.
    pub height: usize,
    /// How many steps are made, at least 1.
    pub steps: u32,
    /// The optimiser's constants, but for what the learning rate is multiplied by.
    pub adam: AdamOptions,
    /// What it is multiplied by where this scale begins, and where it ends.
    pub learning_rate_factor: [f32; 2],
}

/// The scales of a run, the smallest first, the wanted size last.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    scales: Vec<Scale>,
}

/// The long side of the smallest scale in pixels, at least: below it, conv5_1 has less than five places in a row and
/// nothing to say about style.
const COARSEST: usize = 90;
/// The long side in pixels from which smaller scales are worth the while.
const LARGE: usize = 181;
/// How many steps each smaller scale gets, compared with the wanted size.
const SMALLER: f64 = 0.3;
/// No scale gets fewer steps, since the optimiser has to find its feet first: short runs have fewer scales.
const LEAST_STEPS: u32 = 5;
/// The decays of Adam's moments, at most, where there is more than one scale: gradients of some ten steps ago are those
/// of a much worse picture, and steps as bold as these overshoot where they follow them.
const MAX_BETA: f32 = 0.8;
/// What the learning rate is multiplied by at the beginning of a run of several scales, and at its end: large forms and
/// colours want long steps, and strokes come to rest in short ones. Between them it falls with the work that is done.
const LEARNING_RATE_FACTOR: [f32; 2] = [2.0, 0.4];

/// The most pixels that are looked at as a whole where nobody chose a tile: 1024×1024, a gigabyte.
pub const MOST_AT_ONCE: usize = 1 << 20;

/// The side of the tiles, in pixels, that a picture of this size (width, height) is looked at in ([`picture::rect`]); `None`
/// where it is looked at as a whole.
///
/// The larger a tile is, the less is looked at twice; but a picture of 2048×2048 itself takes so much of a gigabyte
/// that with tiles of 512 a run came to 1101 MiB (`tests/memory.rs`, after a step).
pub fn tile_side(options: &Options, (width, height): (usize, usize)) -> Option<usize> {
    let suitable = if width * height > 3 << 20 { 432 } else { 512 };
    let side = options.tile.map_or(suitable, |side| side as usize);
    let is_large = options.tile.is_some() || width * height > MOST_AT_ONCE;
    (is_large && side < width.max(height)).then_some(side)
}

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
        let adam = options.adam;
        let scale =
            |((width, height), steps)| Scale { width, height, steps, adam, learning_rate_factor: [1.0, 1.0] };
        let mut plan = Self { scales: sizes.into_iter().zip(steps).map(scale).collect() };
        if plan.scales.len() > 1 {
            plan.set_learning_rate_factors(options.steps);
        }
        plan
    }

    /// Has Adam take steps that are long first and short at last, and forget sooner.
    fn set_learning_rate_factors(&mut self, steps: u32) {
        let [first, last] = LEARNING_RATE_FACTOR;
        let learning_rate_factor =
            |made| first + (last - first) * (self.work(made) / self.work(steps)) as f32;
        let mut made = 0;
        let learning_rate_factor: Vec<[f32; 2]> = self
            .scales
            .iter()
            .map(|scale| {
                let begins = learning_rate_factor(made);
                made += scale.steps;
                [begins, learning_rate_factor(made)]
            })
            .collect();
        for (scale, learning_rate_factor) in self.scales.iter_mut().zip(learning_rate_factor) {
            scale.learning_rate_factor = learning_rate_factor;
            scale.adam.beta1 = scale.adam.beta1.min(MAX_BETA);
            scale.adam.beta2 = scale.adam.beta2.min(MAX_BETA);
        }
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
        let [begins, ends] = self.learning_rate_factor;
        // In the middle of the step; those beyond the plan are as the last ones.
        let past = ((made as f32 + 0.5) / self.steps as f32).min(1.0);
        let learning_rate_factor = begins + (ends - begins) * past;
        AdamOptions { learning_rate: self.adam.learning_rate * learning_rate_factor, ..self.adam }
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
    if photo.0.max(photo.1) < LARGE {
        return vec![photo];
    }
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

/// How many steps are made at each size, as [`SMALLER`] says, in whole steps that add up to `steps`.
fn spread(steps: u32, sizes: &[(usize, usize)]) -> Vec<u32> {
    let mut shares = vec![SMALLER; sizes.len()];
    shares[sizes.len() - 1] = 1.0;
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

/// `size` made smaller as `from` becomes `to`, by the long sides.
fn shrunk(size: (usize, usize), from: (usize, usize), to: (usize, usize)) -> (usize, usize) {
    let share = to.0.max(to.1) as f64 / from.0.max(from.1) as f64;
    size_to_fit(size, (size.0.max(size.1) as f64 * share).round() as usize)
}

#[cfg(test)]
mod tests {
    use picture::Size;

    use super::*;

    fn plan(steps: u32, photo: (usize, usize)) -> Plan {
        Plan::new(&Options { steps, size: Size::Original, ..Options::default() }, photo, photo)
    }

    fn long_sides(plan: &Plan) -> Vec<usize> {
        plan.scales().iter().map(|scale| scale.width.max(scale.height)).collect()
    }

    #[test]
    fn scales_double_the_pixels_from_at_least_90_up_to_the_wanted_size() {
        assert_eq!(long_sides(&plan(100, (512, 341))), [91, 128, 181, 256, 362, 512]);
        assert_eq!(long_sides(&plan(100, (171, 256))), [91, 128, 181, 256]);
        assert_eq!(long_sides(&plan(100, (181, 181))), [91, 128, 181]);
        let scales = plan(100, (512, 341));
        let sizes: Vec<_> = scales.scales().iter().map(|scale| (scale.width, scale.height)).collect();
        assert_eq!(sizes, [(91, 61), (128, 85), (181, 121), (256, 171), (362, 241), (512, 341)]);
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
    fn steps_are_shorter_the_more_work_is_done() {
        let plan = plan(100, (256, 256));
        let rate = Options::default().adam.learning_rate;
        let mut made = 0;
        for scale in plan.scales() {
            for here in 0..scale.steps {
                let past = f64::midpoint(plan.work(made), plan.work(made + 1)) / plan.work(100);
                let due = rate * (2.0 - 1.6 * past as f32);
                let adam = scale.adam(here);
                assert!(
                    (adam.learning_rate - due).abs() < 1e-6,
                    "{} at {made}, not {due}",
                    adam.learning_rate
                );
                assert_eq!((adam.beta1, adam.beta2), (0.8, 0.8));
                made += 1;
            }
        }
        for beyond in [0, 50] {
            let beyond = plan.last().adam(plan.last().steps + beyond);
            assert!((beyond.learning_rate - 0.4 * rate).abs() < 1e-6, "{beyond:?}");
        }
        // A choice of one's own is kept where it is forgetful enough.
        let adam = AdamOptions { beta1: 0.5, beta2: 0.6, ..AdamOptions::default() };
        let own = Plan::new(&Options { adam, ..Options::default() }, (256, 256), (256, 256));
        assert!(own.scales().iter().all(|scale| (scale.adam(0).beta1, scale.adam(0).beta2) == (0.5, 0.6)));
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
        assert_eq!(plan(100, (724, 500)).scales().len(), 7);
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
        assert_eq!(sizes, [(53, 71), (75, 100), (106, 141), (150, 200), (212, 283), (300, 400)]);
    }

    #[test]
    fn work_is_counted_in_steps_at_the_wanted_size() {
        let plan = plan(100, (512, 512));
        let scales = plan.scales();
        assert!(plan.work(0).abs() < 1e-12);
        // 128 of 512: a sixteenth of the pixels.
        let small = plan.work(scales[0].steps + scales[1].steps) - plan.work(scales[0].steps);
        assert!((small - f64::from(scales[1].steps) / 16.0).abs() < 1e-9);
        assert!((plan.work(107) - plan.work(100) - 7.0).abs() < 1e-9);
        assert!(plan.work(100) < 65.0, "{}", plan.work(100));
    }

    #[test]
    fn large_pictures_are_looked_at_in_tiles_that_leave_room_for_the_picture() {
        let options = Options::default();
        let tiles =
            [(1024, 1024), (1025, 1024), (2048, 1536), (2048, 2048)].map(|size| tile_side(&options, size));
        assert_eq!(tiles, [None, Some(512), Some(512), Some(432)]);
        let chosen = Options { tile: Some(96), ..Options::default() };
        assert_eq!([(90, 96), (97, 64)].map(|size| tile_side(&chosen, size)), [None, Some(96)]);
    }
}
