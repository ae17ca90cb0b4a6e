//! Defines the interface to workers that compute shares of the CPU's work, and the convolution kernels that they keep
//! copies of.

use std::{
    array::from_fn,
    cell::RefCell,
    rc::Rc,
    sync::atomic::{AtomicU32, Ordering},
};

use processor::{Shape, Transformed};

use crate::kernels::tile::Tile;

/// Workers that share no memory with this thread and compute shares of its work. Each method returns `None` if
/// sharing does not pay or is not possible.
pub trait Helpers {
    /// The sums of a convolution, with a bias and its ReLU.
    fn convolve(&self, x: &[f32], kernels: &Kernels, shape: Shape, bias: Option<&[f32]>) -> Option<Vec<f32>>;

    /// As [`processor::mix`].
    fn mix(
        &self,
        x: &[f32],
        matrix: &[f32],
        channels: usize,
        offset: Option<&[f32]>,
        add: Option<&[f32]>,
    ) -> Option<Vec<f32>>;

    /// As [`processor::gram`].
    fn gram(&self, x: &[f32], channels: usize, factor: f32) -> Option<Vec<f32>>;

    /// The kernels with this id are not needed any more.
    fn forget(&self, kernels: u32);
}

thread_local! {
    static HELPERS: RefCell<Option<Rc<dyn Helpers>>> = const { RefCell::new(None) };
}

/// From now on these helpers take shares of this thread's work.
pub fn set_helpers(helpers: Rc<dyn Helpers>) {
    HELPERS.set(Some(helpers));
}

/// The helpers of this thread.
pub(crate) fn helpers() -> Option<Rc<dyn Helpers>> {
    // A thread that ends has none.
    HELPERS.try_with(|helpers| helpers.borrow().clone()).ok().flatten()
}

/// A convolution's kernels g, transformed by Winograd's `G g Gᵀ`.
#[derive(Debug)]
pub struct Kernels {
    /// Unique: by this id helpers know the kernels.
    pub id: u32,
    /// The tile that they are transformed for.
    pub tile: Tile,
    /// The transformed values, `[elements, in, out]`.
    pub transformed: Transformed,
}

impl Kernels {
    /// Transforms the weights that `at(output, input, y, x)` gives.
    pub fn new(
        inputs: usize,
        outputs: usize,
        tile: Tile,
        at: impl Fn(usize, usize, usize, usize) -> f32 + Sync,
    ) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let (g, side) = (tile.g(), tile.inputs());
        let transformed = Transformed::new([tile.elements(), inputs, outputs], |input, output, elements| {
            let kernel: [[f32; 3]; 3] = from_fn(|y| from_fn(|x| at(output, input, y, x)));
            for column in 0..side {
                let across = kernel.map(|taps| (0..3).map(|x| taps[x] * g[column][x]).sum::<f32>());
                for row in 0..side {
                    elements[row * side + column] = (0..3).map(|y| g[row][y] * across[y]).sum();
                }
            }
        });
        Self { id: NEXT.fetch_add(1, Ordering::Relaxed), tile, transformed }
    }

    /// Output channels.
    pub fn outputs(&self) -> usize {
        let [_, _, outputs] = self.transformed.dims();
        outputs
    }
}

impl Drop for Kernels {
    fn drop(&mut self) {
        if let Some(helpers) = helpers() {
            helpers.forget(self.id);
        }
    }
}
