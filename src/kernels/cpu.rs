//! Numbers in memory: the one place that knows how Burn's tensors lie there, for loops of our own on the processor; and who
//! helps with these.

use std::{cell::RefCell, rc::Rc};

use burn::{
    backend::{Flex, flex::FlexTensor},
    tensor::Tensor,
};

use super::{
    conv::cpu::{Kernels, Shape},
    upload,
};

/// A tensor's numbers, in the order of its shape.
pub(crate) struct Numbers(FlexTensor);

impl Numbers {
    /// Those of a tensor on the processor; they are copied only if they lie in another order.
    pub(crate) fn of<const D: usize>(tensor: &Tensor<D>) -> Self {
        let primitive = tensor
            .clone()
            .try_into_primitive::<Flex>()
            .unwrap_or_else(|error| panic!("the processor got a tensor of another device: {error:?}"));
        Self(primitive.to_contiguous())
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[f32] {
        self.0.as_slice().expect("f32, in order")
    }
}

/// The tensor of these numbers, in the order of the shape.
pub(crate) fn tensor<const D: usize>(numbers: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    upload(numbers, shape, &crate::device::cpu())
}

/// Threads that have no memory in common with this one, and take shares of its work. They answer `None` where help is not
/// worth it, or not to be had.
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

    /// Of these kernels there will be no more need.
    fn forget(&self, kernels: u32);
}

thread_local! {
    static HELPERS: RefCell<Option<Rc<dyn Helpers>>> = const { RefCell::new(None) };
}

/// From now on these help this thread.
pub fn set_helpers(helpers: Rc<dyn Helpers>) {
    HELPERS.set(Some(helpers));
}

/// Those that help this thread.
pub(crate) fn helpers() -> Option<Rc<dyn Helpers>> {
    // A thread that ends has none.
    HELPERS.try_with(|helpers| helpers.borrow().clone()).ok().flatten()
}
