//! Defines access to the memory of Burn's CPU tensors. Nothing else depends on their layout.

use burn::{
    backend::{Flex, flex::FlexTensor},
    tensor::{Device, Tensor},
};

use crate::kernels::upload;

/// A tensor's values, row by row.
pub(crate) struct Numbers(FlexTensor);

impl Numbers {
    /// The values of a tensor on the CPU. They are copied only if the tensor is not contiguous.
    pub(crate) fn of<const D: usize>(tensor: &Tensor<D>) -> Self {
        let primitive = tensor
            .clone()
            .try_into_primitive::<Flex>()
            .unwrap_or_else(|error| panic!("the CPU got a tensor of another device: {error:?}"));
        Self(primitive.to_contiguous())
    }

    /// All values.
    pub(crate) fn all(&self) -> &[f32] {
        self.0.as_slice().expect("contiguous f32")
    }
}

/// The CPU tensor of these values, which are in the order of the shape.
pub(crate) fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    upload(values, shape, &Device::flex())
}
