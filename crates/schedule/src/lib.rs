//! Defines the schedule: the sizes at which a picture is optimised, from coarse to fine, the number of steps at each,
//! and Adam's constants there. The page and the engine both use it.
//!
//! The cost of a step is proportional to the number of pixels, and the receptive field of the network is about a
//! hundred pixels. So large structures form sooner and at lower cost in a small picture. Each scale starts from the
//! enlarged result of the one before and refines its detail (Gatys et al. 2017, "Controlling Perceptual Factors in
//! Neural Style Transfer", section 6; crowsonkb/style-transfer-pytorch). Measurements are in `docs/schedule.md`.
//!
//! [`Options`] are what the visitor chose; a [`Plan`] is what runs.

use options::{AdamOptions, Options, Schedule};
use picture::size_to_fit;

/// One size of the picture, and the steps made at it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Width of the picture in pixels.
    pub width: usize,
    /// Height of the picture in pixels.
    pub height: usize,
    /// The number of steps, at least 1.
    pub steps: u32,
    /// Adam's constants. The learning rate is to be multiplied by [`Self::learning_rate_factor`].
    pub adam: AdamOptions,
    /// The factor of the learning rate at the beginning and at the end of this scale; linear between them.
    pub learning_rate_factor: [f32; 2],
    /// The factor of the content weight, by [`Options::content_falloff`]; 1 at the last scale.
    pub content_factor: f32,
}

/// The scales of a run, the smallest first, that of the result last.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    scales: Vec<Scale>,
}

/// The minimum of the long side of the smallest scale, in pixels. Below it, conv5_1 is less than five features wide:
/// too few for style statistics.
const COARSEST: usize = 90;
/// The long side of the result, in pixels, from which smaller scales are used.
const LARGE: usize = 181;
/// The number of steps of each smaller scale, relative to the one up to which the picture is painted.
const SMALLER: f64 = 0.3;
/// The number of steps of each larger one, which only sharpens what is there ([`Options::finish_from`]).
const FINISHING: f64 = 0.2;
/// The minimum number of steps of a scale: Adam's moments need a few steps to settle. Short runs have fewer scales.
const LEAST_STEPS: u32 = 5;
/// The upper bound of β₁ and β₂ with several scales. The picture changes fast here, and with a longer memory the
/// moments would contain gradients of a picture that differs too much. Long steps would then overshoot.
const MAX_BETA: f32 = 0.8;
/// The factor of the learning rate at the beginning and at the end of a run of several scales. Large structures need
/// long steps, and fine detail converges with short ones. The factor falls linearly with the work done
/// ([`Plan::work`]), and stays while strokes are only sharpened.
const LEARNING_RATE_FACTOR: [f32; 2] = [2.0, 0.4];
/// The factor of the learning rate on a pyramid, where the steps of six levels add up.
const ON_A_PYRAMID: f32 = 0.4;

/// The side in pixels of the tiles ([`picture::rect`]) in which a picture of this size (width, height) is evaluated;
/// `None`: as a whole. `most_at_once` is the number of pixels that fit into the device's memory as a whole. Without a chosen
/// tile size, only larger pictures are evaluated in tiles.
///
/// Larger tiles have a smaller share of margin, which is computed twice. But with tiles of 512 pixels a run at
/// 2048×2048 took 1101 MiB (`tests/memory.rs`, after a step), since the picture itself needs much of a gigabyte. So
/// larger pictures have smaller tiles.
pub fn tile_side(options: &Options, (width, height): (usize, usize), most_at_once: usize) -> Option<usize> {
    let suitable = if width * height > 3 << 20 { 432 } else { 512 };
    let side = options.tile.map_or(suitable, |side| side as usize);
    let is_large = options.tile.is_some() || width * height > most_at_once;
    (is_large && side < width.max(height)).then_some(side)
}

impl Plan {
    /// The plan for a photo and a painting of these sizes (width, height) in pixels, after they were resized to the
    /// size of the result.
    ///
    /// There is one scale, with the optimiser as chosen, for [`Schedule::Single`], for photos whose long side is
    /// below 181 pixels, and for very short runs.
    pub fn new(options: &Options, photo: (usize, usize), painting: (usize, usize)) -> Self {
        let mut sizes = match options.schedule {
            Schedule::Single => vec![photo],
            Schedule::CoarseToFine => sizes(photo, painting),
        };
        let mut finishing = options.finish_from.map_or(0, |side| doubled_from(side as usize, &mut sizes));
        let mut steps = spread(options.steps, sizes.len(), finishing);
        while sizes.len() > 1 + finishing && steps.iter().any(|&steps| steps < LEAST_STEPS) {
            sizes.remove(0);
            steps = spread(options.steps, sizes.len(), finishing);
        }
        // The size of the result is always reached.
        while sizes.len() > 1 && steps.contains(&0) {
            sizes.remove(sizes.len() - 2);
            finishing = finishing.saturating_sub(1);
            steps = spread(options.steps, sizes.len(), finishing);
        }
        let mut adam = options.adam;
        if options.has_pyramid() {
            adam.learning_rate *= ON_A_PYRAMID;
        }
        let last = sizes.len() - 1;
        let scale = |(at, ((width, height), steps))| Scale {
            width,
            height,
            steps,
            adam,
            learning_rate_factor: [1.0, 1.0],
            // Kolkin et al. 2019, "Style Transfer by Relaxed Optimal Transport and Self-Similarity", section 2.5, halve the
            // content weight from scale to scale.
            content_factor: options.content_falloff.powi((last - at) as i32),
        };
        let mut plan = Self { scales: sizes.into_iter().zip(steps).enumerate().map(scale).collect() };
        if plan.scales.len() > 1 {
            plan.set_learning_rate_factors(finishing);
        }
        plan
    }

    /// Sets the learning-rate factors and bounds β₁ and β₂. The last `finishing` scales only sharpen the strokes.
    fn set_learning_rate_factors(&mut self, finishing: usize) {
        let [first, last] = LEARNING_RATE_FACTOR;
        let painted = self.scales.iter().rev().skip(finishing).map(|scale| scale.steps).sum();
        let learning_rate_factor =
            |made| first + (last - first) * (self.work(made) / self.work(painted)).min(1.0) as f32;
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

    /// The scales, the smallest first; at least one.
    pub fn scales(&self) -> &[Scale] {
        &self.scales
    }

    /// The scale of the result.
    ///
    /// # Panics
    /// Never: a plan has at least one scale.
    pub fn last(&self) -> &Scale {
        self.scales.last().expect("a plan has at least one scale")
    }

    /// The cost of the first `steps` steps, in units of one step at the size of the result. Steps beyond the plan are
    /// made at that size.
    ///
    /// It measures progress and predicts the remaining time. The number of steps does not, since the last ones take
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
    /// Adam's constants for the step after `made` steps at this scale.
    pub fn adam(&self, made: u32) -> AdamOptions {
        let [begins, ends] = self.learning_rate_factor;
        // The factor in the middle of the step. Steps beyond the plan have that of the end.
        let past = ((made as f32 + 0.5) / self.steps as f32).min(1.0);
        let learning_rate_factor = begins + (ends - begins) * past;
        AdamOptions { learning_rate: self.adam.learning_rate * learning_rate_factor, ..self.adam }
    }

    /// Width and height of the picture in pixels.
    pub const fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    fn pixels(&self) -> f64 {
        self.width as f64 * self.height as f64
    }

    /// The size of a painting at this scale, given its size at the scale `full`. It shrinks by the same factor as the
    /// picture, so that the size of its strokes relative to the picture stays the same.
    pub fn painting(&self, full: &Self, painting: (usize, usize)) -> (usize, usize) {
        shrunk(painting, (full.width, full.height), (self.width, self.height))
    }
}

/// The sizes of the picture, the smallest first. Each has half the pixels of the next, as long as both pictures are
/// large enough for the network.
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

/// Keeps the sizes up to a long side of `side` pixels, at least one, and of the larger ones every second, the last one
/// included; returns the number of the latter.
fn doubled_from(side: usize, sizes: &mut Vec<(usize, usize)>) -> usize {
    let smaller = sizes.iter().filter(|size| size.0.max(size.1) <= side).count().max(1);
    let count = sizes.len();
    let mut at = 0..count;
    sizes.retain(|_| at.next().is_some_and(|at| at < smaller || (count - 1 - at).is_multiple_of(2)));
    sizes.len() - smaller
}

/// The number of steps at each of `count` sizes, in the proportions given by [`SMALLER`] and, for the last `finishing`
/// ones, by [`FINISHING`]. They add up to `steps`.
fn spread(steps: u32, count: usize, finishing: usize) -> Vec<u32> {
    let mut shares = vec![SMALLER; count];
    shares[count - finishing..].fill(FINISHING);
    shares[count - 1 - finishing] = 1.0;
    let sum: f64 = shares.iter().sum();
    // Round cumulative sums, so that the rounded numbers add up exactly.
    let mut past = 0.0;
    let mut made = 0;
    let mut spread = Vec::with_capacity(count);
    for share in shares {
        past += share;
        let end = (past / sum * f64::from(steps)).round() as u32;
        spread.push(end - made);
        made = end;
    }
    spread
}

/// `size` shrunk by the ratio of the long sides of `to` and `from`.
fn shrunk(size: (usize, usize), from: (usize, usize), to: (usize, usize)) -> (usize, usize) {
    let share = to.0.max(to.1) as f64 / from.0.max(from.1) as f64;
    size_to_fit(size, (size.0.max(size.1) as f64 * share).round() as usize)
}

#[cfg(test)]
mod tests {
    use picture::Size;

    use super::*;

    #[test]
    fn no_scale_is_without_steps() {
        for steps in 1..=40 {
            for side in [64, 100, 180, 300] {
                let options = Options { steps, finish_from: Some(side), ..Options::default() };
                let plan = Plan::new(&options, (1024, 56), (1024, 1024));
                let made: Vec<u32> = plan.scales().iter().map(|scale| scale.steps).collect();
                assert!(made.iter().all(|steps| *steps > 0), "{steps} from {side}: {made:?}");
                assert_eq!(made.iter().sum::<u32>(), steps);
                assert_eq!((plan.last().width, plan.last().height), (1024, 56));
            }
        }
    }

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
        // Smaller values that were chosen are kept.
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
        // The size of the painting counts as well.
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
    fn larger_sizes_sharpen_what_is_painted() {
        let plan = |side, finish_from| {
            let options = Options { finish_from: Some(finish_from), ..Options::default() };
            Plan::new(&options, (side, side / 2), (side, side))
        };
        let steps = |plan: &Plan| plan.scales().iter().map(|scale| scale.steps).collect::<Vec<_>>();
        let large = plan(2048, 512);
        assert_eq!(long_sides(&large), [91, 128, 181, 256, 362, 512, 1024, 2048]);
        assert_eq!(steps(&large), [10, 11, 10, 10, 11, 34, 7, 7]);
        // The steps at the last size of those that are painted are as long as at the end of any run, and stay so.
        let rate = |scale: &Scale, at| scale.adam(at).learning_rate / Options::default().adam.learning_rate;
        assert!((rate(&large.scales()[5], 33) - 0.4).abs() < 0.03);
        for scale in &large.scales()[6..] {
            assert!((0..scale.steps).all(|at| (rate(scale, at) - 0.4).abs() < 1e-6), "{scale:?}");
        }
        // 700 is no size on the way to 1000, but 500 is, and so is 707, which is larger.
        assert_eq!(long_sides(&plan(1000, 700)), [125, 177, 250, 354, 500, 1000]);
        let usual = Plan::new(&Options::default(), (512, 256), (512, 512));
        assert_eq!(plan(512, 2048), usual, "nothing is left to sharpen");
        // With a small start there is still something that is painted.
        assert_eq!(long_sides(&plan(512, 64)), [91, 128, 256, 512]);
    }

    #[test]
    fn the_content_weight_falls_to_its_value_at_the_last_scale() {
        let factors = |content_falloff, schedule| {
            let options = Options { content_falloff, schedule, ..Options::default() };
            let plan = Plan::new(&options, (256, 256), (256, 256));
            plan.scales().iter().map(|scale| scale.content_factor).collect::<Vec<_>>()
        };
        assert_eq!(factors(2.0, Schedule::CoarseToFine), [8.0, 4.0, 2.0, 1.0]);
        assert_eq!(factors(1.0, Schedule::CoarseToFine), [1.0; 4]);
        assert_eq!(factors(2.0, Schedule::Single), [1.0]);
    }

    #[test]
    fn work_is_counted_in_steps_at_the_wanted_size() {
        let plan = plan(100, (512, 512));
        let scales = plan.scales();
        assert!(plan.work(0).abs() < 1e-12);
        // 128 of 512 pixels a side: a sixteenth of the pixels.
        let small = plan.work(scales[0].steps + scales[1].steps) - plan.work(scales[0].steps);
        assert!((small - f64::from(scales[1].steps) / 16.0).abs() < 1e-9);
        assert!((plan.work(107) - plan.work(100) - 7.0).abs() < 1e-9);
        assert!(plan.work(100) < 65.0, "{}", plan.work(100));
    }

    #[test]
    fn large_pictures_are_looked_at_in_tiles_that_leave_room_for_the_picture() {
        let options = Options::default();
        let tiles = [(1024, 1024), (1025, 1024), (2048, 1536), (2048, 2048)]
            .map(|size| tile_side(&options, size, 1 << 20));
        assert_eq!(tiles, [None, Some(512), Some(512), Some(432)]);
        assert_eq!(
            tile_side(&options, (2048, 2048), 1 << 22),
            None,
            "where there is room, there are no tiles"
        );
        let chosen = Options { tile: Some(96), ..Options::default() };
        assert_eq!([(90, 96), (97, 64)].map(|size| tile_side(&chosen, size, 1 << 20)), [None, Some(96)]);
    }
}
