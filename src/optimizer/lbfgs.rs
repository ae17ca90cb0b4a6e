//! L-BFGS (Liu and Nocedal 1989): the optimiser of the paper. It looks back at its latest steps, and at how the gradient
//! changed along them, to direction where the loss is least.
//!
//! The vectors stay on the device: the direction is a sum of them, whose factors depend only on their dot products (Chen,
//! Wang and Zhou 2014, "Large-scale L-BFGS using `MapReduce`", section 3). These are read back, once a step, along
//! with the losses. A step is one look at one picture: if the loss there is not less, by what the slope promises, then
//! the next look is nearer to where this one started from (backtracking, Armijo's condition). So the loss never
//! rises. The picture stays within 0..1 (projected steps; Bertsekas 1982).

use std::collections::VecDeque;

use crate::{
    error::Error,
    kernels::{
        Map, readback,
        vectors::{curvature_pair, dots, moved, read_dots, weighted_sum},
    },
    loss::{Term, total},
};

/// How many steps are looked back at.
const HISTORY: usize = 10;
/// The length of the first step, which nothing is known for: the root of the mean square of what it changes, in units of
/// the 0..1 pixel range.
const FIRST: f64 = 0.01;
/// No step is longer, by the same measure: where the loss is not at all like a bowl, the direction may be anywhere.
const LONGEST: f64 = 0.1;
/// What part of the descent that the slope promises a step must bring (Armijo).
const ENOUGH: f64 = 1e-4;
/// The rounding of a loss, relative: what is less does not count as a rise.
const ROUNDING: f64 = 1e-6;
/// How often a direction is tried at shorter lengths before the history that it was made from is forgotten.
const PATIENCE: u32 = 4;
/// The least cosine of a step and the change of the gradient along it: a pair that bends less, or the other way, says
/// nothing about a bowl.
const MIN_CURVATURE: f64 = 1e-4;

/// A picture that is being optimised.
#[derive(Clone, Debug)]
pub struct Lbfgs {
    /// The best picture so far, `[H, W, 4]`, and the gradient there; none before the first look.
    best: Option<Best>,
    /// The picture to look at next.
    trial: Map,
    history: History,
    /// The direction, as a step from the best picture.
    direction: Map,
    /// What part of the direction the trial goes.
    length: f32,
    /// Looks since the best picture was found.
    rejected: u32,
}

#[derive(Clone, Debug)]
struct Best {
    x: Map,
    gradient: Map,
    /// The gradient without what points out of the bounds.
    inward: Map,
    loss: f64,
}

/// The latest steps and the changes of the gradient along them, with all their dot products.
#[derive(Clone, Debug, Default)]
struct History {
    /// s and y of the oldest step, then of the next one, …
    vectors: VecDeque<Map>,
    /// Of vector i with vector j.
    dots: VecDeque<VecDeque<f64>>,
    /// Of each vector with the inward gradient at the best picture.
    slopes: VecDeque<f64>,
    /// Of that gradient with itself.
    steepness: f64,
}

/// A step from the best picture, as a sum of the history's vectors and of the gradient.
struct SearchDirection {
    vectors: Vec<f64>,
    gradient: f64,
}

/// The dot products that a step asks for: of s, y and the inward gradient, with each of `[s, y, the inward gradient, the
/// gradient before, the vectors of the history …]`.
type Products = [[f64; 3]];

impl Lbfgs {
    /// Before the first look, at the picture `x`, `[H, W, 4]`.
    pub fn start(x: Map) -> Self {
        let direction = x.clone();
        Self { best: None, trial: x, history: History::default(), direction, length: 0.0, rejected: 0 }
    }

    /// The best picture so far.
    pub fn picture(&self) -> &Map {
        self.best.as_ref().map_or(&self.trial, |best| &best.x)
    }

    /// The picture that [`Self::step`] wants the gradient of.
    pub fn trial(&self) -> &Map {
        &self.trial
    }

    /// Starts anew from the best picture: the loss is no longer the one that the gradients were of.
    pub fn forget(&mut self) {
        *self = Self::start(self.picture().clone());
    }

    /// Takes the gradient and the losses at [`Self::trial`] and chooses the next trial; whether this one is the best
    /// picture so far. Waits for the device.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device cannot be read.
    pub async fn step(&mut self, gradient: Map, terms: &[Term]) -> Result<bool, Error> {
        // At the first look the trial is compared with itself, and nothing is learned.
        let (from, before) =
            self.best.as_ref().map_or((&self.trial, &gradient), |best| (&best.x, &best.gradient));
        let [s, y, inward] = curvature_pair(&self.trial, from, &gradient, before);
        let others: Vec<&Map> = [&s, &y, &inward, before].into_iter().chain(&self.history.vectors).collect();
        let sums = terms.iter().map(|term| term.sums.clone());
        let sums = sums.chain(dots([&s, &y, &inward], &others)).collect();
        let mut read = readback::read_vectors(sums).await?;
        let products = read_dots(&read.split_off(terms.len()), others.len());
        let loss = total(terms.iter().zip(&read));

        if let Some(best) = &self.best {
            let slope = products[3][0];
            let enough = best.loss + ENOUGH * slope + ROUNDING * best.loss.abs();
            // A loss that is no number is no success.
            if loss > enough || loss.is_nan() {
                self.reject(loss - best.loss, slope);
                return Ok(false);
            }
        }
        self.history.learn(s, y, &products);
        self.best = Some(Best { x: self.trial.clone(), gradient, inward, loss });
        self.aim();
        Ok(true)
    }

    /// Guesses where the loss is least, seen from the best picture.
    fn aim(&mut self) {
        let Some(best) = &self.best else { return };
        let mut direction = self.history.search_direction();
        if self.history.slope(&direction) >= 0.0 {
            // Uphill: the history tells of another bowl.
            self.history.clear();
            direction = self.history.search_direction();
        }
        let pixels: usize = best.x.dims().iter().product();
        let size = (self.history.square(&direction) / (pixels as f64 * 0.75)).sqrt(); // three colours of four channels
        let most = if self.history.vectors.is_empty() { FIRST } else { LONGEST.min(size) };
        self.length = if size > 0.0 { (most / size) as f32 } else { 0.0 };
        let vectors = direction.vectors.iter().zip(&self.history.vectors);
        let vectors = vectors.map(|(&factor, vector)| (factor as f32, vector));
        let parts: Vec<_> =
            std::iter::once((direction.gradient as f32, &best.inward)).chain(vectors).collect();
        self.direction = weighted_sum(&parts);
        self.trial = moved(&best.x, self.length, &self.direction, &best.inward);
        self.rejected = 0;
    }

    /// Chooses a trial that is nearer, after one where the loss was higher by `rise`; `slope` is the step there times the
    /// gradient at the best picture.
    fn reject(&mut self, rise: f64, slope: f64) {
        let Some(best) = &self.best else { return };
        self.rejected += 1;
        if self.rejected == PATIENCE && !self.history.vectors.is_empty() {
            self.history.clear();
            self.aim();
            return;
        }
        // Where the parabola through both losses, with that slope, is least; never all but here or all but there.
        let least = -slope / (2.0 * (rise - slope));
        self.length *= if least.is_nan() { 0.1 } else { least.clamp(0.1, 0.5) as f32 };
        self.trial = moved(&best.x, self.length, &self.direction, &best.inward);
    }
}

impl History {
    /// Forgets all steps, but not the gradient.
    fn clear(&mut self) {
        *self = Self { steepness: self.steepness, ..Self::default() };
    }

    /// Takes on a step, and the gradient where it led to.
    fn learn(&mut self, s: Map, y: Map, products: &Products) {
        let [[ss, _, s_slope], [sy, yy, y_slope], [_, _, steepness], _, old @ ..] = products else {
            unreachable!("four vectors come before the history")
        };
        self.steepness = *steepness;
        self.slopes = old.iter().map(|[_, _, slope]| *slope).collect();
        if *sy <= MIN_CURVATURE * (ss * yy).sqrt() {
            return;
        }
        for (row, [with_s, with_y, _]) in self.dots.iter_mut().zip(old) {
            row.extend([*with_s, *with_y]);
        }
        for (one, with_itself) in [(0, [*ss, *sy]), (1, [*sy, *yy])] {
            self.dots.push_back(old.iter().map(|with| with[one]).chain(with_itself).collect());
        }
        self.vectors.extend([s, y]);
        self.slopes.extend([*s_slope, *y_slope]);
        if self.vectors.len() > 2 * HISTORY {
            self.vectors.drain(..2);
            self.slopes.drain(..2);
            self.dots.drain(..2);
            for row in &mut self.dots {
                row.drain(..2);
            }
        }
    }

    /// Minus the inverse of the Hessian, as far as the history tells of it, times the gradient: the two loops of Nocedal
    /// (1980, algorithm on page 779), on factors instead of vectors. Minus the gradient where there is no history.
    fn search_direction(&self) -> SearchDirection {
        let mut direction = SearchDirection { vectors: vec![0.0; self.vectors.len()], gradient: -1.0 };
        let steps = self.vectors.len() / 2;
        let mut first = vec![0.0; steps];
        for step in (0..steps).rev() {
            let (s, y) = (2 * step, 2 * step + 1);
            first[step] = self.dot(&direction, s) / self.dots[s][y];
            direction.vectors[y] -= first[step];
        }
        if let Some(s) = self.vectors.len().checked_sub(2) {
            let scale = self.dots[s][s + 1] / self.dots[s + 1][s + 1];
            for factor in &mut direction.vectors {
                *factor *= scale;
            }
            direction.gradient *= scale;
        }
        for (step, first) in first.into_iter().enumerate() {
            let (s, y) = (2 * step, 2 * step + 1);
            direction.vectors[s] += first - self.dot(&direction, y) / self.dots[s][y];
        }
        direction
    }

    /// A direction times a vector of the history.
    fn dot(&self, direction: &SearchDirection, vector: usize) -> f64 {
        let sum: f64 =
            direction.vectors.iter().zip(&self.dots[vector]).map(|(factor, dot)| factor * dot).sum();
        sum + direction.gradient * self.slopes[vector]
    }

    /// A direction times the gradient.
    fn slope(&self, direction: &SearchDirection) -> f64 {
        let sum: f64 = direction.vectors.iter().zip(&self.slopes).map(|(factor, slope)| factor * slope).sum();
        sum + direction.gradient * self.steepness
    }

    /// A direction times itself.
    fn square(&self, direction: &SearchDirection) -> f64 {
        let sum: f64 =
            (0..direction.vectors.len()).map(|at| direction.vectors[at] * self.dot(direction, at)).sum();
        sum + direction.gradient * self.slope(direction)
    }
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use burn::tensor::{Device, Tensor, TensorData};
    use pollster::block_on;
    use rand::{RngExt as _, SeedableRng, rngs::StdRng};

    use super::*;
    use crate::loss::Kind;

    /// A picture of one row.
    fn row(values: &[f64], device: &Device) -> Map {
        let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
        let width = values.len() / 4;
        Tensor::from_data(TensorData::new(values, [1, width, 4]), device)
    }

    fn values(map: &Map) -> Vec<f64> {
        let values = block_on(readback::read_values(map.clone())).unwrap();
        values.into_iter().map(f64::from).collect()
    }

    fn dot(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    /// The sum of c·(x − m)², read as one term.
    struct Bowl {
        steepness: Vec<f64>,
        middle: Vec<f64>,
    }

    impl Bowl {
        /// Steepnesses from 1 to 300.
        fn new(seed: u64, middle: std::ops::Range<f64>) -> Self {
            let mut random = StdRng::seed_from_u64(seed);
            let steepness = (0..40).map(|_| random.random_range(0.0f64..5.7).exp()).collect();
            let middle = (0..40).map(|_| random.random_range(middle.clone())).collect();
            Self { steepness, middle }
        }

        fn look(&self, x: &Map) -> (Map, f64) {
            let away: Vec<f64> = values(x).iter().zip(&self.middle).map(|(x, m)| x - m).collect();
            let loss = away.iter().zip(&self.steepness).map(|(a, c)| c * a * a).sum();
            let gradient: Vec<f64> = away.iter().zip(&self.steepness).map(|(a, c)| 2.0 * c * a).collect();
            (row(&gradient, &x.device()), loss)
        }

        /// The losses at the best picture after each look.
        fn descend(&self, looks: usize) -> (Lbfgs, Vec<f64>) {
            let device = crate::device::cpu();
            let mut lbfgs = Lbfgs::start(row(&[0.5; 40], &device));
            let mut losses = Vec::new();
            for _ in 0..looks {
                let (gradient, loss) = self.look(lbfgs.trial());
                let sums = Tensor::from_data(TensorData::new(vec![loss as f32], [1]), &device);
                let term = Term { kind: Kind::Style, sums, factor: 1.0 };
                block_on(lbfgs.step(gradient, &[term])).unwrap();
                losses.push(self.look(lbfgs.picture()).1);
            }
            (lbfgs, losses)
        }
    }

    #[test]
    fn the_guess_is_that_of_the_two_loops_on_vectors() {
        let (mut lbfgs, _) = Bowl::new(1, 0.3..0.7).descend(16);
        assert_eq!(lbfgs.history.vectors.len(), 2 * HISTORY, "older steps are dropped");
        let best = lbfgs.best.clone().unwrap();

        // Nocedal and Wright (2006), algorithm 7.4.
        let gradient = values(&best.inward);
        let vectors: Vec<Vec<f64>> = lbfgs.history.vectors.iter().map(values).collect();
        let mut q = gradient.clone();
        let mut alphas = Vec::new();
        for pair in vectors.chunks(2).rev() {
            let alpha = dot(&pair[0], &q) / dot(&pair[0], &pair[1]);
            q.iter_mut().zip(&pair[1]).for_each(|(q, y)| *q -= alpha * y);
            alphas.push(alpha);
        }
        let [s, y] = [&vectors[2 * HISTORY - 2], &vectors[2 * HISTORY - 1]];
        for q in &mut q {
            *q *= dot(s, y) / dot(y, y);
        }
        for (pair, alpha) in vectors.chunks(2).zip(alphas.into_iter().rev()) {
            let beta = dot(&pair[1], &q) / dot(&pair[0], &pair[1]);
            q.iter_mut().zip(&pair[0]).for_each(|(q, s)| *q += (alpha - beta) * s);
        }

        lbfgs.aim();
        let found = values(&lbfgs.direction);
        let off: Vec<f64> = found.iter().zip(&q).map(|(found, q)| found + q).collect();
        let error = (dot(&off, &off) / dot(&q, &q)).sqrt();
        assert!(error < 1e-4, "{error:e}");
    }

    #[test]
    fn the_bottom_of_a_bowl_is_found_and_the_loss_never_rises() {
        for seed in 0..5 {
            let (_, losses) = Bowl::new(seed, 0.1..0.9).descend(60);
            assert!(losses.is_sorted_by(|before, after| *after <= before * (1.0 + 1e-5)), "{losses:?}");
            assert!(losses[59] < 1e-5 * losses[0], "{losses:?}");
        }
    }

    #[test]
    fn what_would_leave_the_bounds_stays_at_them() {
        let bowl = Bowl::new(7, -0.5..1.5);
        let (lbfgs, _) = bowl.descend(80);

        for (x, middle) in values(lbfgs.picture()).iter().zip(&bowl.middle) {
            assert!((x - middle.clamp(0.0, 1.0)).abs() < 2e-3, "{x} for {middle}");
        }
    }

    #[test]
    fn a_picture_without_a_loss_stays_as_it_is() {
        let bowl = Bowl { steepness: vec![1.0; 40], middle: vec![0.5; 40] };
        let (lbfgs, losses) = bowl.descend(5);
        assert_eq!(losses, [0.0; 5]);
        assert_eq!(values(lbfgs.picture()), [0.5; 40]);
    }
}
