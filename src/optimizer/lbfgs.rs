//! Defines L-BFGS (Liu and Nocedal 1989), the optimiser of the paper. It approximates the inverse Hessian by the
//! latest steps s and the changes y of the gradient along them.
//!
//! The vectors stay on the device. The search direction is a linear combination of them whose factors depend only on
//! their dot products (Chen, Wang and Zhou 2014, "Large-scale L-BFGS using `MapReduce`", section 3). The dot products
//! are read back once a step, together with the losses.
//!
//! Each step evaluates one trial. A trial that does not decrease the loss sufficiently (Armijo's condition) is
//! rejected, and the next trial is closer to the best picture (backtracking). So the loss of the best picture never
//! rises, except within rounding.
//!
//! Departure from the paper: the picture stays within 0..1 by projected steps (Bertsekas 1982).

use std::collections::VecDeque;

use crate::{
    error::Error,
    kernels::{
        Map, readback,
        vectors::{curvature_pair, dots, moved, read_dots, weighted_sum},
    },
    loss::{Term, total},
};

/// The number of pairs (s, y) that are kept.
const HISTORY: usize = 10;
/// The root mean square of the first step, in units of the pixel range 0..1. The inverse Hessian is unknown at that
/// point, so the gradient gives a direction but no length.
const FIRST: f64 = 0.01;
/// The upper bound of the root mean square of later steps. Where the loss is far from quadratic, the search direction
/// may be much too long.
const LONGEST: f64 = 0.1;
/// The required part of the decrease that the slope predicts (the constant of Armijo's condition).
const ENOUGH: f64 = 1e-4;
/// The relative rounding error of a loss in f32: a smaller rise is accepted.
const ROUNDING: f64 = 1e-6;
/// The number of rejected trials along a direction after which the history is cleared.
const PATIENCE: u32 = 4;
/// The minimum cosine of s and y. A pair with a smaller or negative one has no usable curvature and is not stored.
const MIN_CURVATURE: f64 = 1e-4;

/// The picture that is being optimised, and the state of L-BFGS.
#[derive(Clone, Debug)]
pub struct Lbfgs {
    /// The picture with the lowest loss so far, `[H, W, 4]`, and the gradient there. `None` before the first
    /// evaluation.
    best: Option<Best>,
    /// The picture that is evaluated next, `[H, W, 4]`.
    trial: Map,
    history: History,
    /// The search direction, a full step from the best picture, `[H, W, 4]`.
    direction: Map,
    /// The factor of the direction in the trial.
    length: f32,
    /// The number of trials that were rejected since the best picture was found.
    rejected: u32,
}

#[derive(Clone, Debug)]
struct Best {
    x: Map,
    gradient: Map,
    /// The projected gradient `[H, W, 4]`: zero in components whose descent would leave 0..1.
    inward: Map,
    loss: f64,
}

/// The latest pairs (s, y) and their dot products.
#[derive(Clone, Debug, Default)]
struct History {
    /// s and y of the oldest step, then of the next one, …; each `[H, W, 4]`.
    vectors: VecDeque<Map>,
    /// `dots[i][j]`: vector i · vector j.
    dots: VecDeque<VecDeque<f64>>,
    /// Each vector · the projected gradient at the best picture.
    slopes: VecDeque<f64>,
    /// The squared norm of that gradient.
    steepness: f64,
}

/// A search direction as a linear combination: a factor for each vector of the history, and one for the projected
/// gradient.
struct SearchDirection {
    vectors: Vec<f64>,
    gradient: f64,
}

/// The dot products of one step: row i holds those of vector i with s, y and the projected gradient. The vectors are
/// s, y, the projected gradient, the gradient at the best picture, then those of the history.
type Products = [[f64; 3]];

impl Lbfgs {
    /// The state before the first evaluation. The first trial is `x`, `[H, W, 4]`.
    pub fn start(x: Map) -> Self {
        let direction = x.clone();
        Self { best: None, trial: x, history: History::default(), direction, length: 0.0, rejected: 0 }
    }

    /// The picture with the lowest loss so far, `[H, W, 4]`.
    pub fn picture(&self) -> &Map {
        self.best.as_ref().map_or(&self.trial, |best| &best.x)
    }

    /// The picture, `[H, W, 4]`, whose gradient and losses [`Self::step`] needs.
    pub fn trial(&self) -> &Map {
        &self.trial
    }

    /// Clears the history and starts again from the best picture. Needed when the loss function changes.
    pub fn forget(&mut self) {
        *self = Self::start(self.picture().clone());
    }

    /// Accepts or rejects the trial, given the gradient `[H, W, 4]` and the losses at [`Self::trial`], and computes
    /// the next trial. Returns whether the trial was accepted, and so is the best picture. Waits for the device.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device cannot be read.
    pub async fn step(&mut self, gradient: Map, terms: &[Term]) -> Result<bool, Error> {
        // The first trial has no best picture to be compared with: s and y are zero, and no pair is stored.
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
            // A NaN would pass the comparison.
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

    /// Computes the search direction from the best picture, and the first trial along it.
    fn aim(&mut self) {
        let Some(best) = &self.best else { return };
        let mut direction = self.history.search_direction();
        if self.history.slope(&direction) >= 0.0 {
            // Not a descent direction: the stored curvature does not hold here. Fall back to steepest descent.
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

    /// Shortens the step after a rejected trial. `rise` is the loss of the trial minus that of the best picture.
    /// `slope` is the product of the step and the gradient at the best picture.
    fn reject(&mut self, rise: f64, slope: f64) {
        let Some(best) = &self.best else { return };
        self.rejected += 1;
        if self.rejected == PATIENCE && !self.history.vectors.is_empty() {
            self.history.clear();
            self.aim();
            return;
        }
        // The minimum of the parabola through both losses with this slope, at a tenth to a half of the rejected
        // length.
        let least = -slope / (2.0 * (rise - slope));
        self.length *= if least.is_nan() { 0.1 } else { least.clamp(0.1, 0.5) as f32 };
        self.trial = moved(&best.x, self.length, &self.direction, &best.inward);
    }
}

impl History {
    /// Removes all pairs, but keeps the norm of the gradient.
    fn clear(&mut self) {
        *self = Self { steepness: self.steepness, ..Self::default() };
    }

    /// Stores a pair (s, y) and its dot products, if its curvature is usable, and the products with the new gradient.
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

    /// The product of minus the approximate inverse Hessian and the gradient: the two-loop recursion of Nocedal
    /// (1980, algorithm on page 779), on factors instead of vectors. Without history it is minus the gradient.
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

    /// The dot product of a direction and a vector of the history.
    fn dot(&self, direction: &SearchDirection, vector: usize) -> f64 {
        let sum: f64 =
            direction.vectors.iter().zip(&self.dots[vector]).map(|(factor, dot)| factor * dot).sum();
        sum + direction.gradient * self.slopes[vector]
    }

    /// The dot product of a direction and the projected gradient: the predicted change of the loss.
    fn slope(&self, direction: &SearchDirection) -> f64 {
        let sum: f64 = direction.vectors.iter().zip(&self.slopes).map(|(factor, slope)| factor * slope).sum();
        sum + direction.gradient * self.steepness
    }

    /// The squared norm of a direction.
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

    /// A map of one row, `[1, N/4, 4]`.
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

    /// A quadratic loss, the sum of c·(x − m)², given as one term.
    struct Bowl {
        steepness: Vec<f64>,
        middle: Vec<f64>,
    }

    impl Bowl {
        /// Factors c from 1 to 300.
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

        /// Makes `looks` steps. Returns the loss of the best picture after each.
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
