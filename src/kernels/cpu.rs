//! Numbers in memory: the one place that knows how Burn's tensors lie there, for loops of our own on the processor.

use burn::{
    backend::{Flex, flex::FlexTensor},
    tensor::{Tensor, TensorData},
};

/// A tensor's numbers, in the order of its shape.
pub struct Numbers(FlexTensor);

impl Numbers {
    /// Those of a tensor on the processor; they are copied only if they lie in another order.
    pub fn of<const D: usize>(tensor: &Tensor<D>) -> Self {
        let primitive = tensor
            .clone()
            .try_into_primitive::<Flex>()
            .unwrap_or_else(|error| panic!("the processor got a tensor of another device: {error:?}"));
        Self(primitive.to_contiguous())
    }

    /// All of them.
    pub fn all(&self) -> &[f32] {
        self.0.as_slice().expect("f32, in order")
    }
}

/// The tensor of these numbers, in the order of the shape.
pub fn tensor<const D: usize>(numbers: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(numbers, shape), &crate::device::cpu())
}
