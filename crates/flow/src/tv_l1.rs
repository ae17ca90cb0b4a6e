//! Computes the flow from coarse to fine. It is the u that minimises Σ λ·|to(p + u) − from(p)| + |∇u|: at each size the picture is
//! warped by the flow so far and taken as linear around it; then the two terms are minimised in turn.

use picture::Picture;

use crate::{field::Flow, plane::Plane};

/// λ: how much the pixels count against smoothness, for values from 0 to 255.
const DATA: f32 = 0.15;
/// θ: how tightly the two terms are coupled.
const COUPLING: f32 = 0.3;
/// τ: the step of the dual variable, at most ¼.
const STEP: f32 = 0.25;
/// How many times the picture is warped at each size.
const WARPS: usize = 5;
/// How many times both terms are minimised for each warp.
const TURNS: usize = 30;
/// No smaller picture is made of one whose short side is below this.
const COARSEST: usize = 16;
/// Below this square of the slope there is nothing to see.
const FLAT: f32 = 1e-6;

/// The flow of each pixel of `from` to where it is in `to`.
///
/// # Panics
/// If the sizes differ.
pub fn flow(from: &Picture, to: &Picture) -> Flow {
    assert_eq!(from.size(), to.size(), "two frames of one size");
    let mut levels = vec![[Plane::luma(from), Plane::luma(to)]];
    while let Some([from, to]) = levels.last().filter(|[from, _]| from.width.min(from.height) >= COARSEST) {
        levels.push([from.halved(), to.halved()]);
    }
    let (width, height) = levels.last().map_or((1, 1), |[from, _]| (from.width, from.height));
    let mut flow = Flow::still(width, height);
    for [from, to] in levels.iter().rev() {
        if flow.size() != (from.width, from.height) {
            flow = flow.doubled(from.width, from.height);
        }
        refine(&from.smoothed(), &to.smoothed(), &mut flow);
    }
    flow
}

/// The difference between the warped picture and the other one, as a linear function of the flow.
struct Linear {
    /// The slopes of the warped picture, across and down.
    slopes: [Plane; 2],
    /// The difference at a flow of zero.
    constant: Plane,
}

impl Linear {
    fn around(from: &Plane, to: &Plane, slopes: &[Plane; 2], flow: &Flow) -> Self {
        let (width, height) = flow.size();
        let moved = |x: usize, y: usize| {
            let (across, down) = flow.at(x, y);
            (x as f32 + across, y as f32 + down)
        };
        // Beyond the edge there is nothing to compare with: without slopes only the smoothness counts.
        let slopes = slopes.each_ref().map(|slope| {
            Plane::of(width, height, |x, y| {
                let (x, y) = moved(x, y);
                if to.contains(x, y) { slope.cubic(x, y) } else { 0.0 }
            })
        });
        let constant = Plane::of(width, height, |x, y| {
            let at = y * width + x;
            let ((across, down), (to_x, to_y)) = (flow.at(x, y), moved(x, y));
            let [dx, dy] = slopes.each_ref().map(|slope| slope.values[at]);
            to.cubic(to_x, to_y) - from.values[at] - dx * across - dy * down
        });
        Self { slopes, constant }
    }

    /// Minimises the term of the pixels, near the flow (across, down) of a pixel.
    fn nearest(&self, at: usize, (across, down): (f32, f32)) -> (f32, f32) {
        let [dx, dy] = self.slopes.each_ref().map(|slope| slope.values[at]);
        let square = dx * dx + dy * dy;
        if square < FLAT {
            return (across, down);
        }
        let off = self.constant.values[at] + dx * across + dy * down;
        let most = DATA * COUPLING;
        let length = (-off / square).clamp(-most, most);
        (across + length * dx, down + length * dy)
    }
}

/// The dual variable of the smoothness of one component of the flow.
struct Dual {
    across: Plane,
    down: Plane,
}

impl Dual {
    fn zeros(width: usize, height: usize) -> Self {
        Self { across: Plane::zeros(width, height), down: Plane::zeros(width, height) }
    }

    /// The divergence at a pixel, by backward differences; nothing flows over the edges.
    fn divergence(&self, x: usize, at: usize) -> f32 {
        let width = self.across.width;
        let (across, down) = (&self.across.values, &self.down.values);
        let left = if x > 0 { across[at - 1] } else { 0.0 };
        let above = if at >= width { down[at - width] } else { 0.0 };
        across[at] - left + down[at] - above
    }

    /// A step of the dual variable towards a smooth `plane`, by forward differences.
    fn ascend(&mut self, plane: &Plane) {
        let Plane { width, height, values } = plane;
        let rate = STEP / COUPLING;
        for y in 0..*height {
            for x in 0..*width {
                let at = y * width + x;
                let dx = if x + 1 < *width { values[at + 1] - values[at] } else { 0.0 };
                let dy = if y + 1 < *height { values[at + width] - values[at] } else { 0.0 };
                let shrink = 1.0 / (1.0 + rate * (dx * dx + dy * dy).sqrt());
                self.across.values[at] = (self.across.values[at] + rate * dx) * shrink;
                self.down.values[at] = (self.down.values[at] + rate * dy) * shrink;
            }
        }
    }
}

/// Improves the flow at one size.
fn refine(from: &Plane, to: &Plane, flow: &mut Flow) {
    let (width, height) = flow.size();
    let slopes = to.slopes();
    let mut duals = [Dual::zeros(width, height), Dual::zeros(width, height)];
    for _ in 0..WARPS {
        let linear = Linear::around(from, to, &slopes, flow);
        for _ in 0..TURNS {
            for at in 0..width * height {
                let near = linear.nearest(at, (flow.across.values[at], flow.down.values[at]));
                let smooth = duals.each_ref().map(|dual| COUPLING * dual.divergence(at % width, at));
                flow.across.values[at] = near.0 + smooth[0];
                flow.down.values[at] = near.1 + smooth[1];
            }
            duals[0].ascend(&flow.across);
            duals[1].ascend(&flow.down);
        }
        // Single pixels that went astray (Wedel et al. 2009, "An improved algorithm for TV-L1 optical flow").
        *flow = Flow { across: flow.across.median(), down: flow.down.median() };
    }
}
